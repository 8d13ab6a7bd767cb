from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.model import raw
from testflux.parse import sarif

RULE = {"id": "R1", "shortDescription": {"text": "Rule one"}, "defaultConfiguration": {"level": "error"}}
PLACE = {
    "physicalLocation": {
        "artifactLocation": {"uri": "src/app.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 12, "snippet": {"text": "eval(x)"}},
    },
    "logicalLocations": [{"name": "run", "fullyQualifiedName": "app.run"}],
}
RESULT = {"ruleId": "R1", "message": {"text": "Do not."}, "locations": [PLACE]}


def run(*results: object, rules: tuple[object, ...] = (RULE,), tool: str = "Semgrep OSS", **more: object) -> object:
    return {"tool": {"driver": {"name": tool, "semanticVersion": "1.2", "rules": rules}}, "results": results} | more


def read(*runs: object) -> raw.RawReport:
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": runs}
    return sarif.parse(io.BytesIO(json.dumps(document).encode()))


def read_alert(**result: object) -> raw.RawAlert:
    (alert,) = read(run(RESULT | result)).alerts
    return alert


def test_every_field_has_its_place() -> None:
    seen = read(run(RESULT))
    assert (seen.format, seen.tool, seen.sites, seen.is_complete) == (
        "sarif",
        raw.Tool("Semgrep OSS", "1.2"),
        [],
        True,
    )
    (alert,) = seen.alerts
    assert (alert.plugin_id, alert.name, alert.risk, alert.confidence, alert.tool) == (
        "R1",
        "Rule one",
        3,
        2,
        "Semgrep OSS",
    )
    assert alert.instances == [
        raw.RawInstance(evidence="eval(x)", other="Do not.", path="src/app.py", line=12, logical="app.run")
    ]


@pytest.mark.parametrize(
    ("result", "rule", "risk"),
    [
        ({"level": "error"}, {}, 3),
        ({"level": "warning"}, {}, 2),
        ({"level": "note"}, {}, 1),
        ({"level": "none"}, {}, 0),
        ({}, {"defaultConfiguration": {"level": "note"}}, 1),
        ({}, {}, 2),
        ({"level": "note"}, {"properties": {"security-severity": "9.1"}}, 4),
        ({"level": "error"}, {"properties": {"security-severity": "5.0"}}, 2),
        ({"properties": {"security-severity": "3"}}, {"properties": {"security-severity": "9.1"}}, 1),
        ({"level": "none"}, {"properties": {"security-severity": "9.1"}}, 0),
        ({"kind": "informational"}, {}, 0),
        ({"kind": "fail"}, {}, 2),
        ({"level": "loud"}, {}, 2),
    ],
)
def test_severity_is_of_the_score_then_of_the_level(result: dict[str, Any], rule: dict[str, Any], risk: int) -> None:
    (alert,) = read(run({"ruleId": "R"} | result, rules=({"id": "R"} | rule,))).alerts
    assert alert.risk == risk


@pytest.mark.parametrize("kind", ["pass", "notApplicable"])
def test_what_holds_is_no_finding(kind: str) -> None:
    assert read(run(RESULT | {"kind": kind})).alerts == []


def test_results_of_one_rule_and_severity_are_one_alert() -> None:
    seen = read(run(RESULT, RESULT, RESULT | {"level": "note"}, {"ruleId": "R2"}))
    assert [(alert.plugin_id, alert.risk, len(alert.instances)) for alert in seen.alerts] == [
        ("R1", 3, 2),
        ("R1", 1, 1),
        ("R2", 2, 1),
    ]


@pytest.mark.parametrize(
    ("suppressions", "confidence"),
    [
        ([{"kind": "inSource"}], 0),
        ([{"kind": "external", "status": "accepted"}], 0),
        ([{"kind": "external", "status": "underReview"}], 2),
        ([{"kind": "inSource"}, {"kind": "external", "status": "rejected"}], 2),
        ([], 2),
        (None, 2),
    ],
)
def test_what_the_tool_suppressed_is_kept_apart(suppressions: object, confidence: int) -> None:
    assert read_alert(suppressions=suppressions).confidence == confidence


def test_a_result_may_say_how_sure_it_is() -> None:
    assert read_alert(properties={"issue_confidence": "LOW"}).confidence == 1
    assert read_alert(properties={"confidence": "high"}).confidence == 3


@pytest.mark.parametrize(
    ("result", "fingerprint"),
    [
        ({"partialFingerprints": {"primaryLocationLineHash": "39fa2ee980eb94b0:1"}}, "39fa2ee980eb94b0:1"),
        ({"partialFingerprints": {"primaryLocationLineHash/v1": "39fa2ee980eb94b0:1"}}, "39fa2ee980eb94b0:1"),
        ({"partialFingerprints": {"primaryLocationStartColumnFingerprint": "4567891011"}}, ""),
        ({"partialFingerprints": {"commitSha": "0123456789abcdef", "email": "someone@shop.example"}}, ""),
        ({"fingerprints": {"matchBasedId/v1": "abcdef0123456789_0"}}, "abcdef0123456789_0"),
        ({"fingerprints": {"matchBasedId/v1": "requires login"}}, ""),
        ({"fingerprints": {"0": "short"}}, ""),
        ({"fingerprints": "none"}, ""),
        ({}, ""),
    ],
)
def test_only_true_fingerprints_count(result: dict[str, Any], fingerprint: str) -> None:
    assert read_alert(**result).instances[0].fingerprint == fingerprint


def test_messages_may_be_templates() -> None:
    rule = RULE | {"messageStrings": {"default": {"text": "{0} reaches {1} and {7}."}}}
    result = {"ruleId": "R1", "message": {"id": "default", "arguments": ["Input", "the query"]}}
    assert read(run(result, rules=(rule,))).alerts[0].instances[0].other == "Input reaches the query and {7}."
    assert read_alert(message={"id": "nowhere"}).instances[0].other == ""


def test_a_result_may_have_no_place() -> None:
    assert read_alert(locations=[]).instances == [raw.RawInstance(other="Do not.")]
    logical = [{"logicalLocations": [{"name": "aws_s3_bucket.data"}]}]
    assert read_alert(locations=logical).instances[0].logical == "aws_s3_bucket.data"


def test_zaps_own_is_zaps() -> None:
    place = {
        "physicalLocation": {
            "artifactLocation": {"uri": "http://h/a?q=1"},
            "region": {"snippet": {"text": "<script>"}},
        },
        "properties": {"attack": "<script>"},
    }
    request = {"method": "GET", "target": "http://h/a?q=1", "protocol": "HTTP", "version": "1.1"}
    result = {"ruleId": "40012", "level": "error", "locations": [place], "webRequest": request}
    (alert,) = read(run(result, tool="OWASP ZAP", rules=())).alerts
    assert (alert.plugin_id, alert.tool) == ("40012", "")
    assert alert.instances == [
        raw.RawInstance(
            "http://h/a?q=1",
            "GET",
            attack="<script>",
            evidence="<script>",
            request_header="GET http://h/a?q=1 HTTP/1.1\r\n\r\n",
        )
    ]
    assert read(run(result, tool="ZAP+Nuclei")).alerts[0].tool == "ZAP+Nuclei"


def test_weaknesses_may_be_said_by_the_result() -> None:
    assert read_alert(taxa=[{"id": "79", "toolComponent": {"name": "CWE"}}]).cwe == 79


def test_times_and_durations() -> None:
    seen = read(
        run(invocations=[{"startTimeUtc": "2026-03-14T09:15:30Z", "endTimeUtc": "2026-03-14T09:16:00.5Z"}]),
        run(invocations=[{"startTimeUtc": "2027-01-01T00:00:00Z"}]),
    )
    assert seen.started_at == datetime(2026, 3, 14, 9, 15, 30, tzinfo=UTC)
    assert seen.duration_ms == 30_500
    assert read(run()).started_at is None


def test_several_runs_are_one_report() -> None:
    seen = read(run(RESULT), run(RESULT, tool="Trivy"), run(tool="Trivy"))
    assert seen.tool == raw.Tool("Semgrep OSS, Trivy", "1.2")
    assert [alert.tool for alert in seen.alerts] == ["Semgrep OSS", "Trivy"]
    assert sarif._tool([{}]) == raw.Tool("SARIF")  # noqa: SLF001 - a name for the nameless


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"invocations": [{"executionSuccessful": False, "exitCodeDescription": "out of memory"}]}, "sarif-failed"),
        (
            {
                "invocations": [
                    {"toolExecutionNotifications": [{"level": "error", "message": {"text": "no parse"}}] * 3}
                ]
            },
            "sarif-error",
        ),
        ({"invocations": [{"toolConfigurationNotifications": [{"level": "error"}]}]}, "sarif-error"),
        ({"results": None}, "sarif-no-results"),
    ],
)
def test_a_tool_that_failed_leaves_an_incomplete_report(more: dict[str, Any], code: str) -> None:
    seen = read(run(RESULT, **more))
    assert not seen.is_complete
    assert [warning.code for warning in seen.warnings] == [code]


