from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from testflux.model import raw
from testflux.model.status import Kind
from testflux.parse import k6_bundle

AT = datetime(2026, 3, 14, tzinfo=UTC)
DURATION = raw.RawMetric("http_req_duration", "trend", "time", {"avg": 2, "p95": 3, "med": 2}, [0, 1, 5])
REQUESTS = raw.RawMetric("http_reqs", "counter", "", {"count": 10, "rate": 2})
SERIES = raw.RawSeries("http_reqs", 1000, AT, [1], [1.0], [1.0], [1.0])


def samples(**fields: object) -> raw.RawReport:
    seen = raw.RawReport("k6-ndjson", Kind.LOAD, raw.Tool("k6"), AT, 5000, metrics=[DURATION, REQUESTS])
    return msgspec.structs.replace(seen, **{"samples": 10, "series": [SERIES], "groups": [("a",)], **fields})


def summary(**fields: object) -> raw.RawReport:
    seen = raw.RawReport("k6-handle-summary", Kind.LOAD, raw.Tool("k6", "1.7.0"), None, 6000)
    metrics = [
        raw.RawMetric("http_req_duration", "trend", "time", {"avg": 2, "p95": 3, "p(50)": 2, "p(75)": 2.5}),
        raw.RawMetric("http_reqs", "counter", "default", {"count": 10, "rate": 1.5}),
        raw.RawMetric("http_req_failed{status:>=500}", "rate", "default", {"passes": 0, "fails": 0}),
    ]
    return msgspec.structs.replace(seen, **{"metrics": metrics, **fields})


def codes(seen: raw.RawReport) -> list[str]:
    return [warning.code for warning in seen.warnings]


def test_numbers_and_times_are_the_samples_and_the_rest_is_the_summarys() -> None:
    limit = raw.RawThreshold("http_req_failed{status:>=500}", "rate<1", is_met=False)
    check = raw.RawCheck(("a", "b"), "works", 3, 0)
    joined = k6_bundle.join(
        samples(checks=[raw.RawCheck((), "other", 1, 1)]),
        summary(thresholds=[limit], checks=[check], groups=[("a",), ("a", "b")]),
        None,
    )
    assert (joined.format, joined.tool.version, joined.started_at, joined.duration_ms) == (
        "k6-ndjson",
        "1.7.0",
        AT,
        6000,
    )
    assert (joined.samples, joined.series) == (10, [SERIES])
    assert (joined.thresholds, joined.checks, joined.groups) == ([limit], [check], [("a",), ("a", "b")])
    assert [metric.name for metric in joined.metrics] == [
        "http_req_duration",
        "http_reqs",
        "http_req_failed{status:>=500}",
    ]
    assert joined.metrics[0].values == {"avg": 2, "p95": 3, "med": 2, "p(50)": 2, "p(75)": 2.5}
    assert joined.metrics[0].histogram == [0, 1, 5]
    assert (joined.metrics[1].contains, joined.metrics[1].values) == ("default", {"count": 10, "rate": 1.5})
    assert (joined.is_complete, joined.warnings) == (True, [])


def test_what_goes_in_stays_as_it_is() -> None:
    one, other = samples(), summary()
    before = msgspec.json.encode([one, other])
    k6_bundle.join(one, other, 99)
    k6_bundle.join(one, None, 107)
    assert msgspec.json.encode([one, other]) == before


@pytest.mark.parametrize(
    ("values", "word"),
    [({"avg": 2.00000001}, "avg"), ({"p95": 2.9}, "p95"), ({"p(50)": 7}, "med"), ({"avg": 2 + 1e-10, "max": 9}, "")],
)
def test_what_differs_is_told_with_both_values(values: dict[str, float], word: str) -> None:
    joined = k6_bundle.join(
        samples(), summary(metrics=[raw.RawMetric("http_req_duration", "trend", "time", values)]), None
    )
    assert codes(joined) == (["k6-mismatch"] if word else [])
    if word:
        message = joined.warnings[0].message
        assert message.startswith(f"{word} of http_req_duration is ")
        assert repr(next(iter(values.values()))) in message


def test_counts_are_compared_too_and_many_differences_are_told_in_short() -> None:
    metrics = [raw.RawMetric(f"m{number}", "counter", values={"count": number}) for number in range(50)]
    other = [raw.RawMetric(metric.name, "counter", values={"count": 99}) for metric in metrics]
    joined = k6_bundle.join(samples(metrics=metrics), summary(metrics=other), None)
    assert codes(joined) == ["k6-mismatch"] * 21
    assert joined.warnings[-1].message.startswith("30 more")


def test_csv_is_rounded_and_that_is_no_difference() -> None:
    other = summary(metrics=[raw.RawMetric("http_req_duration", "trend", "time", {"avg": 2.0000004})])
    joined = k6_bundle.join(samples(format="k6-csv"), other, None)
    assert (joined.metrics[0].values["avg"], joined.warnings) == (2, [])
    assert codes(k6_bundle.join(samples(), other, None)) == ["k6-mismatch"]


def test_half_a_file_is_not_compared() -> None:
    other = summary(metrics=[raw.RawMetric("http_reqs", "counter", values={"count": 20})])
    joined = k6_bundle.join(samples(is_complete=False), other, None)
    assert (joined.is_complete, joined.warnings) == (False, [])


