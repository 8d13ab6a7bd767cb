from __future__ import annotations

import asyncio
from datetime import date

import pytest

from made import Project, make_project
from testflux.kit import errors, hashing
from testflux.model.access import EVERYBODY, Tenant
from testflux.model.run import Metadata
from testflux.store import attachments, projects, uploads, usage
from testflux.store.blobs import StoredBlob
from testflux.store.database import Database

FILES = [StoredBlob(bytes([number]) * 32, 10**number) for number in range(5)]


def new(project: Project, key: str, own: StoredBlob, *beside: StoredBlob) -> uploads.NewUpload:
    files = tuple(attachments.NewFile(attachments.Role.ATTACHMENT, "a", blob, "image/png") for blob in beside)
    return uploads.NewUpload(
        project_id=project.project_id,
        key=hashing.digest((key,)),
        file_name=key,
        size_bytes=own.size_bytes,
        metadata=Metadata(),
        blob=own,
        files=files,
    )


async def add(project: Project, key: str, own: StoredBlob, *beside: StoredBlob) -> int:
    async with project.database.write(EVERYBODY) as writer:
        return (await uploads.add_upload(writer, new(project, key, own, *beside)))[0]


async def drop(project: Project, upload_id: int) -> None:
    async with project.database.write(EVERYBODY) as writer:
        await uploads.drop_upload(writer, project.project_id, upload_id)


async def held(project: Project) -> tuple[int, int]:
    """Return what is counted for the project and its organisation, after comparing it with a recount."""
    async with project.database.read(EVERYBODY) as reader:
        assert await usage.list_differences(reader) == []
    (row,) = await project.rows(
        "select coalesce((select file_bytes from project_usage where project_id = %(project_id)s), 0) as mine, "
        "(select file_bytes from org) as ours"
    )
    return row["mine"], row["ours"]


async def test_a_file_counts_once_for_a_project_and_once_for_its_organisation(database: Database) -> None:
    shop, desk = await make_project(database), await make_project(database, "desk")
    first = await add(shop, "1", FILES[1], FILES[2])
    second = await add(shop, "2", FILES[2], FILES[1], FILES[1])
    third = await add(desk, "3", FILES[2])
    assert (await held(shop), await held(desk)) == ((110, 110), (100, 110))
    await drop(shop, first)
    assert await held(shop) == (110, 110)
    await drop(shop, second)
    assert (await held(shop), await held(desk)) == ((0, 100), (100, 100))
    await drop(desk, third)
    assert await held(desk) == (0, 0)


async def test_another_file_in_the_place_of_the_first_and_a_refusal_are_counted(database: Database) -> None:
    shop = await make_project(database)
    upload_id = await add(shop, "1", FILES[1], FILES[2])
    async with database.write(EVERYBODY) as writer:
        await uploads.save_content(writer, shop.project_id, upload_id, "plain.xml", FILES[3])
    assert await held(shop) == (1100, 1100)
    error = errors.TooLargeError("Too large.")
    async with database.write(EVERYBODY) as writer:
        await uploads.save_rejected(writer, shop.project_id, upload_id, error, is_kept=False)
    assert await held(shop) == (0, 0)


async def test_a_project_that_goes_takes_its_bytes_along(database: Database) -> None:
    shop, desk = await make_project(database), await make_project(database, "desk")
    await add(shop, "1", FILES[1], FILES[2])
    await add(desk, "2", FILES[2])
    async with database.write(EVERYBODY) as writer:
        await projects.drop_project(writer, shop.project_id)
    assert await held(desk) == (100, 100)
    assert await shop.rows("select from project_usage where project_id = %(project_id)s") == []


async def test_many_at_once_are_counted_exactly(database: Database) -> None:
    """The same files come and go in two projects at the same time; nobody waits for another for ever."""
    shop, desk = await make_project(database), await make_project(database, "desk")

    async def come_and_go(project: Project, number: int) -> None:
        upload_id = await add(project, str(number), FILES[number % 3], FILES[(number + 1) % 3])
        if number % 2:
            await drop(project, upload_id)

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for number in range(24):
            group.create_task(come_and_go((shop, desk)[number // 12], number))
    assert await held(shop) == (111, 111)
    assert await held(desk) == (111, 111)


async def test_no_two_uploads_at_once_get_past_the_quota(database: Database) -> None:
    shop = await make_project(database)
    async with database.write(EVERYBODY) as writer:
        await usage.save_project_quota(writer, shop.project_id, 1500)
    answers = await asyncio.gather(
        *(add(shop, str(number), StoredBlob(bytes([number]) * 32, 1000)) for number in range(4)),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers if not isinstance(answer, int)] == [errors.QuotaError] * 3
    assert await held(shop) == (1000, 1000)
    assert await shop.count("upload") == 1


async def test_what_is_there_already_fits_into_a_full_quota(database: Database) -> None:
    shop = await make_project(database)
    await add(shop, "1", FILES[2])
    async with database.write(EVERYBODY) as writer:
        await usage.save_org_quota(writer, 1, 100, None)
    await add(shop, "2", FILES[2])
    with pytest.raises(errors.QuotaError, match="organisation's quota"):
        await add(shop, "3", FILES[0])
    assert await held(shop) == (100, 100)


async def test_a_quota_below_what_is_held_refuses_only_what_is_new(database: Database) -> None:
    shop = await make_project(database)
    first = await add(shop, "1", FILES[2])
    async with database.write(EVERYBODY) as writer:
        await usage.save_project_quota(writer, shop.project_id, 5)
    async with database.read(EVERYBODY) as reader:
        room = await usage.find_room(reader, shop.project_id)
    assert room == usage.Room("project", 5, -95)
    await drop(shop, first)
    assert await held(shop) == (0, 0)


async def test_sizes_are_measured_and_kept_by_day(database: Database) -> None:
    shop, desk = await make_project(database), await make_project(database, "desk")
    await add(shop, "1", FILES[3])
    async with database.write(EVERYBODY) as writer:
        await usage.save_day(writer, date(2026, 6, 1))
        await usage.save_day(writer, date(2026, 6, 1))
    async with database.read(EVERYBODY) as reader:
        days = await usage.list_days(reader, Tenant(1), date(2026, 5, 1))
        rows = await usage.measure(reader, Tenant(1))
    assert [(day["project_id"], day["file_bytes"]) for day in days] == [(shop.project_id, 1000), (desk.project_id, 0)]
    assert [row["result_bytes"] for row in rows] == [0, 0], "nobody has a run yet"
