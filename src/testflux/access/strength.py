"""How hard a new password is to guess, said in words. No rule asks for capitals or digits: guessers know those, too."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, cast

import msgspec

# Pure Python, no dependencies, its lists of leaked passwords come along: nothing is asked over the network.
from zxcvbn import zxcvbn  # pyright: ignore[reportMissingTypeStubs]

from testflux.kit import errors

SHORTEST: Final = 12
LONGEST: Final = 200
_ENOUGH: Final = 8.0
"""Powers of ten of guesses: more than a guesser gets through against bcrypt in months."""
_JUDGED: Final = 64
"""What lies behind is not judged: it makes nothing weaker, and judging takes time that grows with the square."""
_LEAST_OF_ITS_OWN: Final = 8
_LEAST_WORD: Final = 3
_PRODUCT: Final = ("testflux",)
_FOLDED: Final = str.maketrans("4@83691!|0$57+", "aabeggiiiosstt")
_MOST_SUBSTITUTES: Final = 6
"""With more kinds of them than this, trying which letter each stands for takes seconds: they are taken as folded."""
_REASONS: Final = (
    ("repeat", "It repeats itself."),
    ("spatial", "It follows the keys of the keyboard."),
    ("sequence", "It counts up or down, or runs through the alphabet."),
    ("date", "It is built on a date or a year."),
)
_WORD_LISTS: Final = {
    "passwords": "It is one of the passwords that guessers try first, or built on one.",
    "user_inputs": "It is built on your name, your address, your organisation or TestFlux.",
}
_ORDINARY_WORDS: Final = "It is made of few common words or names."


class Strength(msgspec.Struct, frozen=True, kw_only=True):
    """What a password is worth: `guesses` in powers of ten, `score` from 0 to 4, `reasons` what is wrong with it."""

    guesses: float
    score: int
    is_enough: bool
    reasons: tuple[str, ...]


def judge(password: str, about: Iterable[str] = ()) -> Strength:
    """Judge a new password of somebody whose name, address, organisation are `about`."""
    own = _own_words(about)
    guesses, found = _guess(password[:_JUDGED], own)
    reasons: list[str] = []
    if len(password) < SHORTEST:
        reasons.append(f"It takes at least {SHORTEST} characters; this one has {len(password)}.")
    if len(password) > LONGEST:
        reasons.append(f"It takes at most {LONGEST} characters.")
    if is_own := _is_built_on(password, own):
        reasons.append(_WORD_LISTS["user_inputs"])
    if guesses < _ENOUGH:
        reasons += [reason for reason in found if reason not in reasons] or ["It is too easy to guess."]
    score = min(1, _score(guesses)) if is_own else _score(guesses)
    return Strength(guesses=round(guesses, 1), score=score, is_enough=not reasons, reasons=tuple(reasons))


def check(password: str, about: Iterable[str] = (), *, field: str = "password") -> None:
    """Raise InvalidError, with the reasons, unless the password may be taken."""
    strength = judge(password, about)
    if not strength.is_enough:
        raise errors.InvalidError(
            " ".join(strength.reasons),
            field=field,
            hint="Take four or more words that have nothing to do with each other, or let a password manager make one.",
            code="password-weak",
        )


def _guess(password: str, own: list[str]) -> tuple[float, list[str]]:
    """Return how many guesses it takes, in powers of ten, and what the guesser makes use of."""
    if not password:
        return 0.0, []
    folded = password.lower().translate(_FOLDED)
    substitutes = {char for char in password if char.translate(_FOLDED) != char}
    judged = folded if len(substitutes) > _MOST_SUBSTITUTES else password
    answer = cast("dict[str, Any]", zxcvbn(judged, user_inputs=[*own, *_PRODUCT]))
    return float(answer["guesses_log10"]), _reasons(answer["sequence"])


def _reasons(sequence: list[dict[str, Any]]) -> list[str]:
    patterns = {str(match["pattern"]) for match in sequence}
    lists = {str(match.get("dictionary_name")) for match in sequence if match["pattern"] == "dictionary"}
    reasons = [reason for name, reason in _WORD_LISTS.items() if name in lists]
    reasons += [reason for pattern, reason in _REASONS if pattern in patterns]
    return reasons or ([_ORDINARY_WORDS] if lists else [])


def _own_words(about: Iterable[str]) -> list[str]:
    words = {word for text in about for word in re.split(r"[\W_]+", text.lower())}
    return sorted(word for word in words if len(word) >= _LEAST_WORD)


def _is_built_on(password: str, own: list[str]) -> bool:
    """Whether few letters are left of it without the person's own words and the product's."""
    left = password.lower()
    folded = _fold(left)
    if len(folded) != len(left):  # a letter of another script that grows: nothing of ours is folded in there
        return False
    for word in sorted({*own, *_PRODUCT}, key=len, reverse=True):
        for match in re.finditer(re.escape(_fold(word)), folded):
            left = left[: match.start()] + " " * len(word) + left[match.end() :]
    letters = sum(char.isalpha() for char in left)
    return left != password.lower() and letters < _LEAST_OF_ITS_OWN


def _fold(text: str) -> str:
    return text.translate(_FOLDED).replace("l", "i")


def _score(guesses: float) -> int:
    return sum(guesses >= bound for bound in (3, 6, _ENOUGH, 10))
