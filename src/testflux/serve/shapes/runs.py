"""Runs: the hub of everything."""

from __future__ import annotations

from datetime import datetime

import msgspec

from testflux.model.status import Kind, Verdict
from testflux.serve.shapes.findings import FindingItem
from testflux.serve.shapes.load import ThresholdItem
from testflux.serve.shapes.projects import ProjectRef
from testflux.serve.shapes.results import ResultItem, ResultStatus


class RunSmall(msgspec.Struct, frozen=True, kw_only=True):
    """A run, named."""

    id: str
    number: int


class RunRef(RunSmall, frozen=True, kw_only=True):
    """A run with what tells it from others. `url` is its page, relative to the server."""

    kind: Kind
    verdict: Verdict
    name: str
    branch: str
    commit: str
    environment: str
    type: str
    started_at: datetime
    url: str


class ToolRef(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote the report."""

    name: str
    version: str


class ReportWarning(msgspec.Struct, frozen=True, kw_only=True):
    """Something in the report that was read around. `line` counts from 1, `byte` from 0."""

    code: str
    message: str
    line: int | None = None
    byte: int | None = None


class LoadFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The usual figures of a load test; null when the report does not hold them. `checks_rate` is 0..100."""

    http_req_duration_avg_ms: float | None
    http_req_duration_p95_ms: float | None
    vus_max: float | None
    iterations: float | None
    checks_rate: float | None
    requests: float | None


class Run(RunRef, frozen=True, kw_only=True):
    """One run of tests, scan or load test. `pass_rate` is 0..100, null without tests; `headline` is a sentence.

    Retention leaves a `starred` one alone; `rows_dropped_at` is when it removed messages and causes of failures.
    """

    project: ProjectRef
    format: str
    tool: ToolRef
    pull_request: str
    ci_provider: str
    build_url: str
    labels: dict[str, str]
    duration_ms: int
    complete: bool
    local_times: bool
    totals: dict[str, int | dict[str, int]]
    pass_rate: float | None
    new_failures: int
    fixed: int
    baseline: RunSmall | None
    warnings: list[ReportWarning]
    created_at: datetime
    headline: str
    is_sample: bool
    load: LoadFigures | None
    starred: bool = False
    rows_dropped_at: datetime | None = None


class RunPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some runs."""

    items: list[Run]
    next_cursor: str | None


class StripCell(msgspec.Struct, frozen=True, kw_only=True):
    """One run in a history strip; strips run from old to new."""

    id: str
    number: int
    verdict: Verdict
    kind: Kind
    started_at: datetime


class RunFile(msgspec.Struct, frozen=True, kw_only=True):
    """A report a run was read from; `download_url` is null when the file is not kept, `id` is its upload's.

    `started_at`: when this part of the run began.
    `dropped_at`: when retention removed it, with what came along; null when it did not.
    """

    id: str
    file_name: str
    size_bytes: int
    download_url: str | None
    dropped_at: datetime | None = None
    started_at: datetime


class RunDetail(Run, frozen=True, kw_only=True):
    """A run with its neighbours. `strip`: the last 30 of its lane; `previous` and `next` are of its lane.

    `parts` are the uploads that make it up, in the order they started; `upload` is the first of them.
    """

    upload: RunFile
    parts: list[RunFile]
    previous: RunSmall | None
    next: RunSmall | None
    strip: list[StripCell]


class BaselineRun(RunSmall, frozen=True, kw_only=True):
    """The run another one was compared with."""

    started_at: datetime
    commit: str


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What changed since the baseline. Lists hold the first 50, the `_count` fields count them all."""

    baseline: BaselineRun | None
    new_failures: list[ResultItem]
    new_failures_count: int
    fixed: list[ResultItem]
    fixed_count: int
    still_failing: list[ResultItem]
    still_failing_count: int
    new_tests: int
    removed_tests: int
    new_findings: list[FindingItem]
    new_findings_count: int
    fixed_findings: list[FindingItem]
    fixed_findings_count: int
    missed_thresholds: list[ThresholdItem]
    missed_thresholds_count: int


class DiffItem(msgspec.Struct, frozen=True, kw_only=True):
    """One test in two runs; what a run does not hold is null."""

    test_id: str
    suite: str
    suite_path: list[str]
    name: str
    status_before: ResultStatus | None
    status: ResultStatus | None
    duration_before_ms: int | None
    duration_ms: int | None


class RunDiff(msgspec.Struct, frozen=True, kw_only=True):
    """How a run of tests differs from another one. Lists hold the first 50, the `_count` fields count them all.

    `durations`: tests that passed both times and took a fifth and 100 ms more or less, the largest change first.
    """

    run: RunRef
    before: RunRef
    new_failures: list[DiffItem]
    new_failures_count: int
    fixed: list[DiffItem]
    fixed_count: int
    still_failing: list[DiffItem]
    still_failing_count: int
    added: list[DiffItem]
    added_count: int
    removed: list[DiffItem]
    removed_count: int
    durations: list[DiffItem]
    durations_count: int


class LogItem(msgspec.Struct, frozen=True, kw_only=True):
    """An execution error or warning of a run, with the test that logged it, if one did.

    `text` is HTML when `is_html`; sanitise it before showing it.
    """

    level: str
    text: str
    at: datetime | None
    is_html: bool
    test_id: str | None = None
    test_name: str | None = None


class LogPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some execution errors and warnings, in the report's order."""

    items: list[LogItem]
    next_cursor: str | None
