"""Digests for identity and deduplication (not for passwords)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def digest(parts: Iterable[str]) -> bytes:
    """Return the 16-byte BLAKE2b digest of the parts, each with its length: ("ab", "c") differs from ("a", "bc")."""
    return digest_written(b"".join(map(written, parts)))


def digest_written(parts: bytes) -> bytes:
    """Return the same digest of parts that `written` made bytes of."""
    return hashlib.blake2b(parts, digest_size=16).digest()


def written(part: str) -> bytes:
    """Return a part as it goes into a digest: its length in 4 bytes, then itself."""
    data = part.encode("utf-8", "surrogatepass")
    return len(data).to_bytes(4, "big") + data
