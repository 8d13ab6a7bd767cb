"""How often one may ask: said with every answer, refused with a problem, counted together where a Redis is shared."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from serve_house import READER, ServeHouse, open_serve_house
from services import Redis, needs_redis, open_redis
from testflux.access import tokens
from testflux.model.access import EVERYBODY
from testflux.store import actors

ROOT = "http://testserver"
READS = 30
ENOUGH_S = 10  # of a minute: what a test needs of it


@pytest.fixture
def early(wait_until: Callable[..., None]) -> None:
    """Begin only when the minute, in which everything is counted, goes on for a while."""
    wait_until(lambda: time.time() % 60 < 60 - ENOUGH_S, ENOUGH_S + 5)


@pytest_asyncio.fixture
async def limited(database_url: str, tmp_path: Path) -> AsyncIterator[ServeHouse]:
    async with open_serve_house(
        database_url, tmp_path, rate_read=3, rate_write=2, rate_public=4, rate_sign_in=2, rate_export=1
    ) as opened:
        yield opened


@pytest.mark.usefixtures("early")
async def test_each_person_and_each_token_has_so_many(limited: ServeHouse) -> None:
    admin, reader = limited.client(), limited.client(READER)
    robot = limited.client(token=await limited.api_token("read"))
    for remaining in ("2", "1", "0"):
        answer = await admin.get("/projects")
        assert (answer.status_code, answer.headers["ratelimit-remaining"]) == (200, remaining)
    refused = await admin.get("/projects")
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert (refused.json()["code"], refused.headers["ratelimit-limit"]) == ("rate-limited", "3")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert (await reader.get("/projects")).status_code == 200
    assert (await robot.get("/projects")).headers["ratelimit-remaining"] == "2"
    assert (await admin.post("/projects", json={"slug": "a", "name": "A"})).headers["ratelimit-remaining"] == "1"


@pytest.mark.usefixtures("early")
async def test_who_is_not_signed_in_is_counted_by_address(limited: ServeHouse) -> None:
    stranger = limited.client(token="tfx_wrong")
    answers = [(await stranger.get("/projects")).status_code for _ in range(4)]
    answers.append((await limited.client(None).post("/auth/refresh")).status_code)
    assert answers == [401, 401, 401, 401, 429]
    assert (await limited.client().get("/projects")).status_code == 200


@pytest.mark.usefixtures("early")
async def test_made_up_tokens_cost_no_query_and_shut_nobody_out(
    limited: ServeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From one address: a robot at work, somebody signed in, and a flood of tokens of the right shape."""
    looked_up: list[bytes] = []
    real = actors.find_by_token

    async def counting(database: Any, token_digest: bytes, now: Any) -> Any:
        looked_up.append(token_digest)
        return await real(database, token_digest, now)

    monkeypatch.setattr(actors, "find_by_token", counting)
    robot = limited.client(token=await limited.api_token("read"))
    assert (await robot.get("/projects")).status_code == 200
    flood = [(await limited.client(token=tokens.make_api_token()).get("/projects")).status_code for _ in range(20)]
    assert flood == [401] * 3 + [429] * 17
    assert len(looked_up) == 4
    assert (await robot.get("/projects")).status_code == 200
    assert (await limited.client().get("/projects")).status_code == 200


@pytest.mark.usefixtures("early")
async def test_a_token_that_was_good_is_a_stranger_again_once_it_is_not(limited: ServeHouse) -> None:
    robot = limited.client(token=await limited.api_token("read"))
    assert (await robot.get("/projects")).status_code == 200
    async with limited.rooms.database.write(EVERYBODY) as writer:
        await writer.run("update api_token set revoked_at = now()")
    assert [(await robot.get("/me")).status_code for _ in range(5)] == [401, 401, 401, 429, 429]


@pytest.mark.usefixtures("early")
async def test_sign_ins_and_exports_have_limits_of_their_own(limited: ServeHouse) -> None:
    nobody, wrong = limited.client(None), {"email": "a@example.org", "password": "wrong"}
    assert [(await nobody.post("/auth/login", json=wrong)).status_code for _ in range(3)] == [401, 401, 429]
    assert (await nobody.post("/auth/refresh")).status_code == 401
    assert (await limited.client().get("/audit/export")).status_code == 200
    assert (await limited.client().get("/audit/export")).status_code == 429
    assert (await limited.client().get("/projects")).status_code == 200


async def test_what_machines_ask_has_no_limit(limited: ServeHouse) -> None:
    nobody = limited.client(None)
    answers = [await nobody.get(f"{ROOT}/healthz") for _ in range(10)]
    assert {(answer.status_code, "ratelimit-limit" in answer.headers) for answer in answers} == {(200, False)}


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    with open_redis() as redis:
        yield redis


@pytest_asyncio.fixture
async def replicas(database_url: str, tmp_path: Path, redis: Redis) -> AsyncIterator[list[ServeHouse]]:
    """Two servers of one database that share a Redis."""
    async with AsyncExitStack() as stack:
        opened = open_serve_house(database_url, tmp_path, redis_url=redis.url, rate_read=READS)
        first = await stack.enter_async_context(opened)
        second = await stack.enter_async_context(
            open_serve_house(database_url, tmp_path, redis_url=redis.url, rate_read=READS, is_new=False)
        )
        second.ids, second.sign_ins = first.ids, first.sign_ins
        yield [first, second]


async def ask_both(replicas: list[ServeHouse], times: int) -> Counter[int]:
    clients = [house.client() for house in replicas]
    requests = (client.get("/projects") for _ in range(times // 2) for client in clients)
    return Counter(answer.status_code for answer in await asyncio.gather(*requests))


@needs_redis
@pytest.mark.usefixtures("early")
async def test_a_limit_holds_exactly_over_both_servers(replicas: list[ServeHouse]) -> None:
    assert await ask_both(replicas, 2 * READS) == {200: READS, 429: READS}


@needs_redis
async def test_failed_sign_ins_count_on_both_servers(replicas: list[ServeHouse]) -> None:
    wrong = {"email": READER, "password": "wrong"}
    clients = [house.client(None) for house in replicas]
    answers = [(await clients[n % 2].post("/auth/login", json=wrong)).status_code for n in range(12)]
    assert answers == [401] * 5 + [429] * 7


async def readiness(house: ServeHouse) -> tuple[int, str, bool]:
    answer: httpx.Response = await house.client(None).get(f"{ROOT}/readyz")
    return answer.status_code, answer.json()["status"], answer.json()["checks"]["redis"]["ok"]


@needs_redis
@pytest.mark.usefixtures("early")
async def test_a_redis_that_goes_and_comes_back_stops_nothing(
    replicas: list[ServeHouse], redis: Redis, wait_until: Callable[..., None]
) -> None:
    first, second = replicas
    assert await readiness(first) == (200, "ready", True)
    redis.stop()
    try:
        assert await ask_both(replicas, 2 * READS) == {200: 2 * READS}  # each counts for itself
        assert await ask_both(replicas, 2) == {429: 2}
        assert (await first.client(None).post("/auth/login", json={"email": "x@y", "password": "z"})).status_code == 401
        assert await readiness(second) == (200, "degraded", False)
    finally:
        redis.start()
    for house in replicas:
        shared = house.rooms.shared

        def is_back() -> bool:
            return not asyncio.run_coroutine_threadsafe(shared.check(), loop).result()  # noqa: B023

        loop = asyncio.get_running_loop()
        await asyncio.to_thread(wait_until, is_back)
    assert await readiness(second) == (200, "ready", True)
    assert (await ask_both(replicas, 2))[200] == 2  # counted in the new Redis, where all is forgotten
