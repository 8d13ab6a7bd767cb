from __future__ import annotations

import io

import numpy as np
import pytest

import k6_made
from testflux.kit import errors, sketch
from testflux.model import raw
from testflux.parse import k6_breakdown, k6_lines, k6_ndjson


def read(*lines: bytes) -> raw.RawReport:
    return k6_ndjson.parse(io.BytesIO(b"".join(lines)))


def metrics(report: raw.RawReport) -> dict[str, raw.RawMetric]:
    return {metric.name: metric for metric in report.metrics}


def test_each_type_has_its_own_statistics() -> None:
    seen = metrics(
        read(
            *(k6_made.definition(name, name) for name in ("trend", "rate", "counter", "gauge")),
            *(
                k6_made.point(name, value, after)
                for after, value in enumerate((3, 0, 1))
                for name in ("trend", "rate", "counter", "gauge")
            ),
        )
    )
    assert seen["trend"].values["med"] == 1
    assert seen["rate"].values == pytest.approx({"passes": 2, "fails": 1, "rate": 2 / 3})
    assert seen["counter"].values == {"count": 4, "rate": 2}
    assert seen["gauge"].values == {"value": 1, "min": 0, "max": 3}


def test_a_gauges_value_is_the_last_to_arrive_not_the_last_in_time() -> None:
    seen = read(k6_made.definition("g", "gauge"), k6_made.point("g", 5, 9), k6_made.point("g", 4, 1))
    assert seen.metrics[0].values["value"] == 4


def test_trends_have_a_histogram_that_adds_up() -> None:
    values = [1.5, 2.5, 100, 0]
    seen = read(k6_made.definition("t", "trend"), *(k6_made.point("t", value) for value in values))
    assert seen.metrics[0].histogram == sketch.build(np.array(values))


def judge(kind: str, expression: object, *values: float) -> list[bool]:
    lines = [k6_made.point("m", value, number) for number, value in enumerate(values)]
    seen = read(k6_made.definition("m", kind, thresholds=[expression]), *lines, k6_made.point("vus", 1))
    return [threshold.is_met for threshold in seen.thresholds]


@pytest.mark.parametrize(
    ("kind", "expression", "values", "is_met"),
    [
        ("trend", "p(95)<500", (100, 200), True),
        ("trend", "p(95) < 150", (100, 200), False),
        ("trend", {"threshold": "med==150", "abortOnFail": True, "delayAbortEval": "10s"}, (100, 200), True),
        ("trend", "p(99.5)>199.4", (100, 200), True),
        ("trend", "p(99.5)>199.5", (100, 200), False),
        ("rate", "rate>0.5", (1, 0), False),
        ("rate", "rate>=0.5", (1, 0), True),
        ("counter", "count===3", (1, 2), True),
        ("counter", "rate<3", (1, 2), False),
        ("gauge", "value<2", (1, 2), False),
        ("trend", "p(95)<500", (), True),
        ("trend", "p(95)>0", (), False),
        ("rate", "rate>0.9", (), True),
        ("counter", "count>0", (), False),
    ],
)
def test_thresholds_are_judged_as_k6_does(
    kind: str,
    expression: object,
    values: tuple[float, ...],
    is_met: bool,  # noqa: FBT001 - it is a case's expectation
) -> None:
    assert judge(kind, expression, *values) == [is_met]


def test_the_percentile_of_a_threshold_is_among_the_values() -> None:
    seen = read(k6_made.definition("m", "trend", thresholds=["p(42)<1"]), *(k6_made.point("m", n) for n in (0, 100)))
    assert seen.metrics[0].values["p(42)"] == pytest.approx(42)


def test_a_threshold_that_is_none_is_warned_about() -> None:
    seen = read(k6_made.definition("m", "trend", thresholds=["quick"]), k6_made.point("m", 1))
    assert (seen.thresholds, [warning.code for warning in seen.warnings]) == ([], ["unexpected-value"])


def request(number: int, **tags: str) -> list[bytes]:
    told = {"method": "GET", **tags}
    return [k6_made.point(name, 10 * number, number, told) for name in ("http_req_duration", "http_reqs")]


