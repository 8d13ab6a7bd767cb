from __future__ import annotations

import collections
import io
import itertools
import json
import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from robot.api import ExecutionResult

from testflux.model.status import Status
from testflux.normalise import report
from testflux.parse import registry
from testflux.sample import history, identity, payments, search, webshop

UNTIL = datetime(2026, 11, 20, 23, 59, tzinfo=UTC)
TODAY = UNTIL.date()


@pytest.fixture(scope="module")
def plan() -> list[history.Planned]:
    return history.plan(UNTIL)


def of(plan: list[history.Planned], slug: str, lane: str, kind: str = "") -> list[history.Planned]:
    return [
        item
        for item in plan
        if item.project.slug == slug and item.lane.name == lane and (not kind or item.lane.type == kind)
    ]


def failures(item: history.Planned) -> dict[str, str]:
    result = ExecutionResult(io.StringIO(item.write().content.decode()))
    return {test.name: test.message for test in result.suite.all_tests if test.status == "FAIL"}


def alert_names(item: history.Planned) -> set[str]:
    return {alert["name"] for alert in json.loads(item.write().content)["site"][0]["alerts"]}


def test_same_day_gives_the_same_bytes(plan: list[history.Planned]) -> None:
    assert [item.write() for item in plan[::40]] == [item.write() for item in history.plan(UNTIL)[::40]]


def test_there_are_enough_reports_and_not_too_many(plan: list[history.Planned]) -> None:
    assert 500 <= len(plan) <= 900
    assert sum(len(item.write().content) for item in plan) < 40_000_000


def test_oldest_comes_first_and_all_ninety_days_are_there(plan: list[history.Planned]) -> None:
    starts = [item.occasion.started_at for item in plan]
    assert starts == sorted(starts)
    assert {start.date() for start in starts} == {TODAY - timedelta(days=days) for days in range(90)}


@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds must be naive
@settings(max_examples=20)
def test_nothing_is_told_from_the_future(until: datetime) -> None:
    assert all(item.occasion.started_at < until for item in history.plan(until, days=3))


@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(0, 400))
@settings(max_examples=20, deadline=None)
def test_every_run_stays_inside_its_day(day: date, pick: int) -> None:
    plan = [
        item for item in history.plan(datetime.combine(day, time(23, 59), UTC)) if item.lane.file_name == "output.xml"
    ]
    item = plan[pick % len(plan)]
    report = item.write()
    stamps = re.findall(r'(?:start|time|generated)="(\d{4}-\d{2}-\d{2})T', report.content.decode())
    assert set(stamps) == {item.occasion.started_at.date().isoformat()}
    assert report.metadata.started_at == item.occasion.started_at


def test_metadata_names_everything_an_uploader_knows(plan: list[history.Planned]) -> None:
    for item in plan:
        metadata = item.metadata()
        assert metadata.name
        assert metadata.environment
        assert metadata.type
        assert re.fullmatch("[0-9a-f]{40}", metadata.commit)
        assert metadata.build_url.startswith("https://ci.example.test/")
        assert metadata.labels["team"]
        assert (metadata.branch == "main") == (not metadata.pull_request)


def test_there_are_several_environments_lanes_and_pull_requests(plan: list[history.Planned]) -> None:
    assert {item.occasion.environment for item in plan} == {"staging", "production", "review", "device-lab"}
    assert {item.lane.name for item in plan} >= {"regression", "smoke", "nightly", "peak", "nightly scan"}
    assert len({(item.project.slug, item.occasion.pull_request) for item in plan if item.occasion.pull_request}) >= 20


def test_build_addresses_are_not_shared(plan: list[history.Planned]) -> None:
    builds = collections.Counter(item.metadata().build_key for item in plan)
    assert [build for build, count in builds.items() if count > 1] == []


def test_webshop_broke_two_days_ago_with_one_cause(plan: list[history.Planned]) -> None:
    nights = of(plan, "webshop", "regression")
    for item in nights[-3:]:
        broken = {name: message for name, message in failures(item).items() if name in webshop.BROKEN}
        assert broken.keys() == set(webshop.BROKEN)
        causes = {re.sub(r"baskets/\d+/", "baskets/N/", message) for message in broken.values()}
        assert len(causes) == 1
    assert not set(webshop.BROKEN) & failures(nights[-4]).keys()
    commits = [item.metadata().commit for item in nights[-4:-2]]
    assert commits[0] != commits[1]


def test_flaky_tests_come_and_go(plan: list[history.Planned]) -> None:
    flaky = "Chat opens during opening hours"
    bad = ["FAIL" if flaky in failures(item) else "ok" for item in of(plan, "webshop", "regression")[-50:]]
    flips = sum(before != after for before, after in itertools.pairwise(bad))
    assert flips >= 4


