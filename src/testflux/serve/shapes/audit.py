"""Who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

FEWEST_DAYS = 90


class AuditActor(msgspec.Struct, frozen=True, kw_only=True):
    """Who acted; `name` is as it was then. A system's is TestFlux itself, or a person at the command line."""

    kind: Literal["person", "token", "system", "nobody"]
    id: int | None
    name: str


class AuditTarget(msgspec.Struct, frozen=True, kw_only=True):
    """What was acted on; `name` is as it was then."""

    kind: str
    id: str
    name: str


class AuditEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One act. `about` says it in words; `project` is null when it was about none, or the project is gone.

    `digest` chains it to event `number` - 1.
    """

    number: int
    happened_at: datetime
    act: str
    about: str
    actor: AuditActor
    target: AuditTarget
    project: str | None
    is_refused: bool
    address: str
    request_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    digest: str


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some events, newest first."""

    items: list[AuditEvent]
    next_cursor: str | None


class AuditAct(msgspec.Struct, frozen=True, kw_only=True):
    """An act that may be in the log, and what it says."""

    act: str
    about: str


class AuditState(msgspec.Struct, frozen=True, kw_only=True):
    """Where the log ends, and how it is looked after.

    `kept_from` is the number of the first event that is still there. `checked_at` is when the night's check last came
    to its end; `broken` counts the chains of the installation that were not whole then.
    """

    number: int
    digest: str
    kept_from: int
    checked_at: datetime | None
    broken: int
    retention_days: int | None
    acts: list[AuditAct]


class AuditRetention(msgspec.Struct, frozen=True, kw_only=True):
    """How many days the log is kept at least; null: for ever. Whole months go."""

    days: Annotated[int, Meta(ge=FEWEST_DAYS, le=36_500)] | None


class AuditStreamConfig(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where to: a webhook's `url`, or a syslog server's `host`, `port` and `transport`."""

    url: Annotated[str, Meta(max_length=2000)] | None = None
    host: Annotated[str, Meta(min_length=1, max_length=253)] | None = None
    port: Annotated[int, Meta(ge=1, le=65_535)] | None = None
    transport: Literal["udp", "tcp", "tls"] | None = None


class AuditStream(msgspec.Struct, frozen=True, kw_only=True):
    """A place that the log is sent to as it grows. `waiting` events are still to be sent; `last_error`: why."""

    id: int
    kind: Literal["webhook", "syslog"]
    name: str
    config: AuditStreamConfig
    is_enabled: bool
    sent_number: int
    waiting: int
    sent_at: datetime | None
    last_error: str
    failed_at: datetime | None
    next_try_at: datetime
    created_at: datetime


class AuditStreams(msgspec.Struct, frozen=True, kw_only=True):
    """All streams of an organisation."""

    items: list[AuditStream]


class NewAuditStream(msgspec.Struct, frozen=True, kw_only=True):
    """A stream to set up. It begins with what happens next, or with `from_start` with all that is kept."""

    kind: Literal["webhook", "syslog"]
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    config: AuditStreamConfig
    from_start: bool = False


class AuditStreamCreated(AuditStream, frozen=True, kw_only=True):
    """A new stream; a webhook's signing `secret` is shown this once, null for syslog."""

    secret: str | None


class AuditStreamChange(msgspec.Struct, frozen=True, kw_only=True):
    """What to change; what is null or absent stays."""

    name: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    config: AuditStreamConfig | None = None
    is_enabled: bool | None = None


class AuditStreamTest(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a test message: an empty `error` means that it arrived (over UDP: that it was sent)."""

    error: str
