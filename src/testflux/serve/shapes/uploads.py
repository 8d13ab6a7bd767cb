"""Files on their way in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from testflux.model.run import Stage, UploadStatus
from testflux.model.status import Kind, Verdict
from testflux.serve.shapes.projects import ProjectRef
from testflux.serve.shapes.runs import ReportWarning

_Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", description="SHA-256 of a file, in hex.")]


class UploadRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run an upload became."""

    id: str
    number: int
    kind: Kind
    verdict: Verdict
    url: str


class UploadError(msgspec.Struct, frozen=True, kw_only=True):
    """Why an upload was rejected. `line` and `column` count from 1, `byte` from 0."""

    code: str
    message: str
    hint: str
    line: int | None = None
    column: int | None = None
    byte: int | None = None


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """One file that arrived, and what became of it. `progress` is 0..100; `metadata` is what the uploader said."""

    id: str
    project: ProjectRef
    file_name: str
    size_bytes: int
    status: UploadStatus
    stage: Stage
    progress: int
    duplicate: bool
    runs: list[UploadRun]
    error: UploadError | None
    warnings: list[ReportWarning]
    metadata: dict[str, Any]
    created_at: datetime
    finished_at: datetime | None
    download_url: str | None
    request_id: str


class Uploads(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to several files sent at once, in their order."""

    uploads: list[Upload]


class UploadPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some uploads, newest first."""

    items: list[Upload]
    next_cursor: str | None


class FileQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Files that somebody may send."""

    digests: Annotated[list[_Digest], msgspec.Meta(max_length=1000)]


class KnownFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Files that a project has: SHA-256, in hex."""

    digests: list[str]
