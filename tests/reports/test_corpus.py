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

from testflux.kit import errors
from testflux.model import raw
from testflux.model import report as model
from testflux.normalise import report
from testflux.parse import registry

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
REJECTED = {
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
    return row["file"] not in REJECTED and not row["file"].endswith(".ndjson")


def is_elsewhere(row: dict[str, str]) -> bool:
    """Whether test_k6_corpus.py looks at it: samples, and summaries without thresholds."""
    name = row["file"]
    return "machine_readable" in name or name.endswith(("_data.json", "_result.json", ".csv"))


def params(folder: str, *, read: bool = True) -> list[Any]:
    rows = [row for row in list_rows(folder) if is_read(row) is read and not is_elsewhere(row)]
    return [pytest.param(row, id=row["file"]) for row in rows]


def open_report(folder: str, row: dict[str, str]) -> raw.RawReport:
    with (CORPUS / folder / row["file"]).open("rb") as stream:
        return registry.parse(stream)


def build(folder: str, row: dict[str, str]) -> model.Report:
    return report.build(open_report(folder, row))


def test_the_corpus_is_there() -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"there is no corpus at {CORPUS}")
    assert len(params("robot")) == 74
    assert len(params("zap")) == 43
    assert len(params("k6")) == 11


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
    assert (seen.started_at is None) is (row["generated"] == "")


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


def list_checks(group: dict[str, Any]) -> list[dict[str, Any]]:
    def values(key: str) -> list[dict[str, Any]]:
        held = group.get(key) or []
        return list(held.values()) if isinstance(held, dict) else held

    return [*values("checks"), *(check for inner in values("groups") for check in list_checks(inner))]
