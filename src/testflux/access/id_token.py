"""ID tokens: nothing in one is believed before its signature, and nothing in its head decides which key that needs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from testflux.access import oidc
from testflux.kit import errors

LEEWAY: Final = timedelta(minutes=1)
"""How far the provider's clock may be from ours."""
_LONGEST: Final = 64 * 1024
_MOST_KEYS: Final = 100
_LEAST_RSA_BITS: Final = 2048
_RSA: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_CURVES: Final = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
_HASHES: Final = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


class Key(msgspec.Struct, frozen=True):
    """A public key of a provider, its name, and the algorithms it may be used with."""

    kid: str | None
    algorithms: tuple[str, ...]
    key: Any


class UnknownKeyError(errors.UnavailableError):
    """The token was signed with a key that is not among the known ones: the provider may have changed its keys."""

    code = oidc.CODE


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What a token has to say: who made it (`issuers`, any of them), for whom, and in answer to what."""

    issuers: Sequence[str]
    client_id: str
    nonce: str
    access_token: str


def read_keys(content: bytes) -> list[Key]:
    """Read a JWKS: the keys that can verify ID tokens. Secret, weak and unknown ones are left out."""
    try:
        rows = msgspec.json.decode(content, type=dict[str, Any])["keys"]
        listed = msgspec.convert(rows, list[dict[str, Any]])
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError) as error:
        raise oidc.wrong("The provider's keys cannot be read.", "Its jwks_uri has to answer with a key set.") from error
    return [key for row in listed[:_MOST_KEYS] if (key := _read_key(row)) is not None]


def verify(token: str, keys: Sequence[Key], expected: Expected, now: datetime) -> dict[str, Any]:
    """Return the claims of a token; UnavailableError says what is wrong with it, UnknownKeyError asks for new keys."""
    claims = _signed(token, keys)
    _check_issue(claims, expected)
    _check_times(claims, now)
    if not hmac.compare_digest(_text(claims, "nonce").encode(), expected.nonce.encode()):
        raise _refused("answers another sign-in (nonce)")
    return claims


def _signed(token: str, keys: Sequence[Key]) -> dict[str, Any]:
    """Return the claims that one of the keys vouches for."""
    try:
        head = jwt.get_unverified_header(token) if len(token) <= _LONGEST else {}
    except (jwt.InvalidTokenError, ValueError) as error:
        raise _refused("cannot be read") from error
    algorithm, kid = head.get("alg"), head.get("kid")
    if not isinstance(algorithm, str) or algorithm not in (*_RSA, *_CURVES.values(), "EdDSA"):
        raise _refused(f"is signed with {str(algorithm)[:20]!r}, which is not accepted")
    named = [key for key in keys if kid is None or key.kid == kid]
    if not named:
        raise UnknownKeyError("The provider's ID token is signed with a key that it does not publish.", hint=_AGAIN)
    for key in named:
        if algorithm in key.algorithms and (claims := _try(token, key, algorithm)) is not None:
            return claims
    raise _refused("is not signed by the provider")


def _try(token: str, key: Key, algorithm: str) -> dict[str, Any] | None:
    checks = ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")
    options: Any = {"verify_signature": True, **{f"verify_{name}": False for name in checks}}
    try:
        return jwt.decode(token, key.key, algorithms=[algorithm], options=options)
    except (jwt.InvalidTokenError, ValueError, TypeError):
        return None


def _check_issue(claims: Mapping[str, Any], expected: Expected) -> None:
    if claims.get("iss") not in expected.issuers:
        raise _refused(f"is made by {str(claims.get('iss'))[:200]!r}")
    audience = claims.get("aud")
    audiences: list[Any] = audience if isinstance(audience, list) else [audience]  # pyright: ignore[reportUnknownVariableType]
    if expected.client_id not in audiences:
        raise _refused("is made for another application (aud)")
    party = claims.get("azp")
    if party != expected.client_id and (party is not None or len(audiences) > 1):
        raise _refused("is made for another application (azp)")
    if not _text(claims, "sub"):
        raise _refused("names no subject")
    said = claims.get("at_hash")
    if said is not None and not _is_half_hash(str(said), expected.access_token):
        raise _refused("belongs to another access token (at_hash)")


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    moment = now.timestamp()
    leeway = LEEWAY.total_seconds()
    ends, begins = _number(claims, "exp"), _number(claims, "iat")
    if ends is None or begins is None:
        raise _refused("does not say how long it is good (exp, iat)")
    if ends + leeway <= moment:
        raise _refused("has expired")
    if max(begins, _number(claims, "nbf") or begins) - leeway > moment:
        raise _refused("is of the future: compare the clocks of both servers")


def _is_half_hash(said: str, access_token: str) -> bool:
    """Whether it is the left half of a digest of the access token; which digest follows from its length."""
    halves = (hash_of(access_token.encode()).digest() for hash_of in _HASHES.values())
    texts = [base64.urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=") for whole in halves]
    return any(hmac.compare_digest(said.encode(), text) for text in texts)


def _read_key(row: Mapping[str, Any]) -> Key | None:
    if row.get("use", "sig") != "sig" or row.get("kty") not in ("RSA", "EC", "OKP"):
        return None
    try:
        key = jwt.PyJWK(dict(row)).key
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
        return None
    possible = _possible(key)
    only = row.get("alg")
    kid = row.get("kid")
    algorithms = possible if only is None else tuple(name for name in possible if name == only)
    return Key(kid if isinstance(kid, str) else None, algorithms, key) if algorithms else None


def _possible(key: Any) -> tuple[str, ...]:
    if isinstance(key, rsa.RSAPublicKey):
        return _RSA if key.key_size >= _LEAST_RSA_BITS else ()
    if isinstance(key, ec.EllipticCurvePublicKey):
        name = _CURVES.get(key.curve.name)
        return (name,) if name else ()
    return ("EdDSA",) if isinstance(key, ed25519.Ed25519PublicKey) else ()


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _number(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _refused(why: str) -> errors.UnavailableError:
    return oidc.wrong(f"The provider's ID token {why}.", _AGAIN)


_AGAIN: Final = "Sign in again; if it goes on, an administrator should test the provider's connection."
