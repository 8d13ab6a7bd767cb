"""Passwords: bcrypt over a SHA-256 pre-hash, so that no length is cut or refused."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Final

import bcrypt

COST: Final = 12
_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without l, I, 1, o, O, 0
_GENERATED_LENGTH: Final = 20
# A hash that no password fits: checked when there is no such person, so that both cases take the same time.
_NOBODY: Final = b"$2b$12$C6UzMDM.H6dfI/f/IKcEeO7pgPQxoqKh2yzWnXzWQ6yGQ6Xh1RfX."


def make_hash(password: str, cost: int = COST) -> str:
    """Hash a password; slow by design (some 0.3 s): call it in a thread."""
    return bcrypt.hashpw(_prehash(password), bcrypt.gensalt(cost)).decode("ascii")


def fits(password: str, stored: str | None) -> bool:
    """Return whether the password is the hashed one; None (no such person) takes as long and fits nothing."""
    matches = bcrypt.checkpw(_prehash(password), stored.encode("ascii") if stored else _NOBODY)
    return matches and stored is not None


def generate() -> str:
    """Make a password for a person to copy: 20 characters, some 116 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_GENERATED_LENGTH))


def _prehash(password: str) -> bytes:
    return base64.b64encode(hashlib.sha256(password.encode("utf-8", "surrogatepass")).digest())
