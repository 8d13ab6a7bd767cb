"""Who is asking."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Role(StrEnum):
    """ADMIN manages and uploads; USER reads."""

    ADMIN = "admin"
    USER = "user"


class Permission(StrEnum):
    """One act a route may ask for; each route names exactly one."""

    PROJECT_READ = "project.read"
    PROJECT_MANAGE = "project.manage"
    UPLOAD_CREATE = "upload.create"
    RUN_DELETE = "run.delete"
    CHANNEL_MANAGE = "channel.manage"
    USER_MANAGE = "user.manage"
    TOKEN_MANAGE = "token.manage"  # noqa: S105  (a permission's name)
    SAMPLE_MANAGE = "sample.manage"
    SELF = "self"


class Actor(msgspec.Struct, frozen=True):
    """The signed-in person or token. `user_id` is the token's maker when `token_id` is set."""

    org_id: int
    user_id: int
    email: str
    name: str
    role: Role
    permissions: frozenset[Permission]
    token_id: int | None = None