def test_verdicts_are_compared_but_not_those_on_rates_over_time() -> None:
    mine = [
        raw.RawThreshold("http_req_duration", "avg<3", is_met=True),
        raw.RawThreshold("http_reqs", "rate>1.8", is_met=True),
        raw.RawThreshold("http_reqs", "count>9", is_met=True),
    ]
    theirs = [msgspec.structs.replace(item, is_met=item.expression == "count>9") for item in mine]
    joined = k6_bundle.join(samples(thresholds=mine), summary(thresholds=theirs), None)
    assert joined.thresholds == theirs
    assert [(item.code, "avg<3" in item.message) for item in joined.warnings] == [("k6-mismatch", True)]


def test_a_share_needs_no_time_and_is_compared() -> None:
    mine = raw.RawMetric("checks", "rate", values={"passes": 1, "fails": 1, "rate": 0.5})
    other = raw.RawMetric("checks", "rate", values={"passes": 1, "fails": 1, "rate": 0.4})
    held = raw.RawThreshold("checks", "rate>0.4", is_met=True)
    missed = msgspec.structs.replace(held, is_met=False)
    joined = k6_bundle.join(
        samples(metrics=[mine], thresholds=[held]), summary(metrics=[other], thresholds=[missed]), None
    )
    assert joined.metrics[0].values["rate"] == 0.5
    assert [item.message[:18] for item in joined.warnings] == ["rate>0.4 of checks"]


def test_name_and_start_are_the_samples_and_groups_come_as_the_summary_has_them() -> None:
    other = summary(name="other", started_at=datetime(2026, 3, 15, tzinfo=UTC), groups=[("b",), ("a",)])
    joined = k6_bundle.join(samples(name="nightly", groups=[("a",), ("c",)]), other, None)
    assert (joined.name, joined.started_at, joined.groups) == ("nightly", AT, [("b",), ("a",), ("c",)])


def test_numbers_of_two_types_are_not_compared() -> None:
    mine = [raw.RawMetric("size", "counter", values={"count": 5})]
    other = [raw.RawMetric("size", "trend", values={"count": 2})]
    joined = k6_bundle.join(samples(metrics=mine), summary(metrics=other), None)
    assert (joined.metrics, joined.warnings) == (other, [])


def test_a_type_that_the_summary_does_not_say_settles_nothing() -> None:
    mine = [raw.RawMetric(name, "trend", values={"avg": 5}) for name in ("size", "size{scenario:a}")]
    joined = k6_bundle.join(samples(metrics=mine), summary(metrics=[raw.RawMetric("size", "")]), None)
    assert joined.metrics == mine


def test_types_that_were_guessed_are_settled() -> None:
    guessed = [
        raw.ReportWarning("k6-guessed-type", f"The file does not say what {name!r} is: …")
        for name in ("ok", "size", "x")
    ]
    mine = [
        raw.RawMetric("ok", "counter", values={"count": 5}),
        raw.RawMetric("ok{scenario:a}", "counter", values={"count": 5}),
        raw.RawMetric("size", "trend", values={"avg": 5}),
    ]
    theirs = [
        raw.RawMetric("ok", "rate", values={"passes": 5, "fails": 0}),
        raw.RawMetric("size", "trend", values={"avg": 5}),
    ]
    joined = k6_bundle.join(samples(metrics=mine, warnings=guessed), summary(metrics=theirs), None)
    assert {metric.name: metric.type for metric in joined.metrics} == {"size": "trend", "ok": "rate"}
    assert [warning.message[27:30] for warning in joined.warnings] == ["'x'"]


def test_a_summary_without_thresholds_or_groups_takes_nothing_away() -> None:
    limit = raw.RawThreshold("http_req_duration", "avg<3", is_met=True)
    check = raw.RawCheck(("a",), "works", 3, 0)
    machine = summary(
        format="k6-machine-summary",
        checks=[raw.RawCheck((), "works", 3, 0)],
        warnings=[raw.ReportWarning("k6-no-thresholds", "…")],
    )
    joined = k6_bundle.join(samples(thresholds=[limit], checks=[check]), machine, None)
    assert (joined.thresholds, joined.checks, joined.warnings) == ([limit], [check], [])
    assert codes(k6_bundle.join(samples(), machine, None)) == ["k6-no-thresholds"]


MISSED = raw.RawThreshold("http_req_duration", "avg<1", is_met=False)


def test_exit_code_99_means_that_a_threshold_was_missed() -> None:
    joined = k6_bundle.join(summary(thresholds=[MISSED]), None, 99)
    assert (joined.thresholds, joined.warnings, joined.is_complete) == ([MISSED], [], True)
    joined = k6_bundle.join(samples(), None, 99)
    assert [item.is_met for item in joined.thresholds] == [False]
    assert codes(joined) == ["k6-exit"]


def test_exit_code_0_means_that_all_held() -> None:
    assert k6_bundle.join(summary(), None, 0) == summary()
    joined = k6_bundle.join(summary(thresholds=[MISSED]), None, 0)
    assert (joined.thresholds, codes(joined)) == ([MISSED], ["k6-mismatch"])


@pytest.mark.parametrize(
    ("code", "word"),
    [(97, "cloud"), (103, "aborted"), (105, "aborted"), (107, "exception"), (108, "test.abort()"), (137, "killed")],
)
def test_other_exit_codes_mean_that_the_run_did_not_end_well(code: int, word: str) -> None:
    joined = k6_bundle.join(samples(), summary(), code)
    assert (joined.is_complete, codes(joined)) == (False, ["k6-exit"])
    assert word in joined.warnings[0].message
    assert f"{code}" in joined.warnings[0].message
