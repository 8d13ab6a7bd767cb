"""Who belongs to an organisation, with which roles; invitations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from testflux.model.access import Permission
from testflux.serve.shapes.accounts import Email, PersonName
from testflux.serve.shapes.projects import Description, ProjectRef, Slug

RoleKey = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,62}$", max_length=63)]
RoleName = Annotated[str, Meta(min_length=1, max_length=100)]
LinkToken = Annotated[str, Meta(min_length=1, max_length=200)]


class MemberRole(msgspec.Struct, frozen=True, kw_only=True):
    """A role that somebody was given: everywhere in the organisation (`project` null), or in one project.

    A `provider` gave it for one of `groups`, and only it takes it; else `given_by`, null for TestFlux itself.
    `may_take` says whether the caller allows themselves at least as much and so may take it.
    """

    role: str
    name: str
    project: ProjectRef | None
    provider: str | None
    groups: list[str]
    given_by: str | None
    given_at: datetime
    may_take: bool


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who belongs to the organisation. `is_disabled`: the membership has ended and may be resumed.

    They sign in with a password (`has_password`), through `providers`, or both. `may_change` says whether the caller
    may end and resume the membership: whoever has a role that allows more than the caller's is out of reach.
    """

    id: str
    email: str
    name: str
    joined_at: datetime
    last_sign_in_at: datetime | None
    is_disabled: bool
    is_operator: bool
    has_password: bool
    providers: list[str]
    has_second_factor: bool
    roles: list[MemberRole]
    may_change: bool


class MemberPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some members, by e-mail address."""

    items: list[Member]
    next_cursor: str | None


class MemberChange(msgspec.Struct, frozen=True):
    """Whether the membership has ended."""

    is_disabled: bool


class NewGrant(msgspec.Struct, frozen=True):
    """A role to give, in a project or (null) everywhere in the organisation."""

    role: RoleKey
    project: Slug | None = None


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """Whether somebody may do something, and why: `because` of these roles, or `notes` say what else matters.

    `would_give` are the roles that would allow it. `is_in_projects`: a role in one project is enough.
    """

    permission: Permission
    about: str
    project: ProjectRef | None
    is_allowed: bool
    is_in_projects: bool
    because: list[MemberRole]
    notes: list[str]
    would_give: list[str]


class PermissionAbout(msgspec.Struct, frozen=True, kw_only=True):
    """A permission in words. `is_in_projects`: it may be given in one project; `is_operators`: no role gives it."""

    key: Permission
    about: str
    is_in_projects: bool
    is_operators: bool


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A role: built in, or the organisation's own. `members` counts who has it, anywhere in the organisation.

    `may_give` and `may_give_in_projects` say where the caller may give and take it, `may_change` whether to change it.
    """

    key: str
    name: str
    description: str
    is_built_in: bool
    permissions: list[Permission]
    members: int
    may_give: bool
    may_give_in_projects: bool
    may_change: bool


class RoleList(msgspec.Struct, frozen=True, kw_only=True):
    """Every role, built-in ones first, and every permission there is."""

    items: list[Role]
    catalogue: list[PermissionAbout]


class NewRole(msgspec.Struct, frozen=True):
    """A role to make; the key stays."""

    key: RoleKey
    name: RoleName
    permissions: list[Permission]
    description: Description = ""


class RoleChange(msgspec.Struct, frozen=True):
    """What to change about a role; what is null or absent stays."""

    name: RoleName | None = None
    description: Description | None = None
    permissions: list[Permission] | None = None


class NewInvitation(msgspec.Struct, frozen=True):
    """Whom to invite, and the role they get on accepting: in a project or (null) everywhere in the organisation."""

    email: Email
    role: RoleKey
    project: Slug | None = None


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation that waits to be accepted; past `expires_at` it can only be sent again."""

    id: str
    email: str
    role: str
    role_name: str
    project: ProjectRef | None
    invited_by: str | None
    created_at: datetime
    expires_at: datetime


class InvitationSent(Invitation, frozen=True, kw_only=True):
    """An invitation with a new link. `link` is null when it went out by mail; else pass it on, it is shown this once.

    `mail_error` says why the mail server did not take it.
    """

    link: str | None
    mail_error: str


class InvitationPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some invitations, newest first."""

    items: list[Invitation]
    next_cursor: str | None


class InvitationLink(msgspec.Struct, frozen=True):
    """The token that an invitation's link ends with."""

    token: LinkToken


class InvitationOpened(msgspec.Struct, frozen=True, kw_only=True):
    """What a link invites to. `has_account`: its address signs in here already, and does so to accept.

    `needs_provider`: the organisation lets nobody in by password.
    """

    email: str
    organisation: str
    role_name: str
    project: str | None
    invited_by: str | None
    expires_at: datetime
    has_account: bool
    needs_provider: bool


class NewAccount(msgspec.Struct, frozen=True):
    """Who accepts an invitation and has no account yet."""

    token: LinkToken
    name: PersonName
    password: Annotated[str, Meta(min_length=1, max_length=1000)]


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """The organisation that somebody belongs to from now on, and the address they sign in with."""

    email: str
    slug: str
    name: str
