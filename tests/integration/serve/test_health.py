from __future__ import annotations

import httpx
import msgspec
import pytest

from serve_house import ServeHouse
from testflux.store import migrate

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
