"""What the server answers, as far as the command line reads it."""

from __future__ import annotations

import msgspec


class FieldError(msgspec.Struct, frozen=True):
    """One wrong value of a request."""

    field: str = ""
    message: str = ""


class Problem(msgspec.Struct, frozen=True):
    """Why a request failed."""

    detail: str
    code: str
    hint: str = ""
    errors: tuple[FieldError, ...] = ()
    line: int | None = None
    column: int | None = None
    byte: int | None = None


class RunLink(msgspec.Struct, frozen=True):
    """A run that an upload became."""

    id: str
    number: int
    kind: str
    url: str


class Rejection(msgspec.Struct, frozen=True):
    """Why an upload was rejected."""

    code: str
    message: str
    hint: str = ""
    line: int | None = None
    column: int | None = None
    byte: int | None = None


class Doubt(msgspec.Struct, frozen=True):
    """Something about a report that was read around or left out."""

    code: str
    message: str


class Upload(msgspec.Struct, frozen=True):
    """One file on the server. It is finished when `status` is stored or rejected."""

    id: str
    status: str
    file_name: str = ""
    stage: str = ""
    progress: int = 0
    duplicate: bool = False
    runs: tuple[RunLink, ...] = ()
    error: Rejection | None = None
    warnings: tuple[Doubt, ...] = ()

    @property
    def is_finished(self) -> bool:
        """True when nothing more will happen to it."""
        return self.status in {"stored", "rejected"} or (self.status == "duplicate" and bool(self.runs))


class Uploads(msgspec.Struct, frozen=True):
    """Several files that arrived as one archive; empty when the answer is one upload."""

    uploads: tuple[Upload, ...] = ()


class Baseline(msgspec.Struct, frozen=True):
    """The run that another one was compared with."""

    number: int


class Run(msgspec.Struct, frozen=True):
    """One run, with the figures against its baseline."""

    id: str
    number: int
    kind: str
    verdict: str
    url: str
    totals: dict[str, int | dict[str, int]]
    headline: str = ""
    new_failures: int = 0
    fixed: int = 0
    baseline: Baseline | None = None


class Changes(msgspec.Struct, frozen=True):
    """How many tests fail as they did in the baseline."""

    still_failing_count: int = 0


class Sample(msgspec.Struct, frozen=True):
    """The sample history: absent, loading or present."""

    status: str
    done: int
    total: int
    projects: tuple[str, ...] = ()
