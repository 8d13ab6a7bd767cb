"""Every file of the shared corpus of real reports says the same to us as to its own tool's reader.

The corpus lies beside the repository (`../shared/corpus`) and is not part of it; without it these tests are skipped and
the fixtures beside this file stand in.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from robot.api import ExecutionResult
from robot.result import TestSuite as OfficialSuite

from testflux.kit import errors
from testflux.model import raw
from testflux.model import report as model
from testflux.model.status import Status
from testflux.normalise import report
from testflux.parse import registry

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
WORDS = {Status.PASSED: "PASS", Status.FAILED: "FAIL", Status.SKIPPED: "SKIP"}
REJECTED = {
    "gen-killed.xml": "report-truncated",
    "gen-truncated.xml": "report-truncated",
    "pub-jenkins-xxe.xml": "xml-doctype",
    "dd_malformed.xml": "xml-malformed",
    "grafana+xk6-dashboard__k6-dashboard-html-report.html": "html-report",
    "MiguelFerreira18__report_1_summary.html": "html-report",
    "grafana+xk6-dashboard__result.json.gz": "format-unknown",
}


def list_rows(folder: str) -> list[dict[str, str]]:
    index = CORPUS / folder / "SOURCES.tsv"
    if not index.exists():
        return []
    with index.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def is_read(row: dict[str, str]) -> bool:
    name = row["file"]
    if (
        name in REJECTED
        or "machine_readable" in name
        or "xk6-dashboard" in name
        or name.endswith(("_data.json", ".csv"))
    ):
        return False
    return "sarif" not in row.get("kind", "") and not (name.startswith("rf") and name.endswith(".json"))


def params(folder: str, *, read: bool = True) -> list[Any]:
    return [pytest.param(row, id=row["file"]) for row in list_rows(folder) if is_read(row) is read]


def official_params() -> list[Any]:
    """What Robot Framework 7.5 reads; of two root suites, as in blue_skip, it keeps the first one's place only."""
    rows = [param.values[0] for param in params("robot")]
    return [
        pytest.param(row, id=row["file"])
        for row in rows
        if not row["rf75_error"] and row["file"] != "pub-jenkins-blue_skip.xml"
    ]


def open_report(folder: str, row: dict[str, str]) -> raw.RawReport:
    with (CORPUS / folder / row["file"]).open("rb") as stream:
        return registry.parse(stream)


def build(folder: str, row: dict[str, str]) -> model.Report:
    return report.build(open_report(folder, row))


def test_the_corpus_is_there() -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"there is no corpus at {CORPUS}")
    assert len(params("robot")) == 66
    assert len(params("zap")) == 38
    assert len(params("k6")) == 11


@pytest.mark.parametrize("row", params("robot"))
def test_robot_totals(row: dict[str, str]) -> None:
    reader = "rf322" if row["rf75_error"] else "rf75"  # what Robot Framework 7.5 cannot read was counted with 3.2.2
    totals = build("robot", row).totals
    assert totals == {
        "total": int(row[f"{reader}_tests"]),
        "passed": int(row[f"{reader}_passed"]),
        "failed": int(row[f"{reader}_failed"]),
        "skipped": int(row.get(f"{reader}_skipped", "0") or 0),
        "broken": 0,
    }


@pytest.mark.parametrize("row", official_params())
def test_robot_tests_are_those_of_the_official_reader(row: dict[str, str]) -> None:
    seen = open_report("robot", row)
    official = ExecutionResult(CORPUS / "robot" / row["file"])
    finals = [test for test in seen.tests if test.attempt > 1 or not has_later_attempt(test, seen)]
    assert len(finals) == len(list(official.suite.all_tests))
    for test, expected in zip(finals, official.suite.all_tests, strict=True):
        assert ".".join((*test.suite, test.name)) == expected.full_name
        assert WORDS[test.status] == expected.status
        assert sorted(test.tags) == sorted(expected.tags)
        assert test.doc == expected.doc
        assert test.line == expected.lineno
        assert test.source == str(expected.source or "")
        if test.attempt == 1:
            assert message_as_written(test) == expected.message
        if test.duration_ms is not None:
            assert test.duration_ms == pytest.approx(expected.elapsed_time.total_seconds() * 1000)
        if test.started_at is not None:
            assert test.started_at.replace(tzinfo=None) == expected.start_time


