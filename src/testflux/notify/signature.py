"""Signing of webhooks, as the Standard Webhooks specification has it (symmetric, scheme v1)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime

from testflux.kit import errors

PURPOSE = "webhook secret"
"""What signing secrets are sealed for in the database."""

_PREFIX = "whsec_"
_SECRET_BYTES = 32


def make_secret() -> str:
    """Make a signing secret, `whsec_` and 32 random bytes in Base64."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers with which the receiver proves that `body` is ours and fresh."""
    timestamp = str(int(at.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": sign(secret, message_id, timestamp, body),
    }


def sign(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """Return `v1,` and the Base64 of HMAC-SHA256 over `id.timestamp.body`."""
    signed = message_id.encode() + b"." + timestamp.encode() + b"." + body
    return "v1," + base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode()


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise errors.InvalidError("A webhook secret is whsec_ followed by Base64.", field="secret") from error
