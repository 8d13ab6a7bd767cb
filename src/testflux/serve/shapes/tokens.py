"""API tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """An API token, without its secret. `hint` is its last four characters.

    A personal one may do what its `scopes` name and `created_by` may; a service token what its `role` allows.
    `projects` are the only ones it is for, null for all. `expires_at` null: never.
    """

    id: str
    name: str
    kind: Literal["personal", "service"]
    role: str | None
    scopes: list[str]
    projects: list[str] | None
    hint: str
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class TokenPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some API tokens, newest first."""

    items: list[Token]
    next_cursor: str | None


class NewToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token to make: `read`, `upload`, `admin` (all that one may oneself), or single permissions.

    `expires_at` left out is 90 days for a personal token, a year for a service's; null is never.
    """

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    scopes: Annotated[list[Annotated[str, Meta(max_length=40)]], Meta(max_length=40)] = []
    projects: Annotated[list[Annotated[str, Meta(max_length=100)]], Meta(min_length=1, max_length=500)] | None = None
    expires_at: Annotated[datetime, Meta(tz=True)] | msgspec.UnsetType | None = msgspec.UNSET


class NewOrganisationToken(NewToken, frozen=True, kw_only=True):
    """A token to make. With a `role` it is a service's: it stands for nobody, and stays when its maker leaves."""

    role: Annotated[str, Meta(min_length=1, max_length=40)] | None = None


class TokenCreated(Token, frozen=True, kw_only=True):
    """A new token; `token` is shown this once. `warnings` say what is unwise about it."""

    token: str
    warnings: list[str]
