"""The night's cleaning: what is past its age goes, in small steps that can be interrupted at any moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from functools import partial

import structlog

from testflux.model.access import EVERYBODY
from testflux.model.retention import CutOff
from testflux.store import audit, expiry, months, projects, retention, uploads, usage
from testflux.store.blobs import Blobs
from testflux.store.database import Database, Writer
from testflux.store.expiry import Dropped
from testflux.store.months import Month

_Step = Callable[[Writer], Awaitable[Dropped]]

log = structlog.get_logger("testflux.work")


async def retain(database: Database, blobs: Blobs, today: date) -> bool:
    """Remove what no project keeps on this day. False: another worker is at it.

    Starred runs stay, and so does `day_total`. Begun anew after a crash it goes on where it was.
    """
    async with months.alone(database) as hands:
        if hands is None:
            return False
        await _Night(database, blobs, hands, today).clean()
    return True


class _Night:
    def __init__(self, database: Database, blobs: Blobs, hands: Writer, today: date) -> None:
        self._database = database
        self._blobs = blobs
        self._hands = hands
        self._today = today
        self._touched: set[date] = set()

    async def clean(self) -> None:
        for month in await months.list_left(self._hands):
            await months.drop_month(self._hands, month)
        cuts = await self._read_cuts()
        results = {project: cut.results for project, cut in cuts.items()}
        rows = {project: cut.rows for project, cut in cuts.items()}
        gone = await months.list_leaving(self._hands, results, self._today)
        bare = await months.list_leaving(self._hands, rows, self._today, rows_only=True) | gone
        for project_id, cut in cuts.items():
            await self._clean_project(project_id, cut, gone, bare)
        await self._drop_months(cuts, gone | bare)
        for project_id, cut in cuts.items():
            if self._touched and (cut.results or cut.rows):
                await expiry.drop_orphans(self._database, project_id)
        await self._tighten()

    async def _read_cuts(self) -> dict[int, CutOff]:
        async with self._database.read(EVERYBODY) as reader:
            policies = await retention.list_policies(reader)
        return {policy.project_id: policy.ages.cut_off(self._today) for policy in policies}

    async def _clean_project(self, project_id: int, cut: CutOff, gone: set[date], bare: set[date]) -> None:
        steps: dict[str, _Step] = {}
        if cut.results:
            steps["runs"] = partial(expiry.drop_runs, project_id=project_id, before=cut.results, leaving=gone)
            steps["uploads"] = partial(expiry.drop_lost_uploads, project_id=project_id, before=cut.results)
        if cut.evidence:
            steps["files"] = partial(expiry.drop_files, project_id=project_id, before=cut.evidence)
        if cut.rows:
            steps["rows"] = partial(expiry.drop_rows, project_id=project_id, before=cut.rows, leaving=bare)
        if cut.audit:
            steps["audit"] = partial(expiry.drop_audit, project_id=project_id, before=cut.audit)
        removed: dict[str, int] = {}
        for name, step in steps.items():
            if dropped := await self._repeat(step):
                removed[name] = dropped
        if removed:
            await self._note(project_id, removed)

    async def _note(self, project_id: int, removed: dict[str, int]) -> None:
        log.info("removed by retention", project=project_id, **removed)
        async with self._database.write(EVERYBODY) as writer:
            place = await projects.find_place(writer, project_id)
            if place is not None:  # else it was removed meanwhile, and that is noted
                target = audit.Target("project", project_id, place["slug"])
                audit.note(writer, place["org_id"], "retention.remove", target, project_id=project_id, after=removed)

    async def _repeat(self, step: _Step) -> int:
        """Take a step until it finds nothing more."""
        total = 0
        while True:
            async with self._database.write(EVERYBODY) as writer:
                dropped = await step(writer)
            await uploads.drop_unused_blobs(self._database, self._blobs, dropped.digests)
            self._touched |= dropped.months
            total += dropped.count
            if not dropped.count:
                return total

    async def _drop_months(self, cuts: dict[int, CutOff], leaving: set[date]) -> None:
        """Drop the partitions that nobody needs any more; of those that got a new run meanwhile, only the old rows."""
        kept = [day for cut in cuts.values() for day in (cut.results, cut.rows) if day]
        due = await months.list_droppable(self._hands, min(max(kept), self._today)) if kept else []
        audits = [cut.audit for cut in cuts.values()]
        if audits and None not in audits:
            last = min(day for day in audits if day)
            due += await months.list_older(self._hands, "delivery", min(last, self._today.replace(day=1)))
        for month in due:
            if await months.drop_month(self._hands, month):
                log.info("dropped a month", partition=month.name)
        for month in await self._present(leaving):
            await months.drop_strays(self._hands, month)

    async def _present(self, wanted: set[date]) -> list[Month]:
        """Return the partitions of results that there are of these months."""
        after = self._today + timedelta(days=1)
        found = [await months.list_older(self._hands, table, after) for table in months.RUN_TABLES]
        return [month for some in found for month in some if month.first_day in wanted]

    async def _tighten(self) -> None:
        for month in await self._present(self._touched):
            await months.vacuum(self._hands, month)
        for month in await months.list_hollow(self._hands, self._today):
            if await months.rewrite(self._hands, month):
                await months.vacuum(self._hands, month)
                log.info("rewrote a month", partition=month.name)


async def recount(database: Database, today: date) -> int:
    """Recount what projects hold; a wrong count is an alert, and put right. Then write down the day's sizes.

    Returns how many counts were wrong.
    """
    async with database.read(EVERYBODY) as reader:
        differences = await usage.list_differences(reader)
    for row in differences:
        log.error("files were counted wrong", **{name: value for name, value in row.items() if value is not None})
    async with database.write(EVERYBODY) as writer:
        if differences:
            await usage.save_recounted(writer)
        await usage.save_day(writer, today)
    return len(differences)