def test_what_is_no_error_leaves_it_complete() -> None:
    notes = [{"level": "warning", "message": {"text": "slow"}}, {"message": {"text": "by the way"}}]
    seen = read(run(RESULT, invocations=[{"executionSuccessful": True, "toolExecutionNotifications": notes}]))
    assert (seen.is_complete, seen.warnings) == (True, [])


@pytest.mark.parametrize("document", [{}, {"runs": []}, {"runs": ["x"]}, {"runs": None}, []])
def test_without_runs_it_is_no_report(document: object) -> None:
    with pytest.raises(errors.ReportError) as caught:
        sarif.parse(io.BytesIO(json.dumps(document).encode()))
    assert caught.value.code == "report-shape"


KEYS = (
    "tool", "driver", "extensions", "rules", "id", "ruleId", "ruleIndex", "rule", "index", "results", "level",
    "locations", "physicalLocation", "artifactLocation", "uri", "uriBaseId", "region", "startLine", "snippet", "text",
    "message", "arguments", "properties", "tags", "security-severity", "suppressions", "status", "invocations",
    "artifacts", "originalUriBaseIds", "partialFingerprints", "webRequest", "headers", "relationships", "target",
    "logicalLocations",
)  # fmt: skip
Json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.text(max_size=5)
    | st.sampled_from(["error", "file:///a/b", "-1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=25,
)


@given(st.dictionaries(st.sampled_from(KEYS), Json, max_size=6), st.dictionaries(st.sampled_from(KEYS), Json))
def test_any_shape_is_read(part: dict[str, Any], result: dict[str, Any]) -> None:
    seen = read(part | {"results": [result, part]}, part)
    assert all(alert.instances for alert in seen.alerts)
