"""Instances to occurrences: texts as people read them, as numbers, each distinct text made sense of once."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable

from testflux.kit.numbers import Numbers
from testflux.model import raw
from testflux.normalise import secrecy, texts

Row = tuple[int, ...]
"""The numbers of an Occurrence's texts."""


def rows(columns: list[array[int]], numbers: Numbers) -> Iterable[Row]:
    """Return the rows of some instances, given the numbers of their texts field by field."""
    uri, method, param, attack, evidence, other, _, request, request_body, response, response_body = columns
    return zip(
        _mend(uri, str.strip, numbers),
        _mend(method, str.strip, numbers),
        param,
        attack,
        evidence,
        _mend(other, _prose, numbers),
        _message(request, request_body, numbers),
        _message(response, response_body, numbers),
        strict=True,
    )


def row(instance: raw.RawInstance, position: str, numbers: Numbers) -> Row:
    """Return the row of one instance at what people read as its place."""
    written = (
        position,
        instance.method.strip(),
        instance.param,
        instance.attack,
        instance.evidence,
        _prose(instance.other),
        secrecy.hide(instance.request_header) + instance.request_body,
        secrecy.hide(instance.response_header) + instance.response_body,
    )
    return tuple(numbers[text] for text in written)


def _prose(text: str) -> str:
    return texts.paragraphs(text) if text else ""


def _mend(column: array[int], mend: Callable[[str], str], numbers: Numbers) -> Iterable[int]:
    """Return a column with its texts mended; few need to be."""
    written = numbers.texts
    mended = {number: text for number in set(column) if (text := mend(written[number])) != written[number]}
    changed = {number: numbers[text] for number, text in mended.items()}
    return [changed.get(number, number) for number in column] if changed else column


def _message(heads: array[int], bodies: array[int], numbers: Numbers) -> Iterable[int]:
    """Return the column of whole messages."""
    hidden, written = _mend(heads, secrecy.hide, numbers), numbers.texts
    if not any(bodies):
        return hidden
    return [numbers[written[head] + written[body]] for head, body in zip(hidden, bodies, strict=True)]
