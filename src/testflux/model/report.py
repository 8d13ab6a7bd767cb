"""A report made sense of: canonical, complete, ready to be stored."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import cast

import msgspec

from testflux.model.raw import RawLogMessage, RawSuite, ReportWarning, Tool
from testflux.model.status import Confidence, Kind, Severity, Status


class TestKey(msgspec.Struct, frozen=True, gc=False):
    """What makes a test the same test in the next run of a project; `duplicate` says which of equal names it is."""

    __test__ = False
    suite: tuple[str, ...]
    name: str
    parameters: str = ""
    duplicate: int = 0


class Attempt(msgspec.Struct, frozen=True, gc=False):
    """An attempt that was not the last one."""

    status: Status
    duration_ms: int
    message: str


class Result(msgspec.Struct, frozen=True, gc=False):
    """One test in one run, after all its attempts.

    `digest` identifies the test in its project (16 bytes over TestKey). `message` is plain text, possibly empty.
    `message_html` is True when the tool marked it as HTML (it is then sanitised before any screen shows it).
    `evidence` is the byte range (start, end) in the decompressed file, if the format has one.
    """

    key: TestKey
    digest: bytes
    status: Status
    duration_ms: int
    message: str = ""
    message_html: bool = False
    tags: tuple[str, ...] = ()
    source: str = ""
    line: int | None = None
    attempts: tuple[Attempt, ...] = ()
    evidence: tuple[int, int] | None = None
    fingerprint: bytes | None = None
    """Identity of the failure's cause (its message with the volatile parts taken out); None unless failed or broken."""
    cause: str = ""
    """The parameterised message the fingerprint was made of, one line, e.g. `Timeout after {n} ms`."""


class Occurrence(msgspec.Struct, frozen=True, gc=False):
    """One place where a finding was seen in this scan."""

    uri: str
    method: str
    param: str
    attack: str
    evidence: str
    other: str
    request: str = ""
    response: str = ""


class Occurrences:
    """The distinct occurrences of one finding: reads like a tuple of them, and takes 4 bytes a text in place of a text.

    `texts` is shared by all findings of a report; `rows` has for each field of each occurrence the place of its text.
    """

    __slots__ = ("_rows", "_texts")
    WIDTH = 8
    """The fields of an Occurrence."""

    def __init__(self, texts: Sequence[str], rows: array[int]) -> None:
        self._texts = texts
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows) // self.WIDTH

    def __iter__(self) -> Iterator[Occurrence]:
        texts = map(self._texts.__getitem__, self._rows)
        return map(Occurrence, *[texts] * self.WIDTH)

    def __getitem__(self, at: int) -> Occurrence:
        return tuple(self)[at]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (tuple, Occurrences)) and tuple(self) == tuple(cast("Iterable[Occurrence]", other))

    __hash__ = None  # pyright: ignore[reportAssignmentType]


class Finding(msgspec.Struct, frozen=True):
    """One weakness at one place, tracked over scans.

    `digest` is identity (algorithm in `algorithm`): rule, origin, method, path template, param; evidence, severity and
    texts are never part of it. `occurrences` are distinct; `count` is the tool's own total, which may exceed them.
    """

    digest: bytes
    algorithm: str
    rule: str
    name: str
    severity: Severity
    confidence: Confidence
    origin: str
    method: str
    template: str
    param: str
    occurrences: tuple[Occurrence, ...] | Occurrences
    count: int
    cwe: int | None = None
    wasc: int | None = None
    description: str = ""
    solution: str = ""
    references: tuple[str, ...] = ()
    tags: dict[str, str] = {}


class Metric(msgspec.Struct, frozen=True):
    """One load metric; times in ms, data in bytes. `tags` is empty for the whole, else the sub-metric's tags as given.

    `values`: count, rate, min, avg, med, p90, p95, p99, max, value, passes, fails, or `p(N)`; what the file lacks is
    absent.
    """

    name: str
    tags: str
    type: str
    contains: str
    values: dict[str, float]
    histogram: tuple[int, ...] | None = None


class Series(msgspec.Struct, frozen=True):
    """A metric over the time of a load test: RawSeries with name and tag set apart."""

    name: str
    tags: str
    bucket_ms: int
    start_at: datetime
    counts: tuple[int, ...]
    sums: tuple[float, ...]
    p95s: tuple[float, ...]
    maxima: tuple[float, ...]


class Threshold(msgspec.Struct, frozen=True):
    """A limit a load test set itself. `value` is what was measured, None when the file does not hold it.

    `margin` is how far inside the limit the value lies, as a share of it; negative when missed, None when unknown.
    """

    metric: str
    expression: str
    is_met: bool
    value: float | None = None
    limit: float | None = None
    margin: float | None = None


class Check(msgspec.Struct, frozen=True):
    """A check of a load test; `group` is the path of group names."""

    group: tuple[str, ...]
    name: str
    passes: int
    fails: int


class Report(msgspec.Struct, frozen=True):
    """One report, whole. `totals` holds exactly the keys that `testflux parse --json` prints for its kind."""

    format: str
    kind: Kind
    tool: Tool
    started_at: datetime | None
    duration_ms: int
    is_complete: bool
    local_times: bool
    warnings: tuple[ReportWarning, ...]
    totals: dict[str, int | dict[str, int]]
    name: str = ""
    results: tuple[Result, ...] = ()
    suites: tuple[RawSuite, ...] = ()
    log: tuple[RawLogMessage, ...] = ()
    sites: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    metrics: tuple[Metric, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    checks: tuple[Check, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    series: tuple[Series, ...] = ()
