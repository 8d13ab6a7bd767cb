"""A weakness is the same in the next scan and in every form of a report; what changes from scan to scan is bounded."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from testflux.kit import errors
from testflux.model import report as model
from testflux.normalise import report
from testflux.parse import registry

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "zap"
REPEATS = [
    pytest.param("dd_results_first_scan.xml", "dd_results_second_scan.xml", 12, 34, id="another crawl"),
    pytest.param("dd_0_zap_sample.xml", "dd_1_new_absent.xml", 6, 13, id="one alert gone, one new"),
    pytest.param("dd_0_zap_sample.xml", "dd_2_new_endpoint.xml", 1, 11, id="one page more"),
    pytest.param("dd_0_zap_sample.xml", "dd_3_different_severities.xml", 0, 10, id="other severities"),
    pytest.param("dd_dvwa_baseline.xml", "dd_dvwa_subset.xml", 12, 52, id="some fixed"),
    pytest.param("dd_dvwa_subset.xml", "dd_dvwa_internal_duplicates.xml", 0, 40, id="written twice"),
    pytest.param("ext_basic-traditional-json.json", "ext_basic-traditional-xml.xml", 0, 1, id="JSON and XML"),
    pytest.param("ext_basic-traditional-json-plus.json", "ext_basic-traditional-xml-plus.xml", 0, 1, id="plus forms"),
    pytest.param("sechub_sarif_red.json", "sechub_sarif_webscan_b.json", 0, 4, id="SARIF"),
]
"""Two scans of one target, how many findings are in one of them only, and how many there are in both together."""


def read(data: bytes) -> model.Report:
    return report.build(registry.parse(io.BytesIO(data)))


def digests(seen: model.Report) -> set[bytes]:
    return {finding.digest for finding in seen.findings}


@pytest.mark.parametrize(("first", "second", "changed", "together"), REPEATS)
def test_few_findings_change_between_scans(first: str, second: str, changed: int, together: int) -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"there is no corpus at {CORPUS}")
    before, after = (digests(read((CORPUS / name).read_bytes())) for name in (first, second))
    assert len(before ^ after) == changed
    assert len(before | after) == together


def test_instances_that_the_tool_merged_are_among_those_it_did_not() -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"there is no corpus at {CORPUS}")
    merged, flat = (digests(read((CORPUS / f"zap_2.4.3_{form}.xml").read_bytes())) for form in ("merged", "unmerged"))
    assert merged < flat


PLACES = (
    ("40012", "Cross Site Scripting", 3, "https://shop.example/item/7?q=1", "GET"),
    ("40012", "Cross Site Scripting", 3, "https://shop.example/search?q=1", "POST"),
    ("10021", "Header Missing", 1, "https://shop.example/", "GET"),
    ("10038-1", "No Policy", 2, "https://shop.example/a", "GET"),
    ("90028", "Insecure Method", 2, "https://shop.example/files/x8zh1", "PUT"),
)
WORDS = ("Informational", "Low", "Medium", "High")


def as_json() -> bytes:
    alerts = [
        {
            "pluginid": rule.partition("-")[0],
            "alertRef": rule,
            "name": name,
            "riskcode": risk,
            "instances": {"uri": uri, "method": method},
        }
        for rule, name, risk, uri, method in PLACES
    ]
    return json.dumps({"@version": "2.17.0", "site": [{"@name": "https://shop.example", "alerts": alerts}]}).encode()


def as_xml() -> bytes:
    alerts = "".join(
        f"<alertitem><pluginid>{rule.partition('-')[0]}</pluginid><alertRef>{rule}</alertRef><name>{name}</name>"
        f"<riskcode>{risk}</riskcode><instances><instance><uri>{uri}</uri><method>{method}</method></instance></instances>"
        "</alertitem>"
        for rule, name, risk, uri, method in PLACES
    )
    site = f'<site name="https://shop.example"><alerts>{alerts}</alerts></site>'
    return f'<OWASPZAPReport version="2.17.0">{site}</OWASPZAPReport>'.encode()


def as_api() -> bytes:
    keys = ("alertRef", "name", "risk", "url", "method")
    rows = [
        dict(zip(keys, (rule, name, WORDS[risk], uri, method), strict=True)) | {"pluginId": rule.partition("-")[0]}
        for rule, name, risk, uri, method in PLACES
    ]
    return json.dumps({"alerts": rows}).encode()


def as_sarif() -> bytes:
    levels = ("none", "note", "warning", "error")
    results = [sarif_result(rule.partition("-")[0], levels[risk], uri, method) for rule, _, risk, uri, method in PLACES]
    run = {"tool": {"driver": {"name": "OWASP ZAP", "rules": []}}, "results": results}
    return json.dumps({"version": "2.1.0", "runs": [run]}).encode()


def sarif_result(rule: str, level: str, uri: str, method: str) -> dict[str, Any]:
    place = {"physicalLocation": {"artifactLocation": {"uri": uri}}}
    return {"ruleId": rule, "level": level, "locations": [place], "webRequest": {"method": method, "target": uri}}


@pytest.mark.parametrize("form", [as_xml, as_api, as_sarif])
def test_every_form_of_a_scan_has_the_same_findings(form: Any) -> None:
    """As far as the form goes: SARIF has neither variants of rules nor parameters, which these places do without."""
    expected, seen = read(as_json()), read(form())
    assert digests(seen) == digests(expected)
    assert len(expected.findings) == len(PLACES)
    assert {(finding.rule, finding.severity) for finding in seen.findings} == {
        (finding.rule, finding.severity) for finding in expected.findings
    }


def test_a_rule_file_is_told_what_it_is() -> None:
    with pytest.raises(errors.ReportError, match="rule file") as caught:
        read(b"# shop\n10021\tFAIL\t(Header)\n")
    assert caught.value.code == "format-not-read"
