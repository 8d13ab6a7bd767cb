"""What simple JUnit test cases look like, in regular expressions that accept only what is well-formed.

They are matched against bytes as Latin-1 text, where each byte is a character and stays where it was. A whole run of
cases is taken at once: first by a loose pattern, which is three times as fast and right unless one of a few marks
stands in the run; then an exact one has the word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from operator import add

import msgspec

_REFERENCE = r"(?:lt|gt|amp|quot|apos|#(?!127;)[0-9]{1,6}|#x(?!7[fF];)[0-9a-fA-F]{1,5});"
_VALUE = rf'[^"<&\t\n\r\x7f]*+(?:&{_REFERENCE}[^"<&\t\n\r\x7f]*+)*+'
_CDATA = r"<!\[CDATA\[[^\]\r]*+(?:\](?!\]>)[^\]\r]*+)*+\]\]>"
_TEXT = rf"[^<&\]\r]*+(?:(?:\](?!\]>)|&{_REFERENCE}|{_CDATA})[^<&\]\r]*+)*+"
_SPACE = r"[ \t\r\n]*+"
_SPACES = re.compile(_SPACE)

_LOOSE_VALUE = r'[^"]*+'
_LOOSE_CDATA = r"<!\[CDATA\[[^\]]*+(?:\](?!\]>)[^\]]*+)*+\]\]>"
_LOOSE_TEXT = rf"[^<]*+(?:{_LOOSE_CDATA}[^<]*+)*+"

_TIME = r"[0-9]{1,12}+(?:\.[0-9]{0,12}+)?+"
_READ = {"classname", "name", "time", "file", "line"}
_KNOWN = {"status": "(?:run|passed)", "result": "completed", "time": _TIME}
_IGNORED = {"assertions", "id", "hostname", "url", "type_param", "value_param"}
_MESSAGE = rf' message="{_VALUE}"'
_TYPE = rf' type="{_VALUE}"'
_PROPERTIES = (
    rf'properties>{_SPACE}(?:<property name="(?!(?i:tag|label|categor|cmake))[^"<&\t\n\r\x7f]*+" value="{_VALUE}" ?+/>'
    rf"{_SPACE})*+</properties>"
)
OUTCOME = ("outcome", "reason", "text")
"""The columns of the child that says how a test ended: its tag, its attributes and its text, None without one."""

_CDATA_SECTION = re.compile(_LOOSE_CDATA)
_NO_REFERENCE = re.compile(rf"&(?!{_REFERENCE})")
_REFERENCES = re.compile(r"&(#?)(x?)(\w+);")
_NAMED = {"lt": "<", "gt": ">", "quot": '"', "apos": "'", "amp": "&"}


class Run(msgspec.Struct):
    """Test cases that follow one another, column by column: attributes as written, then what OUTCOME names.

    `starts` and `ends` are bytes of the file; `size` is how much of the text they are.
    """

    columns: dict[str, list[str]]
    starts: list[int]
    ends: list[int]
    size: int


class Layout(msgspec.Struct):
    """What simple cases with certain attributes look like; `columns` names the groups of both patterns."""

    loose: re.Pattern[str]
    exact: re.Pattern[str]
    columns: tuple[str, ...]

    def read(self, text: str, first_byte: int, *, is_exact: bool) -> Run | None:
        """Return the run that a text begins with, at byte `first_byte`; None when only the exact pattern can tell."""
        parts = (self.exact if is_exact else self.loose).split(text)
        width = len(self.columns) + 1
        count = len(parts) // width - (len(parts) > 1 and parts[-width] is None)
        if not count:
            return Run({}, [], [], 0)
        columns = {name: parts[first : count * width : width] for first, name in enumerate(self.columns, start=1)}
        lengths, gaps = list(map(len, columns["case"])), columns["gap"]
        steps = map(add, lengths, map(len, gaps)) if any(gaps) else lengths
        edges = list(accumulate(steps, initial=first_byte))
        if not is_exact and not (_are_attributes(columns) and _is_content("".join(filter(None, columns["body"])))):
            return None
        ends = list(map(add, edges, lengths)) if any(gaps) else edges[1:]
        return Run(columns, edges[:-1], ends, edges[-1] - first_byte)


def layout(attributes: tuple[str, ...]) -> Layout | None:
    """Return what a case with these attributes, in this order, looks like; None when it cannot be a simple one."""
    if "name" not in attributes or not set(attributes) <= _READ | set(_KNOWN) | _IGNORED:
        return None
    columns = ("case", *(name for name in attributes if name in _READ), "body", *OUTCOME, "gap")
    return Layout(_pattern(attributes, _LOOSE_VALUE, _LOOSE_TEXT), _pattern(attributes, _VALUE, _TEXT), columns)


def after_space(text: str, at: int) -> int:
    """Return where something else than white space begins."""
    found = _SPACES.match(text, at)
    return found.end() if found else at


def values(column: Sequence[str]) -> Sequence[str]:
    """Return attributes' values as a reader of XML understands them."""
    joined = "\n".join(column)
    if not joined.isascii():
        column = joined.encode("latin-1").decode().split("\n")
    return [_resolved(value) for value in column] if "&" in joined else column


