"""All projects at a glance, and one project at a glance."""

from __future__ import annotations

from typing import Literal

import msgspec

from testflux.model.status import Kind
from testflux.serve.shapes.projects import Project
from testflux.serve.shapes.results import TestCell
from testflux.serve.shapes.runs import Run, RunRef, StripCell
from testflux.serve.shapes.trends import OpenFindings

State = Literal["failing", "flaky", "passing", "empty", "incomplete"]
LookKind = Literal["new", "flaky", "slow"]


class OverviewItem(msgspec.Struct, frozen=True, kw_only=True):
    """One project. `strip` and figures look at the default branch; `p95_delta` is a share, against earlier runs.

    `pass_rate_series` holds the last 30 days, null for a day without functional runs.
    """

    project: Project
    kinds: list[Kind]
    state: State
    strip: list[StripCell]
    pass_rate: float | None
    pass_rate_series: list[float | None]
    open_findings: OpenFindings
    p95_ms: float | None
    p95_delta: float | None
    flaky_tests: int
    last_run: Run | None


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """All projects, those that need attention first."""

    items: list[OverviewItem]
    needs_attention: int


class Tiles(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of the newest runs and how they moved: `_delta` in the same unit, but a share for durations and p95."""

    pass_rate: float | None
    pass_rate_delta: float | None
    flaky_tests: int
    flaky_delta: int
    duration_ms: int | None
    duration_delta: float | None
    open_high: int | None
    open_high_delta: int
    p95_ms: float | None
    p95_delta: float | None


class LookItem(msgspec.Struct, frozen=True, kw_only=True):
    """A test worth a look, and why."""

    test_id: str
    suite: str
    name: str
    strip: list[TestCell]
    reason: str
    kind: LookKind


class ProjectSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A project's front page. `commits_between` are those of the runs after `last_green`, up to `newest_run`."""

    project: Project
    headline: str
    detail: str
    state: State
    last_green: RunRef | None
    newest_run: RunRef | None
    new_failures: int
    commits_between: list[str]
    tiles: Tiles
    look_at: list[LookItem]
    latest_runs: list[Run]
