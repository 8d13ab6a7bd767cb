from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from testflux.kit import clock, errors
from testflux.model.status import Kind
from testflux.serve import filters
from testflux.store import run_findings, trends


async def test_plain_keys_and_the_query_language_must_both_hold() -> None:
    wanted = await filters.run_filter(verdict=["passed", "failed"], q="verdict:failed branch:main env:live word")
    assert wanted.verdicts == ["failed"]
    assert wanted.branches == ["main"]
    assert wanted.environments == ["live"]
    assert wanted.query.patterns == ["%word%"]


@pytest.mark.parametrize("q", ["kind:load", "kind:load,security"])
async def test_filters_that_leave_nothing_say_so(q: str) -> None:
    with pytest.raises(errors.InvalidError) as raised:
        await filters.run_filter(kind=Kind.FUNCTIONAL, q=q)
    assert raised.value.field == "kind"


async def test_times_without_a_zone_are_utc() -> None:
    wanted = await filters.run_filter(from_=datetime(2026, 1, 1))  # noqa: DTZ001  (what a query may hold)
    assert wanted.from_ is not None
    assert wanted.from_.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("items", "labels"),
    [
        (["a=b", "c:d"], {"a": "b", "c": "d"}),
        (["url=http://x"], {"url": "http://x"}),
        (["a="], {"a": ""}),
        ([], None),
    ],
)
def test_labels(items: list[str], labels: dict[str, str] | None) -> None:
    assert filters.read_labels(items) == labels


@pytest.mark.parametrize("item", ["", "a", "=b", ":b"])
def test_labels_that_cannot_be(item: str) -> None:
    with pytest.raises(errors.InvalidError):
        filters.read_labels([item])


async def test_results() -> None:
    wanted = await filters.result_filter(status="failed, Broken", suite="A\x1fB", tag="x", q="tag:y dur:>1s")
    assert wanted.statuses == ["failed", "broken"]
    assert wanted.suite == ["A", "B"]
    assert wanted.tags == ["x", "y"]
    assert wanted.query.above("dur") == 1000


async def test_findings() -> None:
    wanted = await filters.finding_filter(severity="high,critical", state_="fixed")
    assert (wanted.severities, wanted.states) == ([3, 4], ["fixed"])
    assert await filters.finding_filter() == run_findings.FindingFilter()


async def test_tests() -> None:
    wanted = await filters.catalogue_filter(q="status:flaky suite:Shop", sort="-failures")
    assert (wanted.statuses, wanted.sort) == (["flaky"], "-failures")


@pytest.mark.parametrize("text", ["green", "failed,", ",", "failed;broken"])
async def test_words_that_are_not_known_are_named(text: str) -> None:
    with pytest.raises(errors.InvalidError) as raised:
        await filters.result_filter(status=text)
    assert raised.value.field == "status"


async def test_trends_show_thirty_days_by_themselves() -> None:
    wanted = await filters.trend_filter()
    assert wanted.last_day == clock.now().date()
    assert wanted.last_day - wanted.first_day == timedelta(days=29)
    assert wanted.load_metric is None


@pytest.mark.parametrize(
    ("metric", "read"),
    [
        ("load:http_req_duration:p95", trends.LoadMetric("http_req_duration", "", "p95")),
        ("load:http_req_duration{scenario:a}:p(99.9)", trends.LoadMetric("http_req_duration", "scenario:a", "p(99.9)")),
    ],
)
async def test_metrics_of_load_tests(metric: str, read: trends.LoadMetric) -> None:
    assert (await filters.trend_filter(metric=metric)).load_metric == read


@pytest.mark.parametrize("metric", ["", "weather", "load:", "load:x", "load::p95", "load:x:"])
async def test_metrics_that_are_none(metric: str) -> None:
    with pytest.raises(errors.InvalidError) as raised:
        await filters.trend_filter(metric=metric)
    assert raised.value.field == "metric"


@pytest.mark.parametrize(("first", "last"), [(date(2026, 1, 2), date(2026, 1, 1)), (date(1, 1, 1), date(2026, 1, 1))])
async def test_ranges_that_cannot_be(first: date, last: date) -> None:
    with pytest.raises(errors.InvalidError):
        await filters.trend_filter(from_=first, to=last)


async def test_the_first_day_of_all_is_no_accident() -> None:
    assert (await filters.trend_filter(to=date.min)).first_day == date.min