@pytest.mark.parametrize("row", official_params())
def test_robot_suites_and_log_are_those_of_the_official_reader(row: dict[str, str]) -> None:
    seen = open_report("robot", row)
    official = ExecutionResult(CORPUS / "robot" / row["file"])
    suites = list_suites(official.suite)
    assert [".".join(suite.path) for suite in seen.suites] == [suite.full_name for suite in suites]
    for suite, expected in zip(seen.suites, suites, strict=True):
        assert suite.doc == expected.doc
        assert suite.message == expected.message
        assert suite.metadata == dict(expected.metadata)
        assert suite.duration_ms == pytest.approx(expected.elapsed_time.total_seconds() * 1000)
    assert [(entry.level, entry.text, entry.is_html) for entry in seen.log] == [
        (message.level, message.message, message.html) for message in official.errors.messages
    ]


@pytest.mark.parametrize("row", params("robot"))
def test_robot_ranges_hold_exactly_one_test_each(row: dict[str, str]) -> None:
    data = (CORPUS / "robot" / row["file"]).read_bytes()
    finals = [test for test in open_report("robot", row).tests if test.byte_start is not None]
    assert len(finals) == data.count(b"<test ")
    for test in finals:
        part = data[test.byte_start : test.byte_end]
        assert part.startswith(b"<test ")
        assert part.endswith(b"</test>")
        assert part.count(b"</test>") == 1


@pytest.mark.parametrize("row", params("zap"))
def test_zap_totals(row: dict[str, str]) -> None:
    seen = build("zap", row)
    assert [seen.totals[key] for key in ("sites", "alerts", "instances")] == [
        int(row[key]) for key in ("sites", "alerts", "instances")
    ]
    assert seen.totals["findings"] == len(seen.findings)
    by_severity = seen.totals["by_severity"]
    assert isinstance(by_severity, dict)
    assert sum(by_severity.values()) == len(seen.findings)
    assert len({finding.digest for finding in seen.findings}) == len(seen.findings)
    assert seen.tool.version == row["zap_version"]
    assert seen.started_at is not None


@pytest.mark.parametrize("row", params("k6"))
def test_k6_totals(row: dict[str, str]) -> None:
    document = json.loads((CORPUS / "k6" / row["file"]).read_bytes())
    seen = build("k6", row)
    verdicts = [verdict for metric in document["metrics"].values() for verdict in metric.get("thresholds", {}).values()]
    failed = [verdict for verdict in verdicts if verdict is True or verdict == {"ok": False}]
    checks = list_checks(document.get("root_group", {}))
    rate = document["metrics"].get("checks", {})
    rate = rate.get("values", rate)
    assert seen.totals == {
        "metrics": len(document["metrics"]),
        "samples": 0,
        "checks_passed": sum(check["passes"] for check in checks) if checks else rate.get("passes", 0),
        "checks_failed": sum(check["fails"] for check in checks) if checks else rate.get("fails", 0),
        "thresholds": len(verdicts),
        "thresholds_failed": len(failed),
    }
    for name, values in document["metrics"].items():
        metric = next(metric for metric in seen.metrics if name in {metric.name, f"{metric.name}{{{metric.tags}}}"})
        written = {key: value for key, value in values.get("values", values).items() if key.startswith("p(9")}
        assert {
            f"p({key[1:]})" if key[1].isdigit() else key for key in metric.values if key[:2] in {"p9", "p("}
        } >= set(written)


@pytest.mark.parametrize(
    ("folder", "row"),
    [
        pytest.param(folder, param.values[0], id=param.id)
        for folder in ("robot", "zap", "k6")
        for param in params(folder, read=False)
    ],
)
def test_what_is_not_read_is_refused_with_a_reason(folder: str, row: dict[str, str]) -> None:
    with pytest.raises(errors.ReportError) as caught:
        open_report(folder, row)
    assert caught.value.code == REJECTED.get(row["file"], "format-not-read")
    assert caught.value.hint


def has_later_attempt(test: raw.RawTest, seen: raw.RawReport) -> bool:
    return any(
        (other.suite, other.name) == (test.suite, test.name) and other.attempt == test.attempt + 1
        for other in seen.tests
    )


def message_as_written(test: raw.RawTest) -> str:
    return f"*HTML* {test.message}" if test.message_is_html else test.message


def list_suites(suite: OfficialSuite) -> list[OfficialSuite]:
    return [suite, *(inner for child in suite.suites for inner in list_suites(child))]


def list_checks(group: dict[str, Any]) -> list[dict[str, Any]]:
    def values(key: str) -> list[dict[str, Any]]:
        held = group.get(key) or []
        return list(held.values()) if isinstance(held, dict) else held

    return [*values("checks"), *(check for inner in values("groups") for check in list_checks(inner))]
