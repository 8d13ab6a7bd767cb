"""Who is asking, and what they may reach."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Final, Literal
from uuid import UUID

import msgspec


class Role(StrEnum):
    """The built-in roles; an organisation may add its own. What each may do: access/permissions.py."""

    OWNER = "owner"
    ADMIN = "admin"
    MAINTAINER = "maintainer"
    MEMBER = "member"
    VIEWER = "viewer"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """One act a route may ask for; each route names exactly one. What each is for: access/permissions.py."""

    SELF = "self"
    PROJECT_READ = "project.read"
    PROJECT_CREATE = "project.create"
    PROJECT_EDIT = "project.edit"
    PROJECT_DELETE = "project.delete"
    UPLOAD_CREATE = "upload.create"
    UPLOAD_MANAGE = "upload.manage"
    RUN_STAR = "run.star"
    RUN_DELETE = "run.delete"
    CHANNEL_MANAGE = "channel.manage"
    STORAGE_MANAGE = "storage.manage"
    SAMPLE_MANAGE = "sample.manage"
    MEMBER_READ = "member.read"
    MEMBER_MANAGE = "member.manage"
    ROLE_MANAGE = "role.manage"
    TOKEN_MANAGE = "token.manage"  # noqa: S105  (a permission's name)
    ORG_EDIT = "org.edit"
    SSO_MANAGE = "sso.manage"
    AUDIT_READ = "audit.read"
    SYSTEM_READ = "system.read"
    ORG_CREATE = "org.create"


class Tenant(msgspec.Struct, frozen=True):
    """Whose rows a transaction may touch: an organisation's, and of its projects these (None: all)."""

    org_id: int
    project_ids: tuple[int, ...] | None = None


class _Everybody(Enum):
    EVERYBODY = "everybody"


EVERYBODY: Final = _Everybody.EVERYBODY
"""The scope of what serves no single organisation: signing in, the worker, the operator's commands."""
Scope = Tenant | Literal[_Everybody.EVERYBODY]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who an identity provider says has signed in.

    `subject` is its own unchanging name for them; `groups` are as it names them. An address that is not verified by the
    provider (or kept by its administrators) says nothing: it is never used to find or make an account.
    """

    subject: str
    email: str
    name: str
    groups: tuple[str, ...] = ()
    is_email_verified: bool = False


class ProjectGrant(msgspec.Struct, frozen=True):
    """What is allowed in one project beyond what is allowed everywhere."""

    slug: str
    permissions: frozenset[Permission]


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """The signed-in person or token in one organisation. `user_id` is the token's maker when `token_id` is set.

    `permissions` hold everywhere in the organisation; `projects` adds to them in single projects, by project id.
    `needs_second_factor`: until they set one up, they may look after their own account and nothing else.
    """

    org_id: int
    user_id: int
    email: str
    name: str
    permissions: frozenset[Permission]
    projects: Mapping[int, ProjectGrant] = {}
    token_id: int | None = None
    token_name: str = ""
    sign_in_id: UUID | None = None
    needs_second_factor: bool = False

    @property
    def tenant(self) -> Tenant:
        """Whose rows it may read."""
        if Permission.PROJECT_READ in self.permissions:
            return Tenant(self.org_id)
        return Tenant(self.org_id, tuple(sorted(number for number in self.projects if self.may_read(number))))

    def may(self, permission: Permission, project_id: int | None = None) -> bool:
        """Return whether it may do that: in a project, or (None) in the organisation itself."""
        own = self.projects.get(project_id) if project_id is not None else None
        return permission in self.permissions or (own is not None and permission in own.permissions)

    def may_read(self, project_id: int) -> bool:
        """Return whether the project exists for it."""
        return self.may(Permission.PROJECT_READ, project_id)
