"""The delivery log: what each channel is to be told, and what became of it.

A delivery lives in the partition of the UTC day it was made. Its identifier carries that day, so that looking it up
reads one partition.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from testflux.kit import clock, errors, identifiers
from testflux.model.access import Tenant
from testflux.model.message import ChannelKind, Event, Rule, RunMessage
from testflux.store import events, jobs, queries, scoping
from testflux.store.database import Reader, Row, Writer

LOG_DAYS = 90
"""How many days back the log is shown."""

_DAY_NUMBERS = 100_000
_EPOCH = date(1970, 1, 1)
_SQL = queries.load("deliveries")


class Key(msgspec.Struct, frozen=True):
    """Which delivery."""

    project_id: int
    day: date
    delivery_id: int

    @property
    def identifier(self) -> str:
        """The API's id, e.g. `3-1720779`: opaque to callers."""
        return identifiers.pack(self.project_id, self.delivery_id * _DAY_NUMBERS + (self.day - _EPOCH).days)


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery to send now, with its channel. `secret` is sealed; `made_at` is when the message was made."""

    key: Key
    org_id: int
    project_slug: str
    channel_id: int
    channel_name: str
    kind: ChannelKind
    config: dict[str, Any]
    secret: bytes | None
    is_enabled: bool
    event: Event
    message: RunMessage
    attempts: int
    made_at: datetime


def read_key(identifier: str) -> Key:
    """Read the API's id; NotFoundError when it is none."""
    project_id, number = identifiers.unpack(identifier)
    delivery_id, days = divmod(number, _DAY_NUMBERS)
    return Key(project_id, _EPOCH + timedelta(days=days), delivery_id)


def key_of(row: Row) -> Key:
    """Return the key of a row of the log."""
    return Key(row["project_id"], row["run_day"], row["delivery_id"])


async def add_deliveries(
    writer: Writer, project_id: int, run_id: int, upload_id: int, message: RunMessage, rules: Sequence[Rule]
) -> list[Key]:
    """Note that a run is to be told to every enabled channel whose rule is among `rules`, and queue the sending.

    `upload_id` is the part of the run that brought the news: each is told once.

    All in the caller's transaction: a run is stored with its deliveries and their jobs, or not at all.
    """
    if not rules:
        return []
    day = _today()
    rows = await writer.all(
        _SQL["add_deliveries"],
        project_id=project_id,
        day=day,
        run_id=run_id,
        upload_id=upload_id,
        message=Jsonb(message),
        rules=list(rules),
    )
    keys = [Key(project_id, day, row["delivery_id"]) for row in rows]
    for key in keys:
        await jobs.add_delivery(writer, key.project_id, key.day, key.delivery_id)
    return keys


async def add_test(writer: Writer, project_id: int, channel_id: int, message: RunMessage) -> Key:
    """Note a test message to one channel and queue the sending."""
    day = _today()
    row = await writer.one(
        _SQL["add_test"], project_id=project_id, day=day, channel_id=channel_id, message=Jsonb(message)
    )
    await jobs.add_delivery(writer, project_id, day, row["delivery_id"])
    return Key(project_id, day, row["delivery_id"])


async def find_due(writer: Writer, key: Key) -> Due | None:
    """Take a delivery to send it: locked until the transaction ends; None when it is not due, or another has it."""
    row = await writer.find(_SQL["find_due"], project_id=key.project_id, day=key.day, delivery_id=key.delivery_id)
    if row is None:
        return None
    return Due(
        key=key,
        org_id=row["org_id"],
        project_slug=row["project_slug"],
        channel_id=row["channel_id"],
        channel_name=row["channel_name"],
        kind=ChannelKind(row["kind"]),
        config=row["config"],
        secret=row["secret"],
        is_enabled=row["is_enabled"],
        event=Event(row["event"]),
        message=msgspec.convert(row["message"], RunMessage),
        attempts=row["attempts"],
        made_at=row["created_at"],
    )


