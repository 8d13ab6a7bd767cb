"""People who sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Email = Annotated[str, Meta(pattern=r"^[^@\s]{1,64}@[^@\s]{1,189}$", max_length=254)]
PersonName = Annotated[str, Meta(min_length=1, max_length=200)]


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A person who may sign in. `role` is the strongest they have everywhere in the organisation, empty for none."""

    id: str
    email: str
    name: str
    role: str
    created_at: datetime
    last_sign_in_at: datetime | None
    is_disabled: bool


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
