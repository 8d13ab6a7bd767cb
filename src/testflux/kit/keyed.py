"""Keyed digests: only who has the server's secret key can make one, or tell whether one is right."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from testflux.kit import keys


def digest(secret_key: str, purpose: str, content: bytes) -> str:
    """Return the HMAC-SHA256 of `content` as hexadecimal, with a key made from the secret key for this purpose."""
    return hmac.digest(_key(secret_key, purpose), content, hashlib.sha256).hex()


def is_right(secret_key: str, purpose: str, content: bytes, given: str) -> bool:
    """Whether `given` is what `digest` makes of `content`, in constant time."""
    return hmac.compare_digest(digest(secret_key, purpose, content).encode(), given.encode())


def name(secret_key: str, purpose: str) -> str:
    """Return eight digits that name the key without telling anything of it: which key a digest was made with."""
    return hashlib.sha256(b"name:" + _key(secret_key, purpose)).hexdigest()[:8]


def _key(secret_key: str, purpose: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"testflux:" + purpose.encode())
    return derivation.derive(keys.present(secret_key).encode())