def decoded(text: str) -> str:
    """Return an attribute's value or a text without CDATA as a reader of XML understands it."""
    return _resolved(text if text.isascii() else text.encode("latin-1").decode())


def _pattern(attributes: tuple[str, ...], value: str, text: str) -> re.Pattern[str]:
    """Return a pattern of one case and the space after it, or else of all that is left, so that nothing is left out."""
    words = "".join(
        f' {name}="({_KNOWN.get(name, value)})"' if name in _READ else f' {name}="{_KNOWN.get(name, _VALUE)}"'
        for name in attributes
    )
    reason = rf"((?:{_MESSAGE}(?:{_TYPE})?+|{_TYPE}(?:{_MESSAGE})?+)?+)"
    outcome = rf"{_SPACE}<(?P<outcome>failure|error|skipped){reason} ?+(?:/>|>({text})</(?P=outcome)>)"
    output = rf"{_SPACE}<(?:system-out ?+(?:/>|>{text}</system-out>)|system-err ?+(?:/>|>{text}</system-err>)"
    silent = rf"(?:{output}|{_PROPERTIES}))*+"
    body = rf"({silent}(?:{outcome}{silent})?+){_SPACE}"
    return re.compile(rf"(<testcase{words} ?+(?:/>|>{body}</testcase>))({_SPACE})|(?s:.++)")


def _are_attributes(columns: dict[str, list[str]]) -> bool:
    """Whether what was matched by _LOOSE_VALUE is right."""
    for name in _READ - {"time"} & columns.keys():
        joined = "\n".join(columns[name])
        if any(mark in joined for mark in "<\t\r\x7f") or joined.count("\n") >= len(columns[name]):
            return False
        if "&" in joined and _NO_REFERENCE.search(joined):
            return False
    return True


def _is_content(text: str) -> bool:
    """Whether what was matched by _LOOSE_TEXT is right; lines may end as in Windows, but not as in the oldest Macs."""
    if "\r" in text and text.count("\r") != text.count("\r\n"):
        return False
    if "]]>" in text:
        text = _CDATA_SECTION.sub(" ", text)
        if "]]>" in text:
            return False
    return _NO_REFERENCE.search(text) is None


def _resolved(text: str) -> str:
    if "&#" in text:
        return _REFERENCES.sub(_character, text)
    if "&" in text:
        for name, character in _NAMED.items():
            text = text.replace(f"&{name};", character)
    return text


def _character(reference: re.Match[str]) -> str:
    is_number, is_hex, word = reference.groups()
    return chr(int(word, 16 if is_hex else 10)) if is_number else _NAMED[word]
