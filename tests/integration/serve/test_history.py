from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import httpx
import pytest

import tiny_reports
from serve_house import ServeHouse, send
from testflux.kit import clock

pytestmark = pytest.mark.asyncio(loop_scope="module")
K6 = b'{"metrics":{"vus_max":{"value":3,"min":3,"max":3}}}'


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def test_only_what_is_there_and_readable_is_known(admin: httpx.AsyncClient) -> None:
    await admin.post("/projects", json={"slug": "known", "name": "Known"})
    await admin.post("/projects", json={"slug": "other", "name": "Other"})
    good, bad = tiny_reports.robot({"Pays": "PASS"}, clock.now()), b"<robot><suite></robot>"
    await send(admin, "known", "o.xml", good)
    await send(admin, "known", "b.xml", bad)
    asked = {"digests": [digest(good), digest(bad), digest(b"never sent")]}
    answer = await admin.post("/projects/known/uploads/known", json=asked)
    assert (answer.status_code, answer.json()) == (200, {"digests": [digest(good)]})
    assert (await admin.post("/projects/other/uploads/known", json=asked)).json() == {"digests": []}


@pytest.mark.parametrize("digests", [["xyz"], ["A" * 64], ["0" * 64] * 1001])
async def test_what_is_no_digest_is_refused(admin: httpx.AsyncClient, digests: list[str]) -> None:
    await admin.post("/projects", json={"slug": "known", "name": "Known"})
    answer = await admin.post("/projects/known/uploads/known", json={"digests": digests})
    assert answer.status_code in {400, 422}


async def test_only_who_may_send_may_ask(house: ServeHouse, reader: httpx.AsyncClient) -> None:
    assert (await reader.post("/projects/known/uploads/known", json={"digests": []})).status_code == 403
    assert house.org_id


async def test_history_stands_in_its_own_time_and_in_order(admin: httpx.AsyncClient) -> None:
    await admin.post("/projects", json={"slug": "past", "name": "Past"})
    written = datetime(2025, 3, 1, 8, tzinfo=UTC)
    for day in range(3):  # without waiting in between
        broken = {"Pays": "broke"} if day else {"Pays": "PASS"}
        content = tiny_reports.robot(broken, written + timedelta(days=day))
        params = {"filename": "o.xml", "file_time": clock.now().isoformat()}
        (await admin.post("/projects/past/uploads", params=params, content=content)).raise_for_status()
    last = await send(admin, "past", "k6.json", K6, {"file_time": written.isoformat()})
    runs = (await admin.get("/projects/past/runs", params={"kind": "functional"})).json()["items"]
    assert [run["started_at"][:10] for run in runs] == ["2025-03-03", "2025-03-02", "2025-03-01"]
    assert [run["new_failures"] for run in runs] == [0, 1, 0], "each is compared with the one before"
    assert [warning["code"] for warning in last["warnings"]] == ["time-of-file"]
    timed = (await admin.get(f"/runs/{last['runs'][0]['id']}")).json()
    assert timed["started_at"] == "2025-03-01T08:00:00Z"
