"""The small query language of every list: `status:failed tag:smoke dur:>5s "two words"`.

Bare and quoted words are looked for in texts, and all must be there. `key:value` compares; choices may be listed with
commas. `key:>value` and `key:<value` bound a duration (ms, s, m, h; plain numbers are ms).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from testflux.kit import errors

_TERM: Final = re.compile(
    r"""\s*(?:
        (?P<key>[A-Za-z_]+):(?P<operator>[<>]?)(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<value>[^\s"]*))
        | "(?P<phrase>(?:[^"\\]|\\.)*)"
        | (?P<word>[^\s"]+)
    )(?=\s|$)""",
    re.VERBOSE,
)
_DURATION: Final = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)(ms|s|m|h)?")
_MS: Final = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}
_FIELD: Final = "q"
MOST_TERMS: Final = 30


class Key(msgspec.Struct, frozen=True):
    """What a key takes: one of `choices`, a bound on a duration when `is_duration`, else any text."""

    choices: tuple[str, ...] = ()
    is_duration: bool = False


class Query(msgspec.Struct, frozen=True):
    """A query read. `bounds` are exclusive, in ms; None where there is none."""

    words: tuple[str, ...] = ()
    values: dict[str, tuple[str, ...]] = {}
    bounds: dict[str, tuple[float | None, float | None]] = {}

    @property
    def patterns(self) -> list[str]:
        """The words as patterns for ILIKE."""
        return [f"%{escape_pattern(word)}%" for word in self.words]

    def any_of(self, key: str) -> list[str] | None:
        """Return the values of a key, None when it does not occur."""
        found = self.values.get(key)
        return list(found) if found else None

    def above(self, key: str) -> float | None:
        """Return the lower bound of a key, in ms, exclusive."""
        return self.bounds.get(key, (None, None))[0]

    def below(self, key: str) -> float | None:
        """Return the upper bound of a key, in ms, exclusive."""
        return self.bounds.get(key, (None, None))[1]


def parse(text: str | None, keys: Mapping[str, Key]) -> Query:
    """Read a query in which `keys` may occur; InvalidError names the term that cannot be right."""
    words: list[str] = []
    values: dict[str, tuple[str, ...]] = {}
    bounds: dict[str, tuple[float | None, float | None]] = {}
    for match in _terms(text or ""):
        if match["key"] is None:
            words.append(_unescape(match["phrase"]) if match["word"] is None else match["word"])
            continue
        name, shape = match["key"].lower(), keys.get(match["key"].lower())
        if shape is None:
            hint = f"The keys here: {', '.join(sorted(keys))}. Quote plain text."
            raise _refuse(match, f"there is no key {name!r}", hint)
        if shape.is_duration:
            bounds[name] = _bound(match, bounds.get(name, (None, None)))
        else:
            values[name] = (*values.get(name, ()), *_values(match, shape))
    return Query(tuple(word for word in words if word), values, bounds)


def fold(text: str) -> str:
    """Return a text as it is searched, lower-cased letter by letter: what is part of a text is part of it folded, too.

    Two letters differ from `str.lower`, which looks around a sigma, and makes two of a capital I with its dot. Where a
    line ends there is a space: folded texts are kept line by line.
    """
    return (
        text.replace("\n", " ")
        .replace("\N{GREEK CAPITAL LETTER SIGMA}", "\N{GREEK SMALL LETTER SIGMA}")
        .replace("İ", "i")
        .lower()
    )


def escape_pattern(text: str) -> str:
    r"""Make a text mean itself in LIKE: `50%` becomes `50\%`."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def _terms(text: str) -> list[re.Match[str]]:
    found: list[re.Match[str]] = []
    position, text = 0, text.rstrip()
    while position < len(text):
        match = _TERM.match(text, position)
        if match is None:
            rest = text[position:].strip()
            message = f"The query cannot be read from {rest[:60]!r} on."
            raise errors.InvalidError(message, field=_FIELD, hint="Close the quotes.")
        found.append(match)
        position = match.end()
    if len(found) > MOST_TERMS:
        message = f"The query has more than {MOST_TERMS} terms."
        raise errors.InvalidError(message, field=_FIELD, hint="Ask for less at once.")
    return found


def _values(match: re.Match[str], shape: Key) -> tuple[str, ...]:
    value = match["value"] if match["quoted"] is None else _unescape(match["quoted"])
    if not value or match["operator"]:
        raise _refuse(match, "a value is missing", f"Write {match['key']}:value.")
    if not shape.choices:
        return (value,)
    chosen = tuple(value.lower().split(","))
    for word in chosen:
        if word not in shape.choices:
            raise _refuse(match, f"{word!r} is not known", f"It takes {', '.join(shape.choices)}.")
    return chosen


def _bound(match: re.Match[str], known: tuple[float | None, float | None]) -> tuple[float | None, float | None]:
    amount = _DURATION.fullmatch(match["value"] or "")
    if amount is None or not match["operator"]:
        raise _refuse(match, "it takes a bound", f"Write {match['key']}:>5s or {match['key']}:<200ms.")
    value = float(amount[1]) * _MS[amount[2] or "ms"]
    return (value, known[1]) if match["operator"] == ">" else (known[0], value)


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _refuse(match: re.Match[str], reason: str, hint: str) -> errors.InvalidError:
    return errors.InvalidError(f"In the term {match[0].strip()[:80]!r}: {reason}.", field=_FIELD, hint=hint)
