"""Tests over time."""

from __future__ import annotations

from datetime import datetime

import msgspec

from testflux.serve.shapes.projects import ProjectRef
from testflux.serve.shapes.results import ResultStatus, RunMoment
from testflux.serve.shapes.runs import RunSmall


class LastRun(RunSmall, frozen=True, kw_only=True):
    """The newest run that held a test."""

    started_at: datetime


class StripRun(RunSmall, frozen=True, kw_only=True):
    """A run that strips show."""

    started_at: datetime


class Strip(msgspec.Struct, frozen=True, kw_only=True):
    """How a test went in the newest runs that held it, at most twenty, in lists of one order: old to new.

    `runs` are the numbers of the runs.
    """

    runs: list[int]
    statuses: list[ResultStatus]
    durations_ms: list[int]


class TestItem(msgspec.Struct, frozen=True, kw_only=True):
    """A test in its project's catalogue, with what the last 90 days say of it."""

    __test__ = False
    test_id: str
    suite: str
    suite_path: list[str]
    name: str
    tags: list[str]
    last_status: ResultStatus | None
    last_run: LastRun | None
    strip: Strip
    duration_ms: int | None


class TestPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some tests. `runs` are those that their strips show, each once, old to new."""

    __test__ = False
    items: list[TestItem]
    runs: list[StripRun]
    next_cursor: str | None


class UnsteadyTest(msgspec.Struct, frozen=True, kw_only=True):
    """A test that went both ways over some days.

    `runs` are those it ran in, `failed` those it failed or broke in, `flaky` counts passes after failed attempts.
    `flips`: how often it changed between passing and failing in a lane.
    """

    test_id: str
    suite: str
    suite_path: list[str]
    name: str
    tags: list[str]
    runs: int
    failed: int
    flips: int
    flaky: int


class FlakiestTests(msgspec.Struct, frozen=True, kw_only=True):
    """The fifty that went both ways most often, those first."""

    items: list[UnsteadyTest]


class SlowTest(msgspec.Struct, frozen=True, kw_only=True):
    """How long a test took over some days. `runs` are those it ran in."""

    test_id: str
    suite: str
    suite_path: list[str]
    name: str
    tags: list[str]
    runs: int
    mean_ms: int
    max_ms: int


class SlowestTests(msgspec.Struct, frozen=True, kw_only=True):
    """The fifty that took longest on average, those first."""

    items: list[SlowTest]


class TestStats(msgspec.Struct, frozen=True, kw_only=True):
    """A test's last 90 days. `pass_rate` is 0..100; `flips` counts changes between passing and failing."""

    __test__ = False
    runs: int
    passed: int
    failed: int
    broken: int
    skipped: int
    flaky: int
    pass_rate: float | None
    p50_ms: int | None
    p95_ms: int | None
    flips: int


class TestDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A test and how it has been."""

    __test__ = False
    test_id: str
    project: ProjectRef
    suite: str
    suite_path: list[str]
    name: str
    tags: list[str]
    source: str
    line: int | None
    first_seen_at: datetime
    last_seen_at: datetime
    stats: TestStats


class TestHistoryItem(RunMoment, frozen=True, kw_only=True):
    """One run of a test."""

    __test__ = False
    status: ResultStatus
    duration_ms: int
    branch: str
    commit: str
    environment: str
    message: str


class TestHistory(msgspec.Struct, frozen=True, kw_only=True):
    """Some runs of a test, newest first."""

    __test__ = False
    items: list[TestHistoryItem]
    next_cursor: str | None
