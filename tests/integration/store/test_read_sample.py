from __future__ import annotations

from made import P, Project, make_project, outcomes
from testflux.kit import errors
from testflux.model.access import EVERYBODY
from testflux.store import sample, uploads
from testflux.store.database import Database


async def read(database: Database, org_id: int = 1) -> tuple[list[str], tuple[int, int]]:
    async with database.read(EVERYBODY) as reader:
        slugs = [row["slug"] for row in await sample.list_projects(reader, org_id)]
        return slugs, await sample.count_uploads(reader, org_id)


async def test_without_a_sample_there_is_nothing(project: Project) -> None:
    await project.arrive(outcomes(a=P))
    assert await read(project.database) == ([], (0, 0))


async def test_only_projects_of_the_sample_count(project: Project) -> None:
    await project.arrive(outcomes(a=P))
    for slug in ("b", "a"):
        made = await make_project(project.database, slug, is_sample=True)
        await made.arrive(outcomes(a=P))
        await made.upload()
    assert await read(project.database) == (["b", "a"], (2, 4)), "in the order they were made"


async def test_rejected_uploads_are_finished_too(database: Database) -> None:
    made = await make_project(database, is_sample=True)
    upload_id = await made.upload()
    assert (await read(database))[1] == (0, 1)
    async with database.write(EVERYBODY) as writer:
        await uploads.save_rejected(writer, 1, upload_id, errors.ReportError("no"), is_kept=False)
    assert (await read(database))[1] == (1, 1)


async def test_another_organisation_has_its_own(database: Database) -> None:
    await make_project(database, is_sample=True)
    assert await read(database, 2) == ([], (0, 0))