def test_requests_are_broken_down_by_what_people_ask_for() -> None:
    seen = read(
        k6_made.definition("http_req_duration", "trend", "time"),
        k6_made.definition("http_reqs", "counter"),
        *request(1, name="/a", status="200", scenario="x", group="", expected_response="true"),
        *request(2, name="/a", status="500", scenario="x", group="::g", expected_response="false", error_code="1500"),
        *request(3, name="/b", status="200", scenario="y", group="::g::h", expected_response="true"),
    )
    found = {name: metric.values["count"] for name, metric in metrics(seen).items() if name.startswith("http_req_d")}
    assert found == {
        "http_req_duration": 3,
        "http_req_duration{scenario:x}": 2,
        "http_req_duration{scenario:y}": 1,
        "http_req_duration{group:::g}": 1,
        "http_req_duration{group:::g::h}": 1,
        "http_req_duration{status:200}": 2,
        "http_req_duration{status:500}": 1,
        "http_req_duration{expected_response:true}": 2,
        "http_req_duration{expected_response:false}": 1,
        "http_req_duration{method:GET,name:/a}": 2,
        "http_req_duration{method:GET,name:/b}": 1,
        "http_req_duration{method:GET,name:/a,status:200}": 1,
        "http_req_duration{method:GET,name:/a,status:500}": 1,
    }
    assert metrics(seen)["http_reqs{error_code:1500}"].values["count"] == 20
    assert metrics(seen)["http_req_duration{scenario:x}"].values["avg"] == 15
    assert seen.groups == [("g",), ("g", "h")]


def test_time_is_cut_into_round_buckets() -> None:
    lines = [k6_made.point("http_req_duration", value, after, scenario="ab"[after > 5]) for after, value in
             ((0.5, 1), (0.9, 3), (2, 10), (700, 20))]  # fmt: skip
    seen = read(k6_made.definition("http_req_duration", "trend", "time"), *lines)
    whole, first, second = seen.series
    assert (whole.name, whole.bucket_ms, whole.start_at) == ("http_req_duration", 2000, k6_made.START)
    assert (len(whole.counts), whole.counts[:3], whole.counts[-1]) == (351, [2, 1, 0], 1)
    assert (whole.sums[:3], whole.p95s[:3], whole.maxima[:3]) == ([4, 10, 0], [pytest.approx(2.9), 10, 0], [3, 10, 0])
    assert (first.name, first.counts[-1], first.maxima[1]) == ("http_req_duration{scenario:a}", 0, 10)
    assert (second.name, second.counts[-1], second.counts[0]) == ("http_req_duration{scenario:b}", 1, 0)


def test_a_run_of_years_has_no_series() -> None:
    seen = read(k6_made.definition("m", "trend"), k6_made.point("m", 1), k6_made.point("m", 1, 400 * 86_400))
    assert (seen.series, seen.samples) == ([], 2)


def test_too_many_names_are_cut_and_told() -> None:
    lines = [line for number in range(250) for line in request(number, name=f"/{number}")]
    seen = read(k6_made.definition("http_req_duration", "trend"), k6_made.definition("http_reqs", "counter"), *lines)
    named = [name for name in metrics(seen) if name.startswith("http_reqs{method")]
    assert len(named) == 200
    assert [(warning.code, "method, name" in warning.message) for warning in seen.warnings] == [
        ("k6-cardinality", True)
    ]
    assert sum("{" in series.name for series in seen.series) == 40


@pytest.mark.parametrize(
    ("last", "width_s", "buckets"), [(0, 1, 1), (359_999_999, 1, 360), (360_000_000, 2, 181), (720_000_000, 5, 145)]
)
def test_there_are_at_most_360_buckets(last: int, width_s: int, buckets: int) -> None:
    clock = k6_breakdown.Clock.over(0, last)
    assert (clock.width_s, clock.buckets) == (width_s, buckets)


def test_the_most_frequent_are_listed_not_the_first() -> None:
    often = [line for number in range(230, 250) for line in request(number, name=f"/{number}") * 3]
    lines = [line for number in range(250) for line in request(number, name=f"/{number}")]
    seen = read(
        k6_made.definition("http_req_duration", "trend"), k6_made.definition("http_reqs", "counter"), *lines, *often
    )
    assert metrics(seen)["http_req_duration{method:GET,name:/249}"].values["count"] == 4
    drawn = {series.name: series for series in seen.series}
    assert sum(drawn["http_req_duration{method:GET,name:/249}"].counts) == 4
    assert max(drawn["http_req_duration{method:GET,name:/249}"].maxima) == 2490


