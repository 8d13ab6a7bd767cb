from __future__ import annotations

import re

from made import P, Project, outcomes
from testflux.kit import clock, errors
from testflux.model.access import EVERYBODY
from testflux.store import health, uploads


async def test_postgresql_says_its_version_in_numbers(project: Project) -> None:
    async with project.database.read(EVERYBODY) as reader:
        assert re.fullmatch(r"[1-9][0-9]\.[0-9]+", await health.get_version(reader))


async def test_uploads_that_testflux_failed_on_are_counted_by_project(project: Project) -> None:
    ours, theirs, _ = [await project.upload() for _ in range(3)]
    async with project.database.write(EVERYBODY) as writer:
        assert await health.list_set_aside(writer) == []
        internal = errors.TestFluxError("oh", code="internal")
        await uploads.save_rejected(writer, 1, ours, internal, is_kept=True)
        await uploads.save_rejected(writer, 1, theirs, errors.ReportError("no"), is_kept=True)
        found = await health.list_set_aside(writer)
    assert [(place.uploads, place.slug) for place in found] == [(1, "shop")]


async def test_sizes_are_those_of_all_tables_and_files(project: Project) -> None:
    await project.arrive(outcomes(a=P))
    async with project.database.read(EVERYBODY) as reader:
        sizes = await health.get_sizes(reader)
    groups = {table.group: table.bytes for table in sizes.tables}
    assert {"results", "runs", "uploads", "queue"} <= groups.keys()
    assert 0 < sum(groups.values()) < sizes.database_bytes
    assert sizes.uploads == 1
    assert sizes.file_bytes >= 0


async def test_postgresql_says_since_when_it_runs(project: Project) -> None:
    async with project.database.read(EVERYBODY) as reader:
        assert await health.get_started(reader) < clock.now()


async def test_a_copy_of_a_database_is_another_place_and_anybody_may_ask(project: Project) -> None:
    async with project.database.write(EVERYBODY) as writer:
        here = await health.get_place(writer)
        await writer.run("create role nobody_special")
        await writer.run("set local role nobody_special")
        assert await health.get_place(writer) == here
        await writer.run("reset role")
        await writer.run("alter table project rename to old_project")
        await writer.run("create table project (like old_project)")
        assert await health.get_place(writer) != here
        await writer.run("drop role nobody_special")
