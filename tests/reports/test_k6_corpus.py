"""Samples and machine-readable summaries of the shared corpus: what we compute is what k6 computed.

The corpus lies beside the repository and is not part of it; without it these tests are skipped.
"""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter
from pathlib import Path

import pytest

from testflux.kit import errors, inflate
from testflux.model import raw
from testflux.normalise import report
from testflux.parse import k6_bundle, registry

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "k6"
RUN = "MiguelFerreira18__report_1_"
OFFICIAL = "grafana+xk6-dashboard__dashboard_testdata_result.json"

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"there is no corpus at {CORPUS}")


def read(name: str) -> raw.RawReport:
    with (CORPUS / name).open("rb") as stream:
        return registry.parse(inflate.inflate(stream, inflate.Limits()))


def by_name(seen: raw.RawReport) -> dict[str, raw.RawMetric]:
    return {metric.name: metric for metric in seen.metrics}


@pytest.mark.parametrize("samples", ["data.json", "data.csv"])
def test_samples_come_to_what_k6_says_in_the_summary_of_the_same_run(samples: str) -> None:
    seen, summary = read(RUN + samples), read(RUN + "summary.json")
    found = by_name(seen)
    compared = 0
    for metric in summary.metrics:
        own = found[metric.name]
        assert own.type == metric.type
        for statistic in own.values.keys() & metric.values.keys() - ({"rate"} if metric.type == "counter" else set()):
            assert own.values[statistic] == pytest.approx(metric.values[statistic], rel=1e-9, abs=1e-12), metric.name
            compared += 1
    assert compared > 90
    assert seen.checks == summary.checks
    assert seen.samples == 16_186
    assert (seen.is_complete, {warning.code for warning in seen.warnings} <= {"k6-guessed-type"}) == (True, True)


def test_json_lines_and_csv_come_to_the_same() -> None:
    lines, rows = by_name(read(RUN + "data.json")), by_name(read(RUN + "data.csv"))
    assert list(lines) == list(rows)
    for name, metric in lines.items():
        exact = {key: value for key, value in metric.values.items() if (metric.type, key) != ("counter", "rate")}
        assert {key: rows[name].values[key] for key in exact} == pytest.approx(exact, rel=1e-9, abs=1e-12)


def test_time_adds_up_to_the_whole() -> None:
    seen = read(RUN + "data.json")
    metrics = by_name(seen)
    for series in seen.series:
        metric = metrics[series.name]
        assert len(series.counts) == len(series.sums) == len(series.p95s) == len(series.maxima) == 94
        if metric.type == "trend":
            assert sum(series.sums) == pytest.approx(metric.values["avg"] * metric.values["count"])
            assert max(series.maxima) == metric.values["max"]
            assert sum(series.counts) == metric.values["count"]
        elif metric.type == "counter":
            assert sum(series.sums) == metric.values["count"]
    assert {series.bucket_ms for series in seen.series} == {1000}


def test_every_sample_of_the_official_file_counts() -> None:
    lines = [json.loads(line) for line in (CORPUS / OFFICIAL).read_bytes().splitlines()]
    counts = Counter(line["metric"] for line in lines if line["type"] == "Point")
    seen = read(OFFICIAL)
    assert seen.samples == counts.total() == 3582
    assert seen.warnings == []
    assert {series.name: sum(series.counts) for series in seen.series if "{" not in series.name} == counts
    assert by_name(seen)["http_reqs"].values["count"] == counts["http_reqs"]


def test_gzip_reads_the_same_and_up_to_where_it_breaks_off() -> None:
    packed = (CORPUS / "grafana+xk6-dashboard__result.json.gz").read_bytes()
    whole = registry.parse(io.BytesIO(gzip.decompress(packed)))
    assert registry.parse(inflate.inflate(io.BytesIO(packed), inflate.Limits())) == whole
    cut = registry.parse(inflate.inflate(io.BytesIO(packed[: len(packed) // 2]), inflate.Limits()))
    assert (cut.is_complete, [warning.code for warning in cut.warnings]) == (False, ["report-truncated"])
    assert 1000 < cut.samples < whole.samples
    with pytest.raises(errors.ReportError) as caught:
        registry.parse(inflate.inflate(io.BytesIO(packed[:40]), inflate.Limits()))
    assert caught.value.code in {"compression-damaged", "report-truncated", "format-unknown"}


@pytest.mark.parametrize("spelling", ["as_k6_1.7_writes", "schema_keys"])
def test_machine_readable_summaries_in_both_spellings(spelling: str) -> None:
    seen = read(f"SYNTHETIC_machine_readable_v1_{spelling}.json")
    built = report.build(seen)
    assert (seen.tool.version, built.duration_ms) == ("2.2.0", 600_020)
    assert "http.get" not in repr(built)
    assert [warning.code for warning in built.warnings] == ["k6-no-thresholds"]
    metrics = by_name(seen)
    assert metrics["http_req_duration"].values["p95"] == 180.3
    assert metrics["http_req_failed"].values == {"passes": 2, "fails": 98, "rate": 0.02}
    assert metrics["http_reqs"].values == pytest.approx({"count": 100, "rate": 100 / 600.02})
    assert metrics["checks"].values == {"passes": 98, "fails": 2, "rate": 0.98}
    assert built.totals["checks_failed"] == 2


@pytest.mark.parametrize("samples", ["data.json", "data.csv"])
def test_the_files_of_one_run_agree(samples: str) -> None:
    joined = k6_bundle.join(read(RUN + samples), read(RUN + "summary.json"), 0)
    assert joined.warnings == []
    assert joined.duration_ms == pytest.approx(93_186.171443)
    assert by_name(joined)["http_reqs"].values["rate"] == pytest.approx(1000 / 93.186171443)
    assert "p(99.99)" in by_name(joined)["http_req_duration"].values


def test_files_of_two_runs_do_not() -> None:
    joined = k6_bundle.join(read(OFFICIAL), read(RUN + "summary.json"), None)
    assert {warning.code for warning in joined.warnings} == {"k6-mismatch"}
