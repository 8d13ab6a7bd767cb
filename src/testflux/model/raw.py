"""What a parser saw, before anybody made sense of it: any field may be missing here, none may past `normalise`."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import eq
from typing import cast

import msgspec

from testflux.kit.numbers import Numbers
from testflux.model.status import Kind, Status

_PIECE = 4096  # instances that are worked on at a time


class ReportWarning(msgspec.Struct, frozen=True):
    """Something in the report that was read around. `line` counts from 1; `byte` from 0."""

    code: str
    message: str
    line: int | None = None
    byte: int | None = None


class Tool(msgspec.Struct, frozen=True):
    """Who wrote the report."""

    name: str
    version: str = ""


class RawTest(msgspec.Struct, gc=False):
    """One test, or one attempt of it. Mutable while its report is being read: a suite teardown can still change it.

    `suite` is the path of suite names from the root; `parameters` is what tells variants of one test apart (a browser,
    a host) and belongs to its identity. `byte_start`/`byte_end` bound the test in the decompressed file (end
    exclusive), so that its steps can be read later without the rest. `message` may be HTML when `message_is_html`.
    """

    suite: tuple[str, ...]
    name: str
    status: Status
    message: str = ""
    message_is_html: bool = False
    started_at: datetime | None = None
    duration_ms: float | None = None
    tags: tuple[str, ...] = ()
    source: str = ""
    line: int | None = None
    doc: str = ""
    attempt: int = 1
    parameters: str = ""
    byte_start: int | None = None
    byte_end: int | None = None
    attributes: dict[str, str] = {}


class RawSuite(msgspec.Struct):
    """One suite, in the order the file opens them."""

    path: tuple[str, ...]
    source: str = ""
    doc: str = ""
    metadata: dict[str, str] = {}
    message: str = ""
    started_at: datetime | None = None
    duration_ms: float | None = None


class RawLogMessage(msgspec.Struct, frozen=True):
    """An execution error or warning of the run; `test` is the test it was logged in, suite names first, () for none."""

    level: str
    text: str
    at: datetime | None = None
    is_html: bool = False
    test: tuple[str, ...] = ()


class RawKeyword(msgspec.Struct, frozen=True):
    """How often a keyword was called in a run, how often it failed, and its time with all that it called in ms."""

    owner: str
    name: str
    calls: int
    failed: int
    duration_ms: float


class RawInstance(msgspec.Struct, gc=False):
    """One occurrence of an alert, exactly as listed.

    An address (`uri`) or a file: `path` from the repository's root, `line` from 1, `logical` the name of what encloses
    the place (a function, a resource), `evidence` its text. `fingerprint` is the tool's own identity of the occurrence.
    """

    uri: str = ""
    method: str = ""
    param: str = ""
    attack: str = ""
    evidence: str = ""
    other: str = ""
    node_name: str = ""
    request_header: str = ""
    request_body: str = ""
    response_header: str = ""
    response_body: str = ""
    path: str = ""
    line: int | None = None
    logical: str = ""
    fingerprint: str = ""


class Instances:
    """The instances of one alert at addresses: reads like a list of them, and takes 4 bytes a text in place of a text.

    `numbers` has the texts; all alerts of a report share it. What is said of files is not kept (from `path` on).
    """

    __slots__ = ("_columns", "_height", "numbers")
    WIDTH = 11
    """The fields of RawInstance from `uri` to `response_body`."""

    def __init__(self, numbers: Numbers, instances: Iterable[RawInstance] = ()) -> None:
        self.numbers = numbers
        self._columns = [array("I") for _ in range(self.WIDTH)]
        self._height = 0
        for instance in instances:
            self.append(instance)

    def append(self, instance: RawInstance) -> None:
        """Add one instance."""
        texts = msgspec.structs.astuple(instance)[: self.WIDTH]
        self.extend([array("I", [self.numbers[text]]) if text else None for text in texts], 1)

    def extend(self, columns: Iterable[array[int] | None], height: int) -> None:
        """Add `height` instances: for each field the numbers of its texts, None where all are ""."""
        for kept, more in zip(self._columns, columns, strict=True):
            if more:
                kept.frombytes(bytes((self._height - len(kept)) * kept.itemsize))
                kept.extend(more)
        self._height += height

    def pieces(self) -> Iterator[list[array[int]]]:
        """Yield some instances after the other: for each field the numbers of its texts."""
        for start in range(0, self._height, _PIECE):
            stop = min(start + _PIECE, self._height)
            columns = [column[start:stop] for column in self._columns]
            for column in columns:
                column.frombytes(bytes((stop - start - len(column)) * column.itemsize))
            yield columns

    def __len__(self) -> int:
        return self._height

    def __iter__(self) -> Iterator[RawInstance]:
        text = self.numbers.texts.__getitem__
        for columns in self.pieces():
            yield from map(RawInstance, *[map(text, column) for column in columns])

    def __getitem__(self, at: int) -> RawInstance:
        return list(self)[at]

    def __eq__(self, other: object) -> bool:
        is_alike = isinstance(other, (list, Instances)) and len(self) == len(cast("list[RawInstance]", other))
        return is_alike and all(map(eq, self, cast("list[RawInstance]", other)))

    __hash__ = None  # pyright: ignore[reportAssignmentType]


class RawAlert(msgspec.Struct):
    """One alert entry of a scanner's report.

    `risk` is 0..4 as in Severity, `confidence` 0..4 as in Confidence. `count` is the tool's own total, which may exceed
    the instances listed. `tool` is who raised it, "" for ZAP.
    """

    plugin_id: str
    name: str
    instances: list[RawInstance] | Instances
    alert_ref: str = ""
    risk: int | None = None
    confidence: int | None = None
    description: str = ""
    solution: str = ""
    reference: str = ""
    other: str = ""
    cwe: int | None = None
    wasc: int | None = None
    count: int | None = None
    site: str = ""
    is_systemic: bool | None = None
    tags: dict[str, str] = {}
    tool: str = ""


class RawMetric(msgspec.Struct):
    """One load metric with whatever statistics the file holds. Times are in ms, data in bytes.

    `name` may carry a tag set, `http_req_duration{scenario:checkout}`. `values` keys are the canonical ones
    (count, rate, min, avg, med, p90, p95, p99, max, value, passes, fails) plus any `p(N)` the file has beyond them.
    """

    name: str
    type: str
    contains: str = ""
    values: dict[str, float] = {}
    histogram: list[int] | None = None
    """Mergeable log buckets of a trend whose samples were read."""


class RawSeries(msgspec.Struct):
    """A metric over the time of a load test, in buckets of `bucket_ms` from `start_at`; `name` as in RawMetric.

    One entry a bucket, 0 in `counts` for one without samples. `p95s` and `maxima` are exact within their bucket.
    """

    name: str
    bucket_ms: int
    start_at: datetime
    counts: list[int]
    sums: list[float]
    p95s: list[float]
    maxima: list[float]


class RawThreshold(msgspec.Struct):
    """One threshold and the tool's verdict on it: `is_met` is True when it held."""

    metric: str
    expression: str
    is_met: bool


class RawCheck(msgspec.Struct):
    """One check; `group` is its path of group names from the root."""

    group: tuple[str, ...]
    name: str
    passes: int
    fails: int


class RawReport(msgspec.Struct):
    """Everything one file says. Exactly the fields of its kind are filled.

    `local_times` is True when the file's times carry no zone and were taken as UTC.
    `is_complete` is False when the file breaks off: then it never counts as green and closes nothing.
    `samples` is how many measurements a load test's numbers were computed from, 0 where the tool computed them.
    """

    format: str
    kind: Kind
    tool: Tool
    started_at: datetime | None = None
    duration_ms: float | None = None
    is_complete: bool = True
    local_times: bool = False
    warnings: list[ReportWarning] = []
    name: str = ""
    tests: list[RawTest] = []
    suites: list[RawSuite] = []
    log: list[RawLogMessage] = []
    sites: list[str] = []
    alerts: list[RawAlert] = []
    metrics: list[RawMetric] = []
    thresholds: list[RawThreshold] = []
    checks: list[RawCheck] = []
    groups: list[tuple[str, ...]] = []
    series: list[RawSeries] = []
    samples: int = 0
