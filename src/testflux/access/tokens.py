"""Tokens: short-lived JWTs for browsers, refresh tokens in cookies, API tokens for machines."""

from __future__ import annotations

import contextlib
import hashlib
import re
import secrets
import string
import zlib
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import jwt
import msgspec

from testflux.kit import errors, keys

ACCESS_LIFE: Final = timedelta(minutes=15)
REFRESH_LIFE: Final = timedelta(days=30)
PERSONAL_LIFE: Final = timedelta(days=90)
SERVICE_LIFE: Final = timedelta(days=365)
"""How long API tokens last when nobody says otherwise."""
PREFIX: Final = "tfx_"
_BASE62: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SECRET_LENGTH: Final = 43  # 32 random bytes in base 62
_CHECK_LENGTH: Final = 6
_SHAPE: Final = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{_SECRET_LENGTH + _CHECK_LENGTH}}}")
_AUDIENCE: Final = "testflux"


class Access(msgspec.Struct, frozen=True):
    """What an access token says: who, by which sign-in, and until when."""

    user_id: int
    sign_in_id: UUID
    expires_at: datetime


def sign_access(secret_key: str, user_id: int, sign_in_id: UUID, now: datetime) -> str:
    """Make an access token for a person's sign-in, good for ACCESS_LIFE."""
    claims = {"sub": str(user_id), "sid": str(sign_in_id), "aud": _AUDIENCE, "iat": now, "exp": now + ACCESS_LIFE}
    return jwt.encode(claims, keys.present(secret_key), algorithm="HS256")


def read_access(secret_key: str, token: str, now: datetime) -> Access:
    """Read an access token, signed with any of the keys; UnauthenticatedError when it is not ours or past its time."""
    try:
        options = {"require": ["sub", "sid", "exp", "aud"], "verify_exp": False, "verify_iat": False}
        claims = _decode(token, keys.split(secret_key), {"audience": _AUDIENCE, "options": options})
        ends = datetime.fromtimestamp(claims["exp"], tz=now.tzinfo)
        access = Access(int(claims["sub"]), UUID(claims["sid"]), ends)
    except (jwt.InvalidTokenError, ValueError, OverflowError, OSError, TypeError, AttributeError) as error:
        raise errors.UnauthenticatedError("The access token is not valid.", hint="Sign in again.") from error
    if access.expires_at <= now:
        raise errors.UnauthenticatedError("The access token has expired.", hint="Refresh it, or sign in again.")
    return access


def _decode(token: str, signing: list[str], rules: Any) -> Any:
    """Read the claims with the first key that fits. The token's own header chooses neither key nor algorithm."""
    for key in signing[:-1]:
        with contextlib.suppress(jwt.InvalidSignatureError):
            return jwt.decode(token, key, algorithms=["HS256"], **rules)
    return jwt.decode(token, signing[-1], algorithms=["HS256"], **rules)


def make_api_token() -> str:
    """Make an API token: a prefix that secret scanners find, 32 random bytes, a checksum that catches typos."""
    secret = _base62(secrets.token_bytes(32), _SECRET_LENGTH)
    return PREFIX + secret + _checksum(secret)


def is_api_token(text: str) -> bool:
    """Return whether the text has the shape and checksum of an API token, so that garbage costs no query."""
    body = text.removeprefix(PREFIX)
    return _SHAPE.fullmatch(text) is not None and body[_SECRET_LENGTH:] == _checksum(body[:_SECRET_LENGTH])


def make_refresh_token() -> str:
    """Make a refresh token: 32 random bytes."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """Return what is kept of a token: its SHA-256. The token is random, so a fast hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _checksum(secret: str) -> str:
    return _base62(zlib.crc32(secret.encode()).to_bytes(4, "big"), _CHECK_LENGTH)


def _base62(data: bytes, length: int) -> str:
    number, digits = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return digits.rjust(length, "0")
