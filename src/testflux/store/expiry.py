"""Removing what is past its age, a few runs a transaction. Totals stay; starred runs stay whole."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from datetime import date

import msgspec

from testflux.model.access import EVERYBODY
from testflux.store import events, queries, removal, texts, uploads, usage
from testflux.store.database import Database, Row, Writer

AT_ONCE = 50
_ORPHANS_AT_ONCE = 5000
_ORPHANS = (("", "drop_tests"), ("move_failures", "drop_failures"), ("move_findings", "drop_findings"))
_BY_RUN = ("run_log", "keyword_count", "load_metric", "threshold", "load_check", "load_group", "run_part", "run")

_SQL = texts.with_texts(queries.load("expiry"))


class Dropped(msgspec.Struct, frozen=True):
    """What one transaction removed: how many of its kind, in which months, and the files that they named."""

    count: int
    digests: list[bytes] = []
    months: frozenset[date] = frozenset()


async def drop_runs(writer: Writer, project_id: int, before: date, leaving: Collection[date] = ()) -> Dropped:
    """Remove the oldest runs from before a day with all that came with them but their totals.

    The rows of `leaving` months (their first days) are left to be dropped with their partitions.
    """
    await writer.run(_SQL["lock_project"], project_id=project_id)
    runs = await writer.all(_SQL["list_due_runs"], project_id=project_id, before=before, limit=AT_ONCE)
    if not runs:
        return Dropped(0)
    ids = [run["run_id"] for run in runs]
    for table in removal.BY_DAY:
        await _drop_of_days(writer, table, project_id, _outside(runs, leaving))
    for table in _BY_RUN:
        await writer.run(queries.about(_SQL["drop_of_runs"], table=table), project_id=project_id, run_ids=ids)
    rows = await writer.all(_SQL["list_uploads_of"], project_id=project_id, run_ids=ids)
    digests = await _drop_uploads(writer, project_id, [row["upload_id"] for row in rows])
    kept_from = max(run["run_day"] for run in runs)
    project = await writer.one(_SQL["save_kept_from"], project_id=project_id, last_day=kept_from)
    for topic in (f"project:{project['slug']}", "projects"):
        data: dict[str, object] = {"project": project["slug"]}
        await events.publish(writer, project["org_id"], topic, "project.changed", data, project_id=project_id)
    return Dropped(len(runs), digests, _months(runs))


async def drop_rows(writer: Writer, project_id: int, before: date, leaving: Collection[date] = ()) -> Dropped:
    """Remove the result rows and the log of runs from before a day; what each test came to stays."""
    runs = await writer.all(_SQL["list_runs_with_rows"], project_id=project_id, before=before, limit=AT_ONCE)
    ids = [run["run_id"] for run in runs]
    await _drop_of_days(writer, "result_row", project_id, _outside(runs, leaving))
    await writer.run(queries.about(_SQL["drop_of_runs"], table="run_log"), project_id=project_id, run_ids=ids)
    await writer.run(_SQL["save_rows_dropped"], project_id=project_id, run_ids=ids)
    return Dropped(len(runs), months=_months(runs))


async def drop_files(writer: Writer, project_id: int, before: date) -> Dropped:
    """Remove the files of uploads whose run, or else arrival, is from before a day; they remember when that was."""
    due = await writer.all(_SQL["list_due_files"], project_id=project_id, before=before, limit=AT_ONCE)
    ids = [row["upload_id"] for row in due]
    async with _gone(writer, project_id, ids) as digests:
        await writer.run(_SQL["save_files_dropped"], project_id=project_id, upload_ids=ids)
        await writer.run(_SQL["drop_upload_files"], project_id=project_id, upload_ids=ids)
    return Dropped(len(ids), digests)


async def drop_lost_uploads(writer: Writer, project_id: int, before: date) -> Dropped:
    """Remove uploads that arrived before a day and never became a run."""
    due = await writer.all(_SQL["list_due_rejected"], project_id=project_id, before=before, limit=AT_ONCE)
    ids = [row["upload_id"] for row in due]
    return Dropped(len(ids), await _drop_uploads(writer, project_id, ids))


async def drop_audit(writer: Writer, project_id: int, before: date) -> Dropped:
    """Remove the oldest entries of the delivery log from before a day."""
    return Dropped(await writer.run(_SQL["drop_audit"], project_id=project_id, before=before, limit=_ORPHANS_AT_ONCE))


async def drop_orphans(database: Database, project_id: int) -> int:
    """Remove tests, causes, findings and messages that no kept run has any more; return how many.

    A cause or finding whose first run is gone names the first kept one; since when it is known stays.
    """
    dropped = 0
    for move, drop in _ORPHANS:
        some: dict[str, object] = {"project_id": project_id, "after": -1, "limit": _ORPHANS_AT_ONCE}
        while some["after"] is not None:
            async with database.write(EVERYBODY) as writer:
                await writer.run(_SQL["lock_project"], project_id=project_id)
                if move:
                    await writer.run(_SQL[move], **some)
                row = await writer.one(_SQL[drop], **some)
            dropped += row["dropped"]
            some["after"] = row["last"]
    async with database.write(EVERYBODY) as writer:
        await writer.run(_SQL["lock_project"], project_id=project_id)
        return dropped + await writer.run(_SQL["drop_messages"], project_id=project_id)


async def _drop_uploads(writer: Writer, project_id: int, upload_ids: list[int]) -> list[bytes]:
    async with _gone(writer, project_id, upload_ids) as digests:
        await writer.run(_SQL["drop_upload_files"], project_id=project_id, upload_ids=upload_ids)
        await writer.run(_SQL["drop_uploads"], project_id=project_id, upload_ids=upload_ids)
    return digests


@asynccontextmanager
async def _gone(writer: Writer, project_id: int, upload_ids: list[int]) -> AsyncGenerator[list[bytes]]:
    """Count the files of uploads out; lend their digests."""
    digests = await uploads.list_digests(writer, project_id, upload_ids)
    async with usage.counted(writer, project_id, digests):
        yield digests


async def _drop_of_days(writer: Writer, table: str, project_id: int, runs: list[Row]) -> None:
    if not runs:
        return
    days = [run["run_day"] for run in runs]
    await writer.run(
        queries.about(_SQL["drop_of_days"], table=table),
        project_id=project_id,
        run_ids=[run["run_id"] for run in runs],
        first_day=min(days),
        last_day=max(days),
    )


def _months(runs: list[Row]) -> frozenset[date]:
    return frozenset(run["run_day"].replace(day=1) for run in runs)


def _outside(runs: list[Row], months: Collection[date]) -> list[Row]:
    return [run for run in runs if run["run_day"].replace(day=1) not in months]
