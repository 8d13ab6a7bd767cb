from __future__ import annotations

import asyncio
from collections.abc import Callable

import psycopg
import pytest

from testflux.kit import errors
from testflux.store import migrate
from testflux.store.migrations import runner


async def test_a_new_database_is_at_no_migration_and_then_at_the_newest(make_database: Callable[..., str]) -> None:
    url = make_database()
    assert (await migrate.status(url)).current == ""

    after = await migrate.upgrade(url)

    assert after.is_current
    assert after == await migrate.status(url)


async def test_replicas_that_start_together_all_succeed(make_database: Callable[..., str]) -> None:
    url = make_database()
    answers = await asyncio.gather(*(migrate.upgrade(url) for _ in range(4)))
    assert all(answer.is_current for answer in answers)


async def test_a_failing_step_leaves_nothing_behind(make_database: Callable[..., str]) -> None:
    url = make_database()
    with psycopg.connect(url) as connection:
        connection.execute("create table threshold (mine integer)")  # collides half way through the first step

    with pytest.raises(Exception, match="threshold"):
        await migrate.upgrade(url)

    with psycopg.connect(url) as connection:
        tables = [
            row[0]
            for row in connection.execute("select relname from pg_class where relname in ('org', 'run', 'threshold')")
        ]
    assert tables == ["threshold"]


async def test_a_schema_of_a_newer_version_is_refused(make_database: Callable[..., str]) -> None:
    url = make_database()
    await migrate.upgrade(url)
    with psycopg.connect(url) as connection:
        connection.execute("update alembic_version set version_num = '9999'")

    with pytest.raises(errors.SetupError, match="9999"):
        await migrate.upgrade(url)


async def test_a_database_that_is_away_is_named_so() -> None:
    with pytest.raises(errors.UnavailableError, match="does not answer"):
        await migrate.upgrade("postgresql://nobody@127.0.0.1:1/nothing")


async def test_a_lock_held_by_somebody_else_stops_the_migration_instead_of_everybody(
    make_database: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = make_database()
    await migrate.upgrade(url)
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "50ms")
    with psycopg.connect(url) as blocker:
        blocker.execute("lock table alembic_version")
        with pytest.raises(errors.UnavailableError, match="lock"):
            await migrate.upgrade(url)


def test_the_newest_migration_is_alembics_newest() -> None:
    assert migrate.list_known()[-1] == runner.get_head()
    assert migrate.list_known() == [f"{number:04}" for number in range(1, len(migrate.list_known()) + 1)]


async def test_a_start_that_has_nothing_to_migrate_does_without_alembic(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "run", None)
    assert (await migrate.upgrade(database_url)).is_current
