from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.parse import sniff


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("<robot>", "robot"),
        ("\ufeff<robot>", "robot"),
        ('<?xml version="1.0"?>\n<!-- by hand -->\n<suite name="x">', "suite"),
        ("<!-- a --><?xml version='1.0'?><OWASPZAPReport version='2'>", "OWASPZAPReport"),
        ("<!DOCTYPE robot [<!ENTITY a 'b>'>]>\n<robot/>", "robot"),
        ('<?xml-stylesheet href="x.xsl"?><testsuites>', "testsuites"),
        ("<x:robot xmlns:x='y'>", "x:robot"),
        ("<", None),
        ("no xml", None),
        ("<!-- never closed", None),
    ],
)
def test_the_root_is_found_behind_whatever_stands_before_it(text: str, root: str | None) -> None:
    assert sniff.xml_root(text) == root


@pytest.mark.parametrize(
    ("root", "name"),
    [
        ("robot", "robot-xml"),
        ("suite", "robot-xml"),
        ("OWASPZAPReport", "zap-xml"),
        ("testsuite", "junit-xml"),
        ("testsuites", "junit-xml"),
        ("TestRun", "trx"),
        ("HTML", "html"),
        ("project", "xml"),
    ],
)
def test_the_root_tells_the_format(root: str, name: str) -> None:
    assert sniff.xml_format(root) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"@version": "2.16", "@generated": "x"', "zap-json"),
        ('{"site": []}', "zap-json"),
        ('{"insights": [{"site": 1}], "@programName": "ZAP", "site": [{"alerts": [', "zap-json"),
        ('{"alerts": [{"pluginId": "1"', "zap-api"),
        ('[{"pluginId": "1"', "zap-api"),
        ('{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": [', "sarif"),
        ('{"version": "2.1.0", "runs": []}', "sarif"),
        ('{"metrics": {"vus": {"value": 1, "min": 1', "k6-summary"),
        ('{"root_group": {"name": ""}, "metrics": {"vus": {"type": "gauge", "values": {', "k6-handle-summary"),
        ('{"options": {"summaryTrendStats": []}, "metrics": {', "k6-handle-summary"),
        ('{"state": {"testRunDurationMs": 1}, "metrics": {', "k6-handle-summary"),
        ('{"config": {"duration": 1}, "results": {"metrics": [', "k6-machine-summary"),
        ('{"type":"Metric","data":{"name":"x"},"metric":"x"}\n{"metric"', "k6-ndjson"),
        ('{"metric":"x","type":"Point","data":{', "k6-ndjson"),
        ('{"event":"param","data":{}}\n{"event":"metric"', "k6-dashboard"),
        ('{"a": 1}\n{"a": 2}', "json-lines"),
        ('{"generator":"Robot 7.5","generated":"x","rpa":false,"suite":{', "robot-json"),
        ('{"id":"s1","name":"A","suites":[{', "robot-json"),
        ('{"reportFormat":"CTRF","results":{"tool":{"name":"jest"},"summary":{', "ctrf"),
        ('{"results":{"tool":{"name":"jest"},"tests":[', "ctrf"),
        ('{"config":{"rootDir":"/x"},"suites":[', "playwright-json"),
        ('{"config":{"rootDir":"/x","projects":[{"id":"a"', "playwright-json"),
        ('{"pytest_version": "9.0", "$report_type": "SessionStart"}\n{"nodeid": "", "', "pytest-reportlog"),
        ('{"pytest_version": "9.0", "$report_type": "SessionStart"}', "pytest-reportlog"),
        ('{"uuid":"1","historyId":"2","name":"a","status":"passed"}\n{"uuid":', "allure-results"),
        ('{"uuid":"1","children":["2"],"befores":[]', "allure-results"),
        ('{"uuid":"1","version":"2"}', "json"),
        ('{"name":"left-pad","version":"1.0.0"}', "json"),
        ("[1, 2]", "json"),
        ("{}", "json"),
    ],
)
def test_the_keys_tell_the_format(text: str, name: str) -> None:
    assert sniff.json_format(text) == name


def test_keys_are_known_by_their_depth_and_not_from_inside_texts() -> None:
    seen = sniff.shape(r'{"a": {"b": {"c": {"d": 1}}}, "e": "\"f\": {", "g": [{"h": 1}]}')
    assert seen.keys == ({"a", "e", "g"}, {"b", "h"}, {"c"})
    assert not seen.is_list


@given(st.text(alphabet='{}[]":,\\ ab1', max_size=60))
def test_no_beginning_of_json_is_too_strange(text: str) -> None:
    assert sniff.json_format(text)


@pytest.mark.parametrize(
    "text", ['{"' + '\\"' * 30_000, "<!--" * 20_000, " " * 60_000 + "x", '"' * 60_000, "<!DOCTYPE [" * 6000]
)
def test_hostile_beginnings_take_no_time(text: str) -> None:
    start = time.process_time()
    sniff.json_format(text)
    sniff.xml_root(text)
    sniff.is_html(text)
    assert time.process_time() - start < 1


def test_pages_are_known_with_and_without_a_root() -> None:
    assert sniff.is_html("<!-- saved --> <!doctype HTML>\n<p>")
    assert sniff.is_html("<html>")
    assert sniff.is_html("<head><title>x")
    assert not sniff.is_html('<!DOCTYPE robot [<!ENTITY x "y">]><robot>')
    assert not sniff.is_html("<robot>")


def test_texts_come_in_utf8_and_utf16() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert sniff.text_of("<röbot>".encode(encoding)) == "<röbot>"


def test_a_head_cut_inside_a_character_is_still_text() -> None:
    assert sniff.text_of("<a>é".encode()[:-1]).startswith("<a>")


def test_pictures_and_archives_are_binary() -> None:
    assert sniff.is_binary(sniff.text_of(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"))
    assert sniff.is_binary(sniff.text_of(b"PK\x03\x04\x14\x00"))
    assert not sniff.is_binary("<robot>\t\r\n")
