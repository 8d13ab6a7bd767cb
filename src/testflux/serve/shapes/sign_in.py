"""Signing in step by step, passwords, second factors, and where one is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from testflux.serve.shapes.accounts import PersonName

GivenPassword = Annotated[str, Meta(min_length=1, max_length=1000)]
Code = Annotated[str, Meta(min_length=1, max_length=40)]
State = Annotated[str, Meta(min_length=1, max_length=200)]


class SecondStep(msgspec.Struct, frozen=True, kw_only=True):
    """The password was right; `POST /auth/second-factor` wants `state` and a code within `expires_in` seconds."""

    second_factor: Literal[True]
    state: str
    expires_in: int


class SecondStepCode(msgspec.Struct, frozen=True):
    """The second step of a sign-in: six digits of the authenticator app, or a recovery code."""

    state: State
    code: Code


class PasswordChange(msgspec.Struct, frozen=True):
    """A person's own new password."""

    current_password: GivenPassword
    new_password: GivenPassword


class PasswordTried(msgspec.Struct, frozen=True):
    """A password somebody thinks of, and what is known about them; none of it is kept."""

    password: Annotated[str, Meta(max_length=1000)]
    about: Annotated[list[Annotated[str, Meta(max_length=254)]], Meta(max_length=5)] = []


class PasswordStrength(msgspec.Struct, frozen=True, kw_only=True):
    """What a password is worth: `score` from 0 to 4; it may be taken when there are no `reasons` against it."""

    score: int
    is_enough: bool
    reasons: list[str]


class Forgotten(msgspec.Struct, frozen=True):
    """Whose password was forgotten."""

    email: Annotated[str, Meta(min_length=1, max_length=254)]


class PasswordReset(msgspec.Struct, frozen=True):
    """The token of a link, and the new password."""

    token: State
    password: GivenPassword


class Proof(msgspec.Struct, frozen=True):
    """That it is oneself who sits here: the present password."""

    password: GivenPassword


class SecondFactor(msgspec.Struct, frozen=True, kw_only=True):
    """Whether codes are asked for, since when, and how many recovery codes are left.

    `has_password` is false for people who sign in elsewhere: their provider asks for a second factor, or does not.
    """

    is_on: bool
    since: datetime | None
    recovery_codes_left: int
    is_required: bool
    has_password: bool


class SecondFactorSetup(msgspec.Struct, frozen=True, kw_only=True):
    """What an authenticator app needs: `picture` is its `address` as a QR code (data: URL), `secret` is for typing."""

    secret: str
    address: str
    picture: str


class FirstCode(msgspec.Struct, frozen=True):
    """A code that proves the app is set up."""

    code: Code


class RecoveryCodes(msgspec.Struct, frozen=True, kw_only=True):
    """Codes for when the app is gone, each good once; shown this once."""

    codes: list[str]


class OwnName(msgspec.Struct, frozen=True):
    """How a person is called."""

    name: PersonName


class OwnSignIn(msgspec.Struct, frozen=True, kw_only=True):
    """Where one is signed in. `method` is `password`, or the name of the provider that vouched; `is_this` asks."""

    id: str
    device: str
    address: str
    method: str
    has_second_factor: bool
    organisation: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


class OwnSignIns(msgspec.Struct, frozen=True, kw_only=True):
    """One's sign-ins, last used first; at most a hundred."""

    items: list[OwnSignIn]


class OwnIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """An account at an identity provider that one signs in with."""

    provider: str
    kind: str
    organisation: str
    created_at: datetime
    last_sign_in_at: datetime | None


class OwnIdentities(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts at identity providers that one signs in with."""

    items: list[OwnIdentity]


class PasswordLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link by which one person sets a new password, shown this once."""

    url: str
    expires_at: datetime