async def save_sent(writer: Writer, due: Due, *, response_code: int | None, note: str) -> None:
    """Note that the receiver took the message; `note` remarks on it, e.g. one refused recipient of several."""
    await _save(writer, due, "sent", delay=None, error=note, response_code=response_code)


async def save_failed(
    writer: Writer, due: Due, *, error: str, response_code: int | None, retry_after: timedelta | None
) -> None:
    """Note a failed attempt; `retry_after` None is the last one, else the next is queued."""
    status = "failed" if retry_after is None else "pending"
    next_at = await _save(writer, due, status, delay=retry_after, error=error, response_code=response_code)
    if next_at is not None:
        await jobs.add_delivery(writer, due.key.project_id, due.key.day, due.key.delivery_id, at=next_at)


async def save_resend(writer: Writer, key: Key) -> None:
    """Make a delivery due now, whatever became of it, and queue the sending; ConflictError while it is being sent."""
    touched = await writer.run(_SQL["save_resend"], project_id=key.project_id, day=key.day, delivery_id=key.delivery_id)
    if not touched:
        raise errors.ConflictError("This message is being sent right now.", hint="Look again in a moment.")
    await jobs.add_delivery(writer, key.project_id, key.day, key.delivery_id)


async def save_overdue(writer: Writer, grace: timedelta) -> list[Key]:
    """Queue again what should have been tried more than `grace` ago: its job was lost."""
    rows = await writer.all(_SQL["list_overdue"], **_log_days(), grace=grace)
    keys = [key_of(row) for row in rows]
    for key in keys:
        await jobs.add_delivery(writer, key.project_id, key.day, key.delivery_id)
    return keys


async def get_delivery(reader: Reader, tenant: Tenant, key: Key) -> Row:
    """Return a row of the log with its channel; NotFoundError for another tenant's, too."""
    values = scoping.values_of(tenant) | {"project_id": key.project_id}
    row = await reader.find(_SQL["get_delivery"], **values, day=key.day, delivery_id=key.delivery_id)
    if row is None:
        raise errors.NotFoundError("There is no such delivery.", hint="Its channel may have been removed.")
    return row


async def list_deliveries(
    reader: Reader,
    project_id: int,
    *,
    channel_id: int | None,
    status: str | None,
    limit: int,
    before: tuple[datetime, int] | None,
) -> list[Row]:
    """List the log of a project, or of one channel, newest first, before (created_at, delivery_id)."""
    before_at, before_id = before or (None, None)
    return await reader.all(
        _SQL["list_deliveries"],
        **_log_days(),
        project_id=project_id,
        channel_id=channel_id,
        status=status,
        limit=limit,
        before_at=before_at,
        before_id=before_id,
    )


async def list_newest(reader: Reader, project_id: int, channel_ids: list[int]) -> dict[int, Row]:
    """Return the newest row of each channel that has one, by channel_id."""
    rows = await reader.all(_SQL["list_newest"], **_log_days(), project_id=project_id, channel_ids=channel_ids)
    return {row["channel_id"]: row for row in rows}


async def _save(
    writer: Writer, due: Due, status: str, *, delay: timedelta | None, error: str, response_code: int | None
) -> datetime | None:
    key = due.key
    row = await writer.one(
        _SQL["save_outcome"],
        project_id=key.project_id,
        day=key.day,
        delivery_id=key.delivery_id,
        status=status,
        delay=delay,
        error=error,
        response_code=response_code,
    )
    channel_id = identifiers.pack(key.project_id, due.channel_id)
    change: dict[str, object] = {"id": key.identifier, "channel_id": channel_id, "status": status}
    topic = f"project:{due.project_slug}"
    await events.publish(writer, due.org_id, topic, "delivery.changed", change, project_id=key.project_id)
    return row["next_attempt_at"]


def _today() -> date:
    return clock.now().date()


def _log_days() -> dict[str, date]:
    today = _today()
    return {"since": today - timedelta(days=LOG_DAYS), "until": today + timedelta(days=1)}
