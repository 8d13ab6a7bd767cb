from __future__ import annotations

import re

from made import P, Project, outcomes
from testflux.kit import errors
from testflux.store import health, uploads


async def test_postgresql_says_its_version_in_numbers(project: Project) -> None:
    async with project.database.read() as reader:
        assert re.fullmatch(r"[1-9][0-9]\.[0-9]+", await health.get_version(reader))


async def test_the_uploads_of_the_last_day_are_counted_by_what_became_of_them(project: Project) -> None:
    await project.arrive(outcomes(a=P))
    await project.arrive(outcomes(a=P))
    await project.upload()
    rejected, old = await project.upload(), await project.upload()
    async with project.database.write() as writer:
        await uploads.save_rejected(writer, 1, rejected, errors.ReportError("no"), is_kept=False)
        await writer.run("update upload set created_at = now() - interval '25 hours' where upload_id = %(id)s", id=old)
        assert await health.count_uploads(writer) == {"stored": 2, "queued": 1, "rejected": 1}


async def test_without_uploads_nothing_is_counted(project: Project) -> None:
    async with project.database.read() as reader:
        assert await health.count_uploads(reader) == {}


async def test_a_copy_of_a_database_is_another_place_and_anybody_may_ask(project: Project) -> None:
    async with project.database.write() as writer:
        here = await health.get_place(writer)
        await writer.run("create role nobody_special")
        await writer.run("set local role nobody_special")
        assert await health.get_place(writer) == here
        await writer.run("reset role")
        await writer.run("alter table project rename to old_project")
        await writer.run("create table project (like old_project)")
        assert await health.get_place(writer) != here
        await writer.run("drop role nobody_special")
