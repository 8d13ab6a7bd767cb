"""How much projects hold, counted in the transactions that add and remove files, and how much they may hold."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import date

import msgspec

from testflux.kit import errors
from testflux.model.access import Tenant
from testflux.store import queries, scoping
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("usage")


class Room(msgspec.Struct, frozen=True):
    """How many bytes of files fit before the quota of `whom` (the project, or the organisation) is full."""

    whom: str
    quota_bytes: int
    free_bytes: int


@asynccontextmanager
async def counted(writer: Writer, project_id: int, digests: Sequence[bytes]) -> AsyncGenerator[None]:
    """Count what happens inside to a project's files of these digests; nobody else changes their use meanwhile.

    A file counts once for a project and once for the organisation, however many uploads name it.
    """
    values: dict[str, object] = {"project_id": project_id, "digests": list(set(digests))}
    await writer.run(_SQL["lock_files"], digests=values["digests"])
    before = await writer.one(_SQL["sum_held"], **values)
    yield
    after = await writer.one(_SQL["sum_held"], **values)
    more = after["project_bytes"] - before["project_bytes"]
    if more:
        await writer.run(_SQL["add_project_bytes"], project_id=project_id, more=more)
    more = after["org_bytes"] - before["org_bytes"]
    if more:
        await writer.run(_SQL["add_org_bytes"], project_id=project_id, more=more)


async def find_room(reader: Reader, project_id: int) -> Room | None:
    """Return the narrower of a project's and its organisation's quota; None without any."""
    row = await reader.find(_SQL["find_room"], project_id=project_id)
    if row is None:
        return None
    rooms = [
        Room(whom, row[f"{name}_quota"], row[f"{name}_quota"] - row[f"{name}_bytes"])
        for name, whom in (("project", "project"), ("org", "organisation"))
        if row[f"{name}_quota"] is not None
    ]
    return min(rooms, key=lambda room: room.free_bytes, default=None)


async def check_quota(reader: Reader, project_id: int) -> None:
    """Raise QuotaError when a project, or its organisation, holds more than it may."""
    room = await find_room(reader, project_id)
    if room is not None and room.free_bytes < 0:
        raise over_quota(room)


def over_quota(room: Room) -> errors.QuotaError:
    """Return the error for a file that does not fit."""
    return errors.QuotaError(
        f"The {room.whom}'s quota of {room.quota_bytes / 1e6:,.1f} MB is full: the file does not fit.",
        hint="Delete runs that nobody needs, or ask an administrator to raise the quota.",
    )


async def list_differences(reader: Reader) -> list[Row]:
    """Recount the files; return what was counted wrong (none, unless we erred): project_id or org_id, kept, counted."""
    return await reader.all(_SQL["list_differences"])


async def save_recounted(writer: Writer) -> None:
    """Put every count right. Uploads that are just being written down wait."""
    await writer.run(_SQL["lock_counts"])
    for row in await writer.all(_SQL["list_differences"]):
        name, key = ("add_project_bytes", row["project_id"]) if row["org_id"] is None else ("add_bytes_of_org", None)
        values = {"project_id": key} if key is not None else {"org_id": row["org_id"]}
        await writer.run(_SQL[name], more=row["counted"] - row["kept"], **values)


async def measure(reader: Reader, tenant: Tenant | None = None) -> list[Row]:
    """Return what each project of a tenant, or of all there are, takes up now.

    The columns are project_id, slug, name, result_bytes, row_bytes, file_bytes, total_bytes.

    Files are exact, as sent. Tables are shared by projects: each month's size is divided by the results, rows, scans
    and load tests that a project has in it.
    """
    return await reader.all(_SQL["measure"], **scoping.values_of_any(tenant))


async def save_day(writer: Writer, today: date) -> None:
    """Write down what each project takes up today."""
    await writer.run(_SQL["save_day"], day=today, **_columns(await measure(writer)))


async def list_days(reader: Reader, tenant: Tenant, since: date) -> list[Row]:
    """Return what projects took up on earlier days: project_id, day, bytes; oldest first."""
    return await reader.all(_SQL["list_days"], **scoping.values_of(tenant), since=since)


async def get_org(reader: Reader, org_id: int) -> Row:
    """Return an organisation's quota_bytes, project_quota_bytes and file_bytes."""
    return await reader.one(_SQL["get_org"], org_id=org_id)


async def save_org_quota(writer: Writer, org_id: int, quota_bytes: int | None, project_quota_bytes: int | None) -> None:
    """Set how much an organisation may hold, and each of its projects without a quota of its own."""
    await writer.run(
        _SQL["save_org_quota"], org_id=org_id, quota_bytes=quota_bytes, project_quota_bytes=project_quota_bytes
    )


async def save_project_quota(writer: Writer, project_id: int, quota_bytes: int | None) -> None:
    """Set how much a project may hold; None: as the organisation says for each project."""
    await writer.run(_SQL["save_project_quota"], project_id=project_id, quota_bytes=quota_bytes)


def _columns(rows: list[Row]) -> dict[str, object]:
    names = ("project_id", "result_bytes", "row_bytes", "file_bytes", "total_bytes")
    return {name: [row[name] for row in rows] for name in names}