def test_a_declared_sub_metric_is_there_once() -> None:
    name = "http_req_duration{expected_response:true}"
    declared = [{"name": name, "tags": {"expected_response": "true"}}]
    seen = read(
        k6_made.definition("http_req_duration", "trend", submetrics=declared),
        *request(1, name="/", expected_response="true"),
    )
    assert [metric.name for metric in seen.metrics].count(name) == 1


def test_a_request_without_a_method_is_in_no_breakdown_by_it() -> None:
    line = k6_made.point("http_reqs", 1, name="/")
    seen = read(k6_made.definition("http_reqs", "counter"), line, *request(1, name="/"))
    assert [name for name in metrics(seen) if name.startswith("http_reqs{")] == ["http_reqs{method:GET,name:/}"]


def test_an_error_that_all_requests_have_is_told() -> None:
    seen = read(k6_made.definition("http_reqs", "counter"), *request(1, name="/", error_code="1050"))
    assert "http_reqs{error_code:1050}" in metrics(seen)


def test_checks_add_up_over_scenarios() -> None:
    lines = [k6_made.point("checks", value, check="ok", scenario=name) for name in "ab" for value in (0, 0, 1)]
    lines += [k6_made.definition("http_req_failed", "rate"), k6_made.point("http_req_failed", 0)]
    assert read(k6_made.definition("checks", "rate"), *lines).checks == [raw.RawCheck((), "ok", 2, 4)]


def test_the_first_bad_line_is_named_whichever_block_it_is_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(k6_lines, "SIZE", 200)
    lines = [k6_made.definition("m", "trend"), *[k6_made.point("m", 1)] * 20]
    (warning,) = read(*lines, b"odd\n", *lines, b"odd\n").warnings
    assert warning.message == "2 lines are no samples and were left out; the first is line 22."


def test_a_line_that_is_too_long_is_counted() -> None:
    seen = read(k6_made.definition("m", "trend"), k6_made.point("m", 1), b"x" * 3_000_000 + b"\n")
    assert [(warning.code, warning.message[:7]) for warning in seen.warnings] == [("k6-lines-skipped", "1 lines")]


def test_checks_are_counted_by_group_and_name() -> None:
    points = ((1, "::a", "ok"), (0, "::a", "ok"), (1, "::a::b", "ok"), (1, "", "fine"))
    lines = [k6_made.point("checks", value, 0, group=group, check=name) for value, group, name in points]
    seen = read(k6_made.definition("checks", "rate"), *lines, k6_made.point("checks", 1))
    assert seen.checks == [
        raw.RawCheck(("a",), "ok", 1, 1),
        raw.RawCheck(("a", "b"), "ok", 1, 0),
        raw.RawCheck((), "fine", 1, 0),
    ]


def test_a_run_is_named_by_a_tag_that_every_sample_has() -> None:
    lines = [k6_made.point("m", 1, n=str(number), testid="nightly") for number in range(3)]
    assert read(*lines).name == "nightly"
    assert read(*lines, k6_made.point("m", 1, testid="other")).name == ""
    assert read(*lines, k6_made.point("m", 1)).name == ""
    assert read(k6_made.point("m", 1, testname="shop", testid="nightly")).name == "nightly"


class Broken:
    """A stream that ends in damage."""

    def __init__(self, data: bytes) -> None:
        self._rest = io.BytesIO(data)

    def read(self, size: int, /) -> bytes:
        if data := self._rest.read(size):
            return data
        raise errors.ReportError("The compressed file ends too early.", code="compression-damaged", hint="Again.")


def test_damaged_compression_ends_the_run_early() -> None:
    data = k6_made.definition("m", "trend") + k6_made.point("m", 1) * 3
    for end in (len(data), len(data) - 5):
        seen = k6_ndjson.parse(Broken(data[:end]))
        assert (seen.is_complete, seen.samples) == (False, 3 if end == len(data) else 2)
        assert "ends too early" in seen.warnings[0].message
    with pytest.raises(errors.ReportError) as caught:
        k6_ndjson.parse(Broken(b'{"type'))
    assert caught.value.code == "compression-damaged"
