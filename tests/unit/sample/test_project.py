"""The tables of the made-up projects are right in themselves: a typing error in them would tell another story."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from testflux.sample import history, project, rules, zap
from testflux.sample.functional import Book, FunctionalLane, Trouble
from testflux.sample.load import LoadLane
from testflux.sample.scan import ScanLane

BOOKS = {
    found.slug: lane.book for found in history.PROJECTS for lane in found.lanes if isinstance(lane, FunctionalLane)
}
LOADS = [lane for found in history.PROJECTS for lane in found.lanes if isinstance(lane, LoadLane)]
SCANS = [lane for found in history.PROJECTS for lane in found.lanes if isinstance(lane, ScanLane)]


def names_of(book: Book) -> list[str]:
    return [test.name for file in book.files for test in file.tests]


def test_there_are_five_projects_with_what_each_is_for() -> None:
    kinds = {found.slug: {type(lane).__name__ for lane in found.lanes} for found in history.PROJECTS}
    assert kinds == {
        "webshop": {"FunctionalLane", "LoadLane", "ScanLane"},
        "payments-api": {"FunctionalLane", "LoadLane"},
        "identity": {"FunctionalLane", "ScanLane"},
        "search": {"FunctionalLane", "LoadLane"},
        "mobile-app": {"FunctionalLane"},
    }
    assert all(found.description and found.labels["team"] for found in history.PROJECTS)


@pytest.mark.parametrize("slug", BOOKS)
def test_names_of_tests_are_told_once(slug: str) -> None:
    names = names_of(BOOKS[slug])
    assert sorted(names) == sorted(set(names))
    assert len(names) >= 17


@pytest.mark.parametrize("slug", BOOKS)
def test_troubles_and_changes_name_tests_and_files_that_exist(slug: str) -> None:
    book = BOOKS[slug]
    tests, files = set(names_of(book)), {file.name for file in book.files}
    for fault in book.faults:
        assert set(fault.where) <= (files if fault.what in {Trouble.SETUP, Trouble.TEARDOWN} else tests), fault.message
    for change in book.changes:
        assert set(change.breaks) <= tests, change.branch
        assert bool(change.breaks) == bool(change.message), change.branch


@pytest.mark.parametrize("slug", BOOKS)
def test_troubles_lie_inside_the_history(slug: str) -> None:
    for fault in BOOKS[slug].faults:
        assert 0 <= fault.last <= fault.first, fault.message
        assert fault.last < 90, fault.message
        assert 0 < fault.chance <= 1, fault.message


@pytest.mark.parametrize("slug", BOOKS)
def test_changes_have_their_own_branch_and_number(slug: str) -> None:
    changes = BOOKS[slug].changes
    assert len({change.branch for change in changes}) == len({change.number for change in changes}) == len(changes)
    assert all(change.runs >= 2 and change.opened < 90 for change in changes)


@pytest.mark.parametrize("slug", BOOKS)
def test_every_project_has_flaky_or_broken_nights_and_skipped_tests(slug: str) -> None:
    kinds = {fault.what for fault in BOOKS[slug].faults}
    assert Trouble.SKIP in kinds
    assert Trouble.FAIL in kinds


@pytest.mark.parametrize("slug", BOOKS)
def test_short_lanes_still_hold_tests(slug: str) -> None:
    for found in history.PROJECTS:
        for lane in found.lanes:
            if found.slug == slug and isinstance(lane, FunctionalLane) and lane.only:
                assert sum(lane.only in test.tags for file in lane.book.files for test in file.tests) >= 4


@pytest.mark.parametrize("lane", LOADS, ids=lambda lane: f"{lane.name} {lane.environment}")
def test_limits_are_on_metrics_that_are_measured(lane: LoadLane) -> None:
    assert lane.profile.thresholds
    for threshold in lane.profile.thresholds:
        assert re.fullmatch(r"(http_req_duration(\{.*\})?|http_req_failed|checks)", threshold.metric)
        assert threshold.sign in "<>"
        assert threshold.limit > 0


@pytest.mark.parametrize("lane", SCANS, ids=lambda lane: lane.environment)
def test_weaknesses_have_rules_and_places(lane: ScanLane) -> None:
    known = [rule for rule in vars(rules).values() if isinstance(rule, zap.Rule)]
    for weakness in lane.weaknesses:
        assert weakness.rule in known
        assert all(path.startswith("/") for path in weakness.paths)
        assert weakness.last <= weakness.first


@pytest.mark.parametrize("builder", [project.GITHUB, project.GITLAB, project.JENKINS], ids=lambda b: b.provider)
def test_builds_are_shown_at_an_address_of_their_own(builder: project.Builder) -> None:
    hours = [datetime(2026, 5, day, hour, tzinfo=UTC) for day in (5, 6) for hour in range(24)]
    urls = {builder.url("webshop", hour) for hour in hours}
    assert len(urls) == len(hours)
    assert all("webshop" in url and url.startswith("https://ci.example.test/") for url in urls)


def test_nobody_real_is_named() -> None:
    """Hosts and addresses are those that belong to nobody."""
    plan = history.plan(datetime(2026, 11, 20, 23, 59, tzinfo=UTC), days=6)
    hosts: set[str] = set()
    for item in plan:
        text = item.write().content.decode()
        hosts |= set(re.findall(r"https?://([\w.-]+)", text)) | set(re.findall(r"@([\w-]+\.[\w.]+)", text))
    references = {
        re.sub(r"https://([^/]+)/.*", r"\1", rule.reference)
        for rule in vars(rules).values()
        if isinstance(rule, zap.Rule)
    }
    assert {host for host in hosts if not host.endswith("example.test")} <= references
