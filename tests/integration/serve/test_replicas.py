"""Two servers of one database: what one stores or removes changes at once what the other answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

import tiny_reports
from serve_house import ServeHouse, open_serve_house, send
from services import REDIS, Redis, needs_redis, open_redis
from testflux.kit import clock
from testflux.serve import figures
from testflux.store import trends

PATHS = (
    "/overview",
    "/projects/shop/summary",
    "/projects/shop/trends",
    "/trends",
    "/trends?project=shop&interval=month",
    "/projects/shop/tests",
)


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis | None]:
    if REDIS is None:
        yield None
    else:
        with open_redis() as redis:
            yield redis


@pytest_asyncio.fixture(params=["alone", pytest.param("shared", marks=needs_redis)])
async def replicas(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path, redis: Redis | None
) -> AsyncIterator[list[ServeHouse]]:
    """Two servers, each on its own or with a Redis between them; the first one has a worker."""
    redis_url = redis.url if redis is not None and request.param == "shared" else None
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(
            open_serve_house(database_url, tmp_path, is_working=True, redis_url=redis_url)
        )
        second = await stack.enter_async_context(
            open_serve_house(database_url, tmp_path, is_new=False, redis_url=redis_url)
        )
        second.ids, second.sign_ins, second.org_id = first.ids, first.sign_ins, first.org_id
        await first.client().post("/projects", json={"slug": "shop", "name": "Shop"})
        yield [first, second]


async def read_all(house: ServeHouse, tags: dict[str, str] | None = None) -> dict[str, httpx.Response]:
    client = house.client()
    answers = await asyncio.gather(
        *(client.get(path, headers={"If-None-Match": (tags or {}).get(path, "")}) for path in PATHS)
    )
    return dict(zip(PATHS, answers, strict=True))


async def read_both(replicas: list[ServeHouse], tags: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Read everything from both; both must say the same, and nothing may be what the tags stand for."""
    first, second = [await read_all(house, tags) for house in replicas]
    assert {path: answer.status_code for path, answer in (first | second).items()} == dict.fromkeys(PATHS, 200)
    bodies = [{path: answer.json() for path, answer in answers.items()} for answers in (first, second)]
    assert bodies[0] == bodies[1]
    new = {path: answer.headers["etag"] for path, answer in first.items()}
    assert new == {path: answer.headers["etag"] for path, answer in second.items()}
    for house in replicas:
        again = await read_all(house, new)
        assert {path: answer.status_code for path, answer in again.items()} == dict.fromkeys(PATHS, 304)
    return bodies[0], new


async def test_whatever_changes_a_project_changes_its_answers_on_both(replicas: list[ServeHouse]) -> None:
    first, second = replicas
    _, tags = await read_both(replicas, {})
    reports = [tiny_reports.robot({"Pays": status}, clock.now()) for status in ("PASS", "FAIL")]
    good = await send(first.client(), "shop", "good.xml", reports[0])
    bodies, tags = await read_both(replicas, tags)
    assert bodies["/overview"]["items"][0]["state"] == "passing"
    bad = await send(second.client(), "shop", "bad.xml", reports[1])
    bodies, tags = await read_both(replicas, tags)
    assert bodies["/overview"]["items"][0]["state"] == "failing"
    assert bodies["/projects/shop/summary"]["newest_run"]["id"] == bad["runs"][0]["id"]
    assert sum(point["runs"] for point in bodies["/trends"]["points"]) == 2
    await second.client().put(f"/runs/{bad['runs'][0]['id']}/star")
    bodies, tags = await read_both(replicas, tags)
    assert bodies["/overview"]["items"][0]["last_run"]["starred"] is True
    await second.client().delete(f"/runs/{bad['runs'][0]['id']}/star")
    bodies, tags = await read_both(replicas, tags)
    assert bodies["/overview"]["items"][0]["last_run"]["starred"] is False
    await first.client().delete(f"/runs/{bad['runs'][0]['id']}")
    bodies, tags = await read_both(replicas, tags)
    assert bodies["/projects/shop/summary"]["newest_run"]["id"] == good["runs"][0]["id"]
    assert sum(point["runs"] for point in bodies["/trends"]["points"]) == 1
    await second.client().patch("/projects/shop", json={"name": "The shop"})
    bodies, _ = await read_both(replicas, tags)
    assert bodies["/overview"]["items"][0]["project"]["name"] == "The shop"


async def test_an_answer_is_made_once_for_both_where_they_share_it(
    replicas: list[ServeHouse], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    for room, name in ((trends, "list_totals"), (figures, "read_lanes")):
        monkeypatch.setattr(room, name, counted(getattr(room, name), made))
    for house in (*replicas, *replicas):
        await read_all(house)
    is_shared = replicas[0].rooms.shared.is_set
    # The project's own trends and those of all projects are one answer here, and so asked for twice at the same time.
    assert made.count("read_lanes") == 2 * (1 if is_shared else 2)
    assert made.count("list_totals") <= 3 * (1 if is_shared else 2)


def counted(function: Any, made: list[str]) -> Any:
    async def call(*values: Any) -> Any:
        made.append(function.__name__)
        return await function(*values)

    return call
