"""What a worker and its processes say to each other: length-prefixed messages over a pipe each way."""

from __future__ import annotations

import struct
from enum import StrEnum

import msgspec

from testflux.kit import errors, inflate

_LENGTH = struct.Struct("<I")
LENGTH = _LENGTH.size


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """The first message to a process: where everything is.

    The URLs are as Database takes them; `blobs` is a folder or a URL.
    """

    database_url: str
    direct_url: str | None
    blobs: str
    limits: inflate.Limits
    log_level: str
    log_format: str


class Work(StrEnum):
    """What a process can be asked to do: `pipeline.process` an upload, `pipeline.count_keywords` of a run."""

    PROCESS = "process"
    COUNT = "count"


class Order(msgspec.Struct, frozen=True):
    """Something to do. `key` is the project's id with that of the upload or the run."""

    work: Work
    key: tuple[int, int]
    request_id: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended. `family` is the class of the error that it raised, "" for none.

    `memory_bytes` is what the process holds now.
    """

    family: str = ""
    message: str = ""
    hint: str = ""
    code: str = ""
    memory_bytes: int = 0


class ProcessFailedError(Exception):
    """A process ended in the middle of its work, or something of ours failed in it."""


def pack(message: msgspec.Struct) -> bytes:
    """Return a message as it goes through a pipe: its length in LENGTH bytes, then itself."""
    content = msgspec.msgpack.encode(message)
    return _LENGTH.pack(len(content)) + content


def length(head: bytes) -> int:
    """Return how many bytes follow the first LENGTH bytes of a message."""
    return _LENGTH.unpack(head)[0]


def explain(error: Exception, memory_bytes: int) -> Answer:
    """Return the answer for an error."""
    if not isinstance(error, errors.TestFluxError):
        return Answer(family="Exception", message=f"{type(error).__name__}: {error}", memory_bytes=memory_bytes)
    return Answer(
        family=type(error).__name__, message=error.message, hint=error.hint, code=error.code, memory_bytes=memory_bytes
    )


def raise_error(answer: Answer) -> None:
    """Raise what the work raised: an error of the same family, ProcessFailedError for what is our fault."""
    if not answer.family:
        return
    family = getattr(errors, answer.family, None)
    if not isinstance(family, type) or not issubclass(family, errors.TestFluxError):
        raise ProcessFailedError(answer.message)
    raise family(answer.message, hint=answer.hint, code=answer.code)
