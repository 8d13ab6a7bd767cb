"""People who sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from testflux.model.access import Role

Email = Annotated[str, Meta(pattern=r"^[^@\s]{1,64}@[^@\s]{1,189}$", max_length=254)]
PersonName = Annotated[str, Meta(min_length=1, max_length=200)]
Password = Annotated[str, Meta(min_length=12, max_length=200)]


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A person who may sign in. `role` is the strongest they have everywhere in the organisation, empty for none."""

    id: str
    email: str
    name: str
    role: str
    created_at: datetime
    last_sign_in_at: datetime | None
    is_disabled: bool


class UserPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some users, by e-mail address."""

    items: list[User]
    next_cursor: str | None


class SignIn(msgspec.Struct, frozen=True):
    """The credentials of a sign-in."""

    email: Annotated[str, Meta(min_length=1, max_length=254)]
    password: Annotated[str, Meta(min_length=1, max_length=1000)]


class AccessGrant(msgspec.Struct, frozen=True, kw_only=True):
    """A short-lived access token; the refresh token travels in an HttpOnly cookie. `expires_in` is in seconds.

    `needs_second_factor`: the organisation asks for one; until it is set up the token is good for one's account only.
    """

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    user: User
    needs_second_factor: bool = False


class NewUser(msgspec.Struct, frozen=True):
    """A person to add; without a password one is generated and answered once."""

    email: Email
    name: PersonName
    role: Role = Role.VIEWER
    password: Password | None = None


class UserCreated(User, frozen=True, kw_only=True):
    """A new person; `password` holds the generated one, null when the caller chose it."""

    password: str | None


class UserChange(msgspec.Struct, frozen=True):
    """What to change about a person; what is null or absent stays."""

    name: PersonName | None = None
    role: Role | None = None
    is_disabled: bool | None = None
    password: Password | None = None
