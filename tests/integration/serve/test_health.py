from __future__ import annotations

import asyncio
import re

import httpx
import msgspec
import pytest

from serve_house import ServeHouse
from testflux.kit import errors
from testflux.model.access import EVERYBODY
from testflux.serve import metrics
from testflux.store import migrate, workers

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROOT = "http://testserver"


async def test_alive(nobody: httpx.AsyncClient) -> None:
    assert (await nobody.get(f"{ROOT}/healthz")).json() == {"status": "alive"}


async def test_ready(nobody: httpx.AsyncClient) -> None:
    response = await nobody.get(f"{ROOT}/readyz")
    assert response.status_code == 200
    answer = response.json()
    assert answer["status"] == "ready"
    assert {name: check["ok"] for name, check in answer["checks"].items()} == {
        "database": True,
        "blobs": True,
        "queue": True,
        "migrations": True,
    }
    assert answer["checks"]["database"]["detail"].startswith("PostgreSQL ")


async def test_an_old_schema_is_not_ready(nobody: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def old(_: str) -> migrate.Status:
        return migrate.Status(current="0001", head="0002")

    monkeypatch.setattr(migrate, "status", old)
    response = await nobody.get(f"{ROOT}/readyz")
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    check = response.json()["checks"]["migrations"]
    assert check == {"ok": False, "detail": "The schema is at 0001, this version needs 0002."}


async def test_figures_for_prometheus(nobody: httpx.AsyncClient) -> None:
    await nobody.get(f"{ROOT}/healthz")
    text = (await nobody.get(f"{ROOT}/metrics")).text
    assert 'testflux_requests_total{operation="getHealth",status="200"}' in text
    assert "testflux_request_duration_seconds_bucket" in text
    assert "testflux_live_watchers 0.0" in text
    assert "process_resident_memory_bytes" in text


async def test_figures_are_for_those_who_hold_the_token(house: ServeHouse) -> None:
    settings = msgspec.structs.replace(house.rooms.settings, metrics_token="a token for prometheus")
    closed = ServeHouse(msgspec.structs.replace(house.rooms, settings=settings))
    nobody = closed.client(None)
    refused = await nobody.get(f"{ROOT}/metrics")
    assert refused.status_code == 401
    assert "TESTFLUX_METRICS_TOKEN" in refused.json()["hint"]
    holder = closed.client(token="a token for prometheus")
    assert (await holder.get(f"{ROOT}/metrics")).status_code == 200
    await nobody.aclose()
    await holder.aclose()


async def test_figures_are_not_for_other_machines(house: ServeHouse) -> None:
    transport = httpx.ASGITransport(house.app, client=("203.0.113.7", 1))  # pyright: ignore[reportArgumentType]
    async with httpx.AsyncClient(transport=transport, base_url=ROOT) as stranger:
        assert (await stranger.get("/metrics")).status_code == 401


async def wait_for_worker(house: ServeHouse) -> None:
    async with asyncio.timeout(30):
        while True:
            async with house.rooms.database.read(EVERYBODY) as reader:
                if await workers.list_workers(reader):
                    return


async def test_administrators_are_told_how_it_is_doing(
    house: ServeHouse, admin: httpx.AsyncClient, reader: httpx.AsyncClient
) -> None:
    assert (await reader.get("/health")).status_code == 403
    await wait_for_worker(house)
    house.rooms.vitals._kept = None  # noqa: SLF001
    answer = (await admin.get("/health")).json()
    checks = {check["name"]: check for check in answer["checks"]}
    assert checks["workers"]["state"] == "fine"
    assert checks["backup"] == {
        "name": "backup",
        "state": "look",
        "detail": "No backup was made yet",
        "advice": "Name a folder on another disk in TESTFLUX_BACKUP_DIR: a worker then makes one each night.",
    }
    assert answer["state"] == "look"
    assert answer["pool"]["most"] >= answer["pool"]["size"] > 0
    assert answer["sizes"]["database_bytes"] > 0
    assert answer["partitions"]["missing"] == []


async def test_prometheus_is_told_the_same(nobody: httpx.AsyncClient) -> None:
    text = (await nobody.get(f"{ROOT}/metrics")).text
    assert "testflux_database_up 1.0" in text
    assert "testflux_partitions_missing 0.0" in text
    assert 'testflux_pool_connections{state="most"}' in text
    told = {name.removesuffix("_total") for name in re.findall(r"^# TYPE (testflux_\w+)", text, re.MULTILINE)}
    assert told - {f"{name}_created" for name in told} >= {name.removesuffix("_total") for name in metrics.NAMES}


async def test_without_a_database_prometheus_is_told_that(
    nobody: httpx.AsyncClient, house: ServeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_: object) -> None:
        raise errors.UnavailableError("The database does not answer.")

    monkeypatch.setattr(type(house.rooms.vitals), "measure", away)
    response = await nobody.get(f"{ROOT}/metrics")
    assert response.status_code == 200
    assert "testflux_database_up 0.0" in response.text
    assert "testflux_requests_total" in response.text
