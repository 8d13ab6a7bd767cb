"""Recovery codes: instead of the second factor when the telephone is gone, each good once."""

from __future__ import annotations

import secrets
from typing import Final

from testflux.access import tokens

HOW_MANY: Final = 10
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS: Final = 4
_LETTERS: Final = 4


def make() -> list[str]:
    """Make ten codes like `k7mp-qxw9-vtzr-2hd6`, some 79 bits each: so many that a fast digest keeps them."""
    return ["-".join(_group() for _ in range(_GROUPS)) for _ in range(HOW_MANY)]


def digest(code: str) -> bytes:
    """Return what is kept of a code, however it is written: with or without dashes, blanks and capitals."""
    return tokens.digest("".join(char for char in code.lower() if char.isalnum()))


def is_one(code: str) -> bool:
    """Return whether it is a recovery code rather than six digits."""
    return sum(char.isalnum() for char in code) == _GROUPS * _LETTERS


def _group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS))
