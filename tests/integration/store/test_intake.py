from __future__ import annotations

from made import P, Project, outcomes
from testflux.kit import clock
from testflux.model.access import EVERYBODY
from testflux.model.run import Stage
from testflux.store import chores, intake, workers
from testflux.store.database import Database


async def test_stored_uploads_are_counted_with_their_stages(project: Project) -> None:
    await project.arrive(outcomes(a=P))
    await project.arrive(outcomes(b=P))
    async with project.database.read(EVERYBODY) as reader:
        stages, outcome = await intake.list_stages(reader), await intake.list_outcomes(reader)
    assert [stage.stage for stage in stages] == ["received", "store"]
    assert all(stage.uploads == 2 == sum(stage.buckets) for stage in stages)
    assert stages[0].buckets[0] == 2, "nobody waited"
    assert stages[1].seconds > 0
    assert [(one.outcome, one.uploads) for one in outcome] == [("stored", 2)]


async def test_a_duration_is_counted_in_the_bucket_that_it_fits(database: Database) -> None:
    for waited in (0.01, 0.02, 5000.0):
        async with database.write(EVERYBODY) as writer:
            await intake.add_stored(writer, "robot", intake.Laps(waited))
    async with database.read(EVERYBODY) as reader:
        received = (await intake.list_stages(reader))[0]
    assert received.buckets == [1, 1, *[0] * 9, 1]
    assert len(received.buckets) == len(intake.BOUNDS_S) + 1


def test_a_stage_begins_where_the_one_before_it_ended() -> None:
    laps = intake.Laps(-1)
    laps.end(Stage.PARSE)
    seconds = laps.end(Stage.STORE)
    assert seconds[Stage.RECEIVED] == 0
    assert list(seconds) == [Stage.RECEIVED, Stage.PARSE, Stage.STORE]


async def test_workers_say_that_they_are_there_until_they_are_forgotten(database: Database) -> None:
    async with database.write(EVERYBODY) as writer:
        number = await workers.add_worker(writer, "1.0")
        assert await workers.save_seen(writer, number)
        (worker,) = await workers.list_workers(writer)
        assert worker.version == "1.0"
        assert worker.seen_at <= clock.now()
        await writer.run("update worker set seen_at = now() - interval '2 days'")
        await workers.add_worker(writer, "1.1")
        assert [one.version for one in await workers.list_workers(writer)] == ["1.1"]
        assert not await workers.save_seen(writer, number)


async def test_a_task_that_ends_is_noted_with_what_it_found(database: Database) -> None:
    async def find() -> int:
        async with database.read(EVERYBODY) as reader:
            (begun,) = await chores.list_chores(reader)
        assert (begun.name, begun.finished_at) == ("recount", None)
        return 3

    assert await chores.note(database, "recount", find()) == 3
    async with database.read(EVERYBODY) as reader:
        (chore,) = await chores.list_chores(reader)
    assert chore.found == 3
    assert chore.finished_at is not None
    assert chore.finished_at >= chore.started_at
