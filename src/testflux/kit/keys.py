"""The server's secret key, and those it had before: one text, the present key on the first line, each other on its own.

What is made anew is made with the present key; what was made before can still be opened until it is made anew.
"""

from __future__ import annotations

import hashlib
from typing import Final

SHORTEST: Final = 32
"""Characters a key has at least."""


def split(secret_key: str) -> list[str]:
    """Return the keys, the present one first."""
    return secret_key.split("\n")


def join(keys: list[str]) -> str:
    """Write keys as one text, each once."""
    return "\n".join(dict.fromkeys(keys))


def present(secret_key: str) -> str:
    """Return the key that everything new is made with."""
    return secret_key.partition("\n")[0]


def identifier(key: str) -> bytes:
    """Return four bytes that name a key without telling anything of it."""
    return hashlib.sha256(b"testflux:key:" + key.encode()).digest()[:4]
