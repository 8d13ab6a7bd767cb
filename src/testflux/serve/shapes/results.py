"""Results of tests in one run."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

ResultStatus = Literal["passed", "failed", "broken", "skipped", "flaky"]
Change = Literal["new", "fixed", "still"]


class ResultItem(msgspec.Struct, frozen=True, kw_only=True):
    """One test in one run. `suite` is the path joined by " / "; `change` is against the run's baseline.

    `message` is HTML when `message_is_html`; sanitise it before showing it. `fingerprint` names the failure's cause.
    """

    test_id: str
    suite: str
    suite_path: list[str]
    name: str
    status: ResultStatus
    duration_ms: int
    message: str
    message_is_html: bool
    tags: list[str]
    change: Change | None
    attempts: int
    fingerprint: str | None


class ResultPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some results."""

    items: list[ResultItem]
    next_cursor: str | None


class RunMoment(msgspec.Struct, frozen=True, kw_only=True):
    """When something happened, as a run."""

    run_id: str
    number: int
    started_at: datetime


class PassMoment(RunMoment, frozen=True, kw_only=True):
    """The run in which a test last passed."""

    commit: str


class FailureGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Failures with one cause: a message with its volatile parts taken out.

    `is_new`: first seen in this run. `seen_runs`: of the last 90 days. `tests`: the first 20 of `count`.
    """

    fingerprint: str
    cause: str
    count: int
    is_new: bool
    first_seen: RunMoment
    seen_runs: int
    tests: list[ResultItem]


class FailurePage(msgspec.Struct, frozen=True, kw_only=True):
    """The causes of a run's failures, new ones first, then by count."""

    items: list[FailureGroup]
    next_cursor: str | None


class SuiteItem(msgspec.Struct, frozen=True, kw_only=True):
    """A suite with everything below it, added up. `depth` is 0 at the root."""

    path: list[str]
    name: str
    depth: int
    total: int
    passed: int
    failed: int
    broken: int
    skipped: int
    flaky: int
    duration_ms: int


class SuitePage(msgspec.Struct, frozen=True, kw_only=True):
    """The suite tree of a run, depth first, root first."""

    items: list[SuiteItem]
    next_cursor: str | None


class TestCell(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One run of a test in a history strip; strips run from old to new."""

    __test__ = False
    run_id: str
    number: int
    status: ResultStatus
    started_at: datetime
    duration_ms: int


class AttemptItem(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt that was not the last one."""

    attempt: int
    status: ResultStatus
    duration_ms: int
    message: str


class ResultDetail(ResultItem, frozen=True, kw_only=True):
    """One test in one run, whole.

    `history` is its lane's last 50 runs. `first_failed` is where the present streak of failures began. `message_html`
    is a message that is HTML, made safe to show.
    """

    message_html: str
    source: str
    line: int | None
    history: list[TestCell]
    previous_attempts: list[AttemptItem]
    first_failed: RunMoment | None
    last_passed: PassMoment | None