def test_merged_runs_hold_retried_tests(plan: list[history.Planned]) -> None:
    contents = [item.write().content for item in of(plan, "mobile-app", "nightly")]
    assert 10 <= sum(b'<span class="merge">' in content or b'class="merge"' in content for content in contents) <= 40


def test_injection_is_fixed_in_the_eighth_week_and_scripting_is_new(plan: list[history.Planned]) -> None:
    scans = of(plan, "webshop", "nightly scan")
    injected = [item.occasion.days_ago for item in scans if "SQL Injection" in alert_names(item)]
    assert max(injected) >= 86
    week = (90 - min(injected)) // 7 + 1
    assert week == 8
    scripted = [item.occasion.days_ago for item in scans if "Cross Site Scripting (Reflected)" in alert_names(item)]
    assert scripted == [1]


def test_payments_creep_over_their_limit(plan: list[history.Planned]) -> None:
    metrics = [
        json.loads(item.write().content)["metrics"]["http_req_duration"] for item in of(plan, "payments-api", "peak")
    ]
    p95 = [metric["values"]["p(95)"] for metric in metrics]
    assert sum(p95[:7]) / 7 < 340
    assert all(value > payments.LIMIT_MS for value in p95[-2:])
    held = [all(limit["ok"] for limit in metric["thresholds"].values()) for metric in metrics]
    assert all(held[:70])
    assert not any(held[-2:])


def test_teardown_failed_one_night(plan: list[history.Planned]) -> None:
    torn = [
        item.occasion.days_ago
        for item in of(plan, "identity", "regression")
        if b"Suite teardown failed" in item.write().content
    ]
    assert torn == [identity.TEARDOWN_DAY]


def test_setup_failed_and_blocked_the_ranking(plan: list[history.Planned]) -> None:
    blocked = [
        item for item in of(plan, "search", "nightly", "regression") if b"Suite setup failed" in item.write().content
    ]
    assert 1 <= len(blocked) <= 3
    assert blocked[0].occasion.days_ago <= search.SETUP_DAY
    assert sum(message.startswith("Parent suite setup failed") for message in failures(blocked[0]).values()) >= 4


def test_skipped_tests_say_why(plan: list[history.Planned]) -> None:
    result = ExecutionResult(io.StringIO(of(plan, "webshop", "regression")[-1].write().content.decode()))
    reasons = {test.message for test in result.suite.all_tests if test.status == "SKIP"}
    assert len(reasons) == 2


def test_official_reader_reads_every_project(plan: list[history.Planned]) -> None:
    last = {item.project.slug: item for item in plan if item.lane.file_name == "output.xml"}
    assert len(last) == 5
    for item in last.values():
        content = item.write().content.decode()
        total = ExecutionResult(io.StringIO(content)).statistics.total
        assert f'pass="{total.passed}" fail="{total.failed}" skip="{total.skipped}">All Tests' in content


def test_our_reader_agrees_with_the_official_one(plan: list[history.Planned]) -> None:
    """Also on nights with a failed setup, a failed teardown, or merged outcomes."""
    nights = [item for item in plan if item.lane.file_name == "output.xml"][::7]
    nights += [item for item in of(plan, "identity", "regression") if item.occasion.days_ago == identity.TEARDOWN_DAY]
    nights += [item for item in of(plan, "search", "nightly", "regression") if item.occasion.days_ago in {28, 29, 30}]
    nights += of(plan, "mobile-app", "nightly")[-20:]
    for item in nights:
        content = item.write().content
        total = ExecutionResult(io.StringIO(content.decode())).statistics.total
        ours = report.build(registry.parse(io.BytesIO(content))).totals
        assert (ours["passed"], ours["failed"], ours["skipped"]) == (total.passed, total.failed, total.skipped)


def test_retried_tests_are_read_as_flaky(plan: list[history.Planned]) -> None:
    statuses = {
        result.status
        for item in of(plan, "mobile-app", "nightly")
        for result in report.build(registry.parse(io.BytesIO(item.write().content))).results
        if result.attempts
    }
    assert statuses == {Status.FLAKY}


def test_scans_of_unchanged_places_find_the_same(plan: list[history.Planned]) -> None:
    """Numbers in paths differ from scan to scan; the findings behind them must not."""
    first, second = (
        {finding.digest for finding in report.build(registry.parse(io.BytesIO(item.write().content))).findings}
        for item in of(plan, "webshop", "nightly scan")[-3:-1]
    )
    assert first == second


def test_load_tests_tell_their_duration_and_thresholds(plan: list[history.Planned]) -> None:
    lanes = {(item.project.slug, item.lane.name): item for item in plan if item.lane.type == "load"}
    assert len(lanes) == 4
    for item in lanes.values():
        read = report.build(registry.parse(io.BytesIO(item.write().content)))
        assert read.duration_ms > 50_000
        assert read.thresholds
        assert all(threshold.value is not None for threshold in read.thresholds)
        assert read.warnings == ()
