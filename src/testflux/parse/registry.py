"""All formats in one table, and the one way to read a report: `parse`."""

from __future__ import annotations

import io
from collections.abc import Callable

from testflux.model import raw
from testflux.parse import (
    allure,
    blocks,
    ctrf,
    json_document,
    junit,
    k6,
    k6_csv,
    k6_machine,
    k6_ndjson,
    nunit,
    playwright,
    refusals,
    reportlog,
    robot,
    robot_json,
    robot_json_keywords,
    robot_keywords,
    sarif,
    sniff,
    trx,
    xml_events,
    xunit_net,
    zap_api,
    zap_json,
    zap_rule_file,
    zap_xml,
)

FORMATS: dict[str, Callable[[blocks.Stream], raw.RawReport]] = {
    "robot-xml": robot.parse,
    "robot-json": robot_json.parse,
    "zap-xml": zap_xml.parse,
    "zap-json": zap_json.parse,
    "zap-api": zap_api.parse,
    "sarif": sarif.parse,
    "k6-summary": k6.parse,
    "k6-handle-summary": k6.parse,
    "k6-machine-summary": k6_machine.parse,
    "k6-ndjson": k6_ndjson.parse,
    "k6-csv": k6_csv.parse,
    "junit-xml": junit.parse,
    "trx": trx.parse,
    "nunit-xml": nunit.parse,
    "xunit-net-xml": xunit_net.parse,
    "ctrf": ctrf.parse,
    "allure-results": allure.parse,
    "playwright-json": playwright.parse,
    "pytest-reportlog": reportlog.parse,
}
"""Every format that is read, and its reader."""

KEYWORDS: dict[str, Callable[[blocks.Stream], list[raw.RawKeyword]]] = {
    "robot-json": robot_json_keywords.count,
    "robot-xml": robot_keywords.count,
}
"""The formats whose keywords can be counted, and how: a second, slower reading of the whole file."""

_CSV_HEADER = "metric_name,timestamp,metric_value"


def parse(stream: blocks.Stream) -> raw.RawReport:
    """Read one report of whatever supported format. `stream` gives the decompressed bytes; only `.read(n)` is used.

    Raises ReportError, and nothing else, for anything that cannot be read.
    """
    head = blocks.full(stream, sniff.SIZE)
    whole = blocks.Replay(head, stream)
    name = detect(head)
    if name == "json" and len(head) == sniff.SIZE:
        data = blocks.everything(whole)
        name, whole = detect(data), blocks.Replay(data, io.BytesIO())
    reader = FORMATS.get(name)
    if reader is None:
        raise _refuse(name, head, whole)
    return reader(whole)


def detect(head: bytes) -> str:
    """Return the format of a report by its first bytes (64 KiB are enough), e.g. `robot-xml`.

    A format that is not in FORMATS is known by name and not read; "xml" and "json" are something else.
    Raises ReportError for an empty file, an HTML page and what is neither XML nor JSON.
    """
    text = sniff.text_of(head)
    start = text.lstrip("\ufeff \t\r\n")
    if not start:
        raise refusals.empty()
    if sniff.is_binary(text):
        raise refusals.unknown(is_binary=True)
    if start[0] == "<":
        return _detect_xml(start)
    if start[0] in "{[":
        return sniff.json_format(start)
    if start.startswith(_CSV_HEADER):
        return "k6-csv"
    if zap_rule_file.looks_like(text):
        return "zap-rule-file"
    raise refusals.unknown(is_binary=False)


def _detect_xml(start: str) -> str:
    if sniff.is_html(start):
        raise refusals.html(start)
    return sniff.xml_format(sniff.xml_root(start) or "")


def _refuse(name: str, head: bytes, whole: blocks.Stream) -> Exception:
    """Return the reason why a format is not read; what is not even well-formed says so first."""
    if name == "xml":
        xml_events.check(whole)
        return refusals.other_xml(sniff.xml_root(sniff.text_of(head)) or "?")
    if name == "json":
        json_document.decode(blocks.everything(whole), [])
        return refusals.other_json()
    return refusals.not_read(name)
