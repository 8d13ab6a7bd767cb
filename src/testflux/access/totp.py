"""Codes of an authenticator app (RFC 6238: SHA-1, 30 seconds, six digits), what every such app can do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

import segno

STEP_S: Final = 30
DIGITS: Final = 6
_SECRET_BYTES: Final = 20
_ASTRAY: Final = (0, -1, 1)
"""How many steps the clock of a telephone may be ahead or behind."""
_ISSUER: Final = "TestFlux"


def make_secret() -> bytes:
    """Make what the server and the app have in common: 160 bits."""
    return secrets.token_bytes(_SECRET_BYTES)


def spell(secret: bytes) -> str:
    """Write a secret for somebody who types it into the app."""
    return base64.b32encode(secret).decode("ascii")


def address(secret: bytes, email: str) -> str:
    """Return what an app reads from a picture, an address that begins with otpauth://totp/."""
    label = quote(f"{_ISSUER}:{email}")
    values = {"secret": spell(secret), "issuer": _ISSUER, "algorithm": "SHA1", "digits": DIGITS, "period": STEP_S}
    return f"otpauth://totp/{label}?{urlencode(values)}"


def picture(address: str) -> str:
    """Draw a QR code as a data: address of an SVG image, black on white whatever lies around it."""
    return segno.make(address, error="m", micro=False).svg_data_uri(scale=4, border=4, dark="#000", light="#fff")


def code_at(secret: bytes, step: int) -> str:
    """Return the code of one step; steps are counted from 1970."""
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def find_step(secret: bytes, code: str, now: datetime, last_step: int | None) -> int | None:
    """Return the step that a code is of, None for a wrong one. A code is good once: only steps after `last_step`."""
    given = "".join(code.split()).encode()
    current = int(now.timestamp()) // STEP_S
    for away in _ASTRAY:
        step = current + away
        fits = hmac.compare_digest(code_at(secret, step).encode(), given)
        if fits and (last_step is None or step > last_step):
            return step
    return None
