"""What happened inside one test: read from its slice of the report when somebody opens it, never stored as rows."""

from __future__ import annotations

from datetime import datetime

import msgspec

from testflux.model.raw import ReportWarning


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A keyword, a control structure, a log message or a block of output; `children` in the order they happened.

    `kind`: setup, teardown, keyword, for, while, iteration, if, else_if, else, try, except, finally, group, variable,
    return, continue, break, error, step (of tools that only know steps), message, output.
    `status`: passed, failed, skipped, not_run, or "" where the tool gives none. `name` of a control structure is its
    header as one line (`${x} IN [ @{LIST} ]`). `message` is why it ended so; `text` and `level` (TRACE to FAIL, or
    stdout, stderr) belong to messages and output. `is_html` says that `message` or `text` is markup of the tool's, not
    to be trusted. Durations are in milliseconds.
    """

    kind: str
    name: str = ""
    owner: str = ""
    status: str = ""
    started_at: datetime | None = None
    duration_ms: float | None = None
    arguments: tuple[str, ...] = ()
    assign: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    doc: str = ""
    timeout: str = ""
    message: str = ""
    level: str = ""
    text: str = ""
    is_html: bool = False
    children: tuple[Step, ...] = ()


class NamedFile(msgspec.Struct, frozen=True):
    """A file that a test names: a screenshot, a trace. `path` is as the report has it; embedded ones have `content`."""

    path: str
    name: str = ""
    media_type: str = ""
    content: bytes | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One test opened. Properties keep their order and may repeat."""

    steps: tuple[Step, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    files: tuple[NamedFile, ...] = ()
    warnings: tuple[ReportWarning, ...] = ()
