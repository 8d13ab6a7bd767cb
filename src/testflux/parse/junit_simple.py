"""What simple JUnit test cases look like, in regular expressions that accept only what is well-formed.

They are matched against bytes as Latin-1 text, where each byte is a character and stays where it was.
"""

from __future__ import annotations

import re

import msgspec

from testflux.parse import junit_case

_ENTITY = r"&(?:lt|gt|amp|quot|apos|#(?!127;)[0-9]{1,6}|#x(?!7[fF];)[0-9a-fA-F]{1,5});"
_VALUE = rf'[^"<&\t\n\r\x7f]*+(?:{_ENTITY}[^"<&\t\n\r\x7f]*+)*+'
_CDATA = r"<!\[CDATA\[[^\]\r]*+(?:\](?!\]>)[^\]\r]*+)*+\]\]>"
_TEXT = rf"[^<&\]\r]*+(?:(?:\](?!\]>)|{_ENTITY}|{_CDATA})[^<&\]\r]*+)*+"
_SPACE = r"[ \t\r\n]*+"
_SPACES = re.compile(_SPACE)
_READ = ("classname", "name", "time", "file", "line")
_ATTRIBUTES = {
    "classname": f"({_VALUE})",
    "name": f'(?!")({_VALUE})',
    "time": r"([0-9]{1,12}(?:\.[0-9]{0,12})?)",
    "file": f"({_VALUE})",
    "line": f"({_VALUE})",
    "status": "(?:run|passed)",
    "result": "completed",
    **dict.fromkeys(("assertions", "id", "hostname", "url", "type_param", "value_param"), _VALUE),
}
_CHILD = re.compile(
    rf"{_SPACE}<(?:(/testcase>)"
    rf"|(failure|error|skipped)((?: (?:message|type)=\"{_VALUE}\")*+) ?+(?:/>|>({_TEXT})</\2>)"
    rf"|(system-out|system-err) ?+(?:/>|>{_TEXT}</\5>)"
    rf"|properties>{_SPACE}"
    rf'(?:<property name="(?!(?i:tag|label|categor|cmake))[^"<&\t\n\r\x7f]*+" value="{_VALUE}" ?+/>{_SPACE})*+'
    rf"</properties>)"
)
_ATTRIBUTE = re.compile(rf' (message|type)="({_VALUE})"')
_REFERENCE = re.compile(r"&(#?)(x?)(\w+);")
_PART = re.compile(r"<!\[CDATA\[([^\]]*+(?:\](?!\]>)[^\]]*+)*+)\]\]>|[^<]++")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


class Layout(msgspec.Struct):
    """How a simple case begins.

    `order` gives its groups: class name, name, time, file, line, and the mark of an empty one.
    """

    pattern: re.Pattern[str]
    order: tuple[int, ...]


def layout(attributes: tuple[str, ...]) -> Layout | None:
    """Return what a case with these attributes, in this order, looks like; None when it cannot be a simple one."""
    if "name" not in attributes or not set(attributes) <= set(_ATTRIBUTES):
        return None
    read = [name for name in attributes if name in _READ]
    words = "".join(f' {name}="{_ATTRIBUTES[name]}"' for name in attributes)
    pattern = re.compile(f"<testcase{words} ?+(/?+)>()")
    nothing = len(read) + 2
    order = [read.index(name) + 1 if name in read else nothing for name in _READ]
    return Layout(pattern, (*order, len(read) + 1))


def body(text: str, at: int) -> tuple[int, list[junit_case.Outcome]] | None:
    """Return where a case ends and its outcomes; None when it is not a simple one."""
    outcomes: list[junit_case.Outcome] = []
    while child := _CHILD.match(text, at):
        closing, tag, attributes, words = child.group(1, 2, 3, 4)
        if closing:
            return child.end(), outcomes
        if tag:
            message = _message(attributes, words or "")
            if message is None:
                return None
            outcomes.append(junit_case.Outcome(tag, message))
        at = child.end()
    return None


def after_space(text: str, at: int) -> int:
    """Return where something else than white space begins."""
    found = _SPACES.match(text, at)
    return found.end() if found else at


def decoded(text: str) -> str:
    """Return an attribute's value or a text without CDATA as a reader of XML understands it."""
    if not text.isascii():
        text = text.encode("latin-1").decode()
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _message(written: str, words: str) -> str | None:
    """Return why a test ended so, None when an attribute comes twice."""
    pairs: list[tuple[str, str]] = _ATTRIBUTE.findall(written)
    attributes = {name: decoded(value) for name, value in pairs}
    if len(attributes) < len(pairs):
        return None
    message = junit_case.message(attributes, "")
    return message if junit_case.says_much(message) else junit_case.message(attributes, _plain(words))


def _plain(words: str) -> str:
    if "<" not in words:
        return decoded(words)
    return "".join(
        decoded(part[0]) if part[1] is None else part[1].encode("latin-1").decode() for part in _PART.finditer(words)
    )


def _character(reference: re.Match[str]) -> str:
    is_number, is_hex, word = reference.groups()
    return chr(int(word, 16 if is_hex else 10)) if is_number else _NAMED[word]
