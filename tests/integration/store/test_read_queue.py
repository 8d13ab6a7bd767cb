from __future__ import annotations

from datetime import timedelta

import pytest

from made import Project
from testflux.kit import clock
from testflux.model.access import EVERYBODY
from testflux.store import jobs, queue
from testflux.store.queue import Queue

MINUTE = timedelta(minutes=1)


async def state(project: Project) -> Queue:
    async with project.database.read(EVERYBODY) as reader:
        return await queue.get_queue(reader)


async def add(project: Project, *, age: timedelta = MINUTE, status: str = "todo") -> int:
    """Add a job as if it had been added some time ago."""
    async with project.database.write(EVERYBODY) as writer:
        job_id = await jobs.add_process_upload(writer, 1, 1, "r")
        await writer.run(
            "update procrastinate_jobs set status = %(s)s::procrastinate_job_status where id = %(id)s",
            s=status,
            id=job_id,
        )
        await writer.run(
            "update procrastinate_events set at = now() - %(age)s where job_id = %(id)s", age=age, id=job_id
        )
    return job_id


async def add_later(project: Project, due: timedelta) -> None:
    """Add a job an hour ago that is due in `due` from now, or was."""
    now = clock.now()
    async with project.database.write(EVERYBODY) as writer:
        await jobs.add_delivery(writer, 1, now.date(), 1, at=now + due)
        await writer.run("update procrastinate_events set at = now() - interval '1 hour'")


async def test_an_empty_queue_has_nothing(project: Project) -> None:
    assert await state(project) == Queue(0, 0, 0, 0.0)


async def test_jobs_are_counted_by_how_they_stand(project: Project) -> None:
    for status, count in (("todo", 3), ("doing", 2), ("failed", 1), ("succeeded", 4)):
        for _ in range(count):
            await add(project, status=status)
    found = await state(project)
    assert (found.waiting, found.running, found.failed) == (3, 2, 1)


async def test_the_oldest_waiting_job_tells_how_long_somebody_has_waited(project: Project) -> None:
    await add(project, age=5 * MINUTE)
    await add(project, age=7 * MINUTE)
    await add(project, age=60 * MINUTE, status="doing")
    assert (await state(project)).oldest_s == pytest.approx(7 * 60, abs=30)


async def test_running_jobs_keep_nobody_waiting(project: Project) -> None:
    await add(project, age=60 * MINUTE, status="doing")
    assert (await state(project)).oldest_s == 0


async def test_a_job_for_later_does_not_wait_yet(project: Project) -> None:
    await add_later(project, 5 * MINUTE)
    assert await state(project) == Queue(0, 0, 0, 0.0)


async def test_a_job_that_was_put_off_waits_from_when_it_is_due(project: Project) -> None:
    await add_later(project, -2 * MINUTE)
    found = await state(project)
    assert found.waiting == 1
    assert found.oldest_s == pytest.approx(2 * 60, abs=30), "not since it was added, an hour ago"


async def test_each_queue_tells_for_itself(project: Project) -> None:
    await add(project, age=5 * MINUTE)
    await add(project, age=2 * MINUTE)
    await add(project, status="failed")
    await add_later(project, 5 * MINUTE)
    async with project.database.read(EVERYBODY) as reader:
        found = {one.name: one for one in await queue.list_queues(reader)}
    assert (found["uploads"].waiting, found["uploads"].running, found["uploads"].failed) == (2, 0, 1)
    assert found["deliveries"].waiting == 0, "it is not due yet"
    assert found["deliveries"].oldest_s == 0
    assert found["uploads"].oldest_s > 60
