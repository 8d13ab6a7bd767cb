"""What happened inside one test, the files that came with a run, and its keywords."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from testflux.serve.shapes.runs import ReportWarning


class StepImage(msgspec.Struct, frozen=True, kw_only=True):
    """A picture in a message. `url` is None when it was not sent along with the report."""

    url: str | None
    name: str
    alt: str


class StepItem(msgspec.Struct, frozen=True, kw_only=True):
    """A keyword, a control structure, a log message or a block of output, with what happened inside it.

    `kind` is setup, teardown, keyword, for, while, iteration, if, else_if, else, try, except, finally, group, variable,
    return, continue, break, error, step, message or output; `status` is passed, failed, skipped, not_run or "".
    `level` (TRACE to FAIL, or stdout, stderr) belongs to messages and output. Where the tool wrote markup, `html` holds
    it made safe to show, `text` or `message` its words, and `images` the pictures that were in it.
    """

    kind: str
    name: str
    owner: str
    status: str
    started_at: datetime | None
    duration_ms: float | None
    arguments: list[str]
    assign: list[str]
    tags: list[str]
    doc: str
    timeout: str
    message: str
    level: str
    text: str
    html: str
    images: list[StepImage]
    children: list[StepItem]


class TestProperty(msgspec.Struct, frozen=True):
    """Something the report says of a test; names may repeat."""

    __test__ = False
    name: str
    value: str


class TestFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that belongs to a test. `url` is None when it was not sent along; `size_bytes` is then unknown."""

    __test__ = False
    name: str
    media_type: str
    size_bytes: int | None
    url: str | None


class TestSteps(msgspec.Struct, frozen=True, kw_only=True):
    """One test opened: read from its slice of the report. `reason` says why it could not be."""

    __test__ = False
    is_available: bool
    reason: str
    steps: list[StepItem] = []
    properties: list[TestProperty] = []
    files: list[TestFile] = []
    warnings: list[ReportWarning] = []


class AttachmentItem(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was sent along with the report of a run; `path` as it was sent."""

    position: int
    path: str
    media_type: str
    size_bytes: int
    url: str


class AttachmentPage(msgspec.Struct, frozen=True, kw_only=True):
    """The files that came with a run."""

    items: list[AttachmentItem]
    next_cursor: str | None


class KeywordItem(msgspec.Struct, frozen=True, kw_only=True):
    """A keyword in one run. `duration_ms` is its time in all calls with all that it called."""

    owner: str
    name: str
    calls: int
    failed: int
    duration_ms: float


class KeywordPage(msgspec.Struct, frozen=True, kw_only=True):
    """The keywords of a run. `state`: counting takes a second reading of the report, and `none` has no keywords."""

    state: Literal["counted", "counting", "none"]
    items: list[KeywordItem]
    next_cursor: str | None
