"""Telling formats apart by what is in them, never by a file's name."""

from __future__ import annotations

import re

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
    top, second, third = seen.keys
    if seen.is_sequence or {"metric", "type", "data"} <= top:
        return _line_format(top)
    if seen.is_list:
        return "zap-api" if "pluginId" in top else "json"
    if "runs" in top and ("$schema" in top or "version" in top):
        return "sarif"
    if "site" in top or ("@version" in top and "@generated" in top):
        return "zap-json"
    if "pluginId" in second and top & {"alerts", "vulnerabilities"}:
        return "zap-api"
    return _k6_or_robot(top, second, third)


def _line_format(top: set[str]) -> str:
    if {"metric", "type", "data"} <= top:
        return "k6-ndjson"
    return "k6-dashboard" if {"event", "data"} <= top else "json-lines"


def _k6_or_robot(top: set[str], second: set[str], third: set[str]) -> str:
    if "results" in top and "metrics" in second and top & {"metadata", "config"}:
        return "k6-machine-summary"
    if "metrics" in top or "root_group" in top:
        is_handle = "values" in third or "summaryTrendStats" in second or "testRunDurationMs" in second
        return "k6-handle-summary" if is_handle else "k6-summary"
    if "generator" in top and top & {"suite", "generated", "rpa"}:
        return "robot-json"
    if "name" in top and top & {"suites", "tests"} and (top & {"id", "elapsed_time", "status"}):
        return "robot-json"
    return "json"


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
