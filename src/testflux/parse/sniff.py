"""Telling formats apart by what is in them, never by a file's name."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

SIZE = 64 * 1024
"""How many bytes of a report are enough to tell its format."""

_BEFORE_ROOT = re.compile(
    r"\ufeff?(?:\s++|<!--(?>.*?-->)|<\?(?>.*?\?>)|<!DOCTYPE(?>[^>\[]*(?:\[(?>.*?\]))?[^>]*>))*+",
    re.DOTALL | re.IGNORECASE,
)
_ROOT = re.compile(r"<([^\s<>/!?&;\"'=]+)")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|[{}\[\],:]', re.DOTALL)
_DEEPEST_KEYS = 3

XML_ROOTS = {
    "robot": "robot-xml",
    "suite": "robot-xml",
    "OWASPZAPReport": "zap-xml",
    "testsuites": "junit-xml",
    "testsuite": "junit-xml",
    "TestRun": "trx",
    "test-run": "nunit-xml",
    "test-results": "nunit-xml",
    "assemblies": "xunit-net-xml",
}
_ALLURE = {"name", "fullName", "historyId", "testCaseId", "status", "stage", "labels", "children", "befores", "afters"}
_HTML_ROOTS = {"html", "head", "body"}
_HTML_DOCTYPE = re.compile(r"\s*+(?:<!--(?>.*?-->)\s*+)*+<!doctype\s+html", re.DOTALL | re.IGNORECASE)


class Shape(msgspec.Struct):
    """What a JSON text's beginning shows: keys by depth, whether the root is a list, whether more values follow it."""

    keys: tuple[set[str], ...] = msgspec.field(default_factory=lambda: tuple(set() for _ in range(_DEEPEST_KEYS)))
    is_list: bool = False
    is_sequence: bool = False


def text_of(head: bytes) -> str:
    """Return the beginning of a file as text, whichever Unicode encoding it is in."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    return head.decode("utf-8-sig", "replace")


def is_binary(text: str) -> bool:
    """True when the text has characters that no report has, as in a picture or an archive."""
    return any(mark in text[:4096] for mark in ("\x00", "\x01", "\x02", "\x03", "\x04"))


def is_html(text: str) -> bool:
    """True for an HTML page, with or without its root element."""
    return _HTML_DOCTYPE.match(text) is not None or xml_format(xml_root(text) or "") == "html"


def xml_root(text: str) -> str | None:
    """Return the name of the root element, None when there is none to be seen."""
    before = _BEFORE_ROOT.match(text)
    found = _ROOT.match(text, before.end() if before else 0)
    return found[1] if found else None


def xml_format(root: str) -> str:
    """Return the format that a root element stands for, "xml" for one we do not know."""
    local = root.rsplit(":", 1)[-1]
    return XML_ROOTS.get(local, "html" if local.lower() in _HTML_ROOTS else "xml")


def json_format(text: str) -> str:
    """Return the format of a JSON text by the keys at its beginning, "json" when they are none we know."""
    seen = shape(text)
    top = seen.keys[0]
    if seen.is_sequence or top >= _SAMPLE:
        return next((name for name, is_it in _LINES if is_it(top)), "json-lines")
    if seen.is_list:
        return "zap-api" if "pluginId" in top else "json"
    return next((name for name, is_it in _DOCUMENTS if is_it(*seen.keys)), "json")


def _is_allure(top: set[str]) -> bool:
    """Whether the keys are those of a test's result or of a container of fixtures."""
    return "uuid" in top and len(top & _ALLURE) > 1


def _is_handle_summary(top: set[str], second: set[str], third: set[str]) -> bool:
    is_detailed = "values" in third or "summaryTrendStats" in second or "testRunDurationMs" in second
    return is_detailed and bool(top & {"metrics", "root_group"})


_SAMPLE = {"metric", "type", "data"}
_LINES: tuple[tuple[str, Callable[[set[str]], bool]], ...] = (
    ("k6-ndjson", lambda top: top >= _SAMPLE),
    ("pytest-reportlog", lambda top: "$report_type" in top),
    ("allure-results", _is_allure),
    ("k6-dashboard", lambda top: {"event", "data"} <= top),
)
"""What a file of one JSON value a line is, by the keys of its first line."""
_DOCUMENTS: tuple[tuple[str, Callable[[set[str], set[str], set[str]], bool]], ...] = (
    ("sarif", lambda top, _second, _third: "runs" in top and bool(top & {"$schema", "version"})),
    ("zap-json", lambda top, _second, _third: "site" in top or {"@version", "@generated"} <= top),
    ("zap-api", lambda top, second, _third: "pluginId" in second and bool(top & {"alerts", "vulnerabilities"})),
    ("pytest-reportlog", lambda top, _second, _third: "$report_type" in top),
    ("allure-results", lambda top, _second, _third: _is_allure(top)),
    (
        "ctrf",
        lambda top, second, _third: "results" in top and "tool" in second and bool(second & {"summary", "tests"}),
    ),
    (
        "playwright-json",
        lambda top, second, _third: "config" in top and ("suites" in top or {"rootDir", "projects"} <= second),
    ),
    (
        "k6-machine-summary",
        lambda top, second, _third: "results" in top and "metrics" in second and bool(top & {"metadata", "config"}),
    ),
    ("k6-handle-summary", _is_handle_summary),
    ("k6-summary", lambda top, _second, _third: bool(top & {"metrics", "root_group"})),
    ("robot-json", lambda top, _second, _third: "generator" in top and bool(top & {"suite", "generated", "rpa"})),
    (
        "robot-json",
        lambda top, _second, _third: (
            "name" in top and bool(top & {"suites", "tests"}) and bool(top & {"id", "elapsed_time", "status"})
        ),
    ),
)
"""What a JSON document is, by the keys of its first three levels; the first that fits."""


def shape(text: str) -> Shape:
    """Return the keys of the first levels of the first JSON value, as far as the text goes.

    A list counts as no level: the keys of objects in a list at the root are the first level.
    """
    seen = Shape()
    depth = 0
    nested: list[str] = []
    last = ""
    for token in _TOKEN.finditer(text.lstrip("\ufeff")):
        word = token[0]
        if not nested and last:
            seen.is_sequence = word in "{["
            break
        if word in "{[":
            seen.is_list = seen.is_list or (word == "[" and not nested)
            nested.append(word)
            depth += word == "{"
        elif word in "}]":
            if nested:
                depth -= nested.pop() == "{"
        elif word == ":" and 0 < depth <= _DEEPEST_KEYS and last.startswith('"'):
            seen.keys[depth - 1].add(last[1:-1])
        last = word
    return seen
