from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable
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


def zipped(written: datetime) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("k6.json", written.timetuple()[:6]), K6)
    return packed.getvalue()


def tarred(written: datetime) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo("k6.json")
        entry.size, entry.mtime = len(K6), written.timestamp()
        archive.addfile(entry, io.BytesIO(K6))
    return packed.getvalue()


@pytest.mark.parametrize("pack", [zipped, tarred])
async def test_a_member_of_an_archive_stands_in_its_own_time(
    admin: httpx.AsyncClient, pack: Callable[[datetime], bytes]
) -> None:
    await admin.post("/projects", json={"slug": pack.__name__, "name": "Past"})
    written, packed = datetime(2024, 5, 6, 7, 8, 10, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
    upload = await send(admin, pack.__name__, "all", pack(written), {"file_time": packed.isoformat()})
    run = (await admin.get(f"/runs/{upload['runs'][0]['id']}")).json()
    assert run["started_at"] == "2024-05-06T07:08:10Z"


@pytest.mark.parametrize("kept", [datetime(1980, 1, 1, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC)])
async def test_a_members_time_that_cannot_be_gives_way_to_the_archives(
    admin: httpx.AsyncClient, kept: datetime
) -> None:
    slug = f"kept-{kept.year}"
    await admin.post("/projects", json={"slug": slug, "name": "Past"})
    packed = datetime(2025, 1, 1, tzinfo=UTC)
    upload = await send(admin, slug, "all.zip", zipped(kept), {"file_time": packed.isoformat()})
    run = (await admin.get(f"/runs/{upload['runs'][0]['id']}")).json()
    assert run["started_at"] == "2025-01-01T00:00:00Z"


async def test_what_is_sent_today_is_of_today_whatever_its_archive_says(admin: httpx.AsyncClient) -> None:
    await admin.post("/projects", json={"slug": "today", "name": "Today"})
    upload = await send(admin, "today", "all.zip", zipped(datetime(2024, 5, 6, tzinfo=UTC)))
    run = (await admin.get(f"/runs/{upload['runs'][0]['id']}")).json()
    assert run["started_at"][:4] == str(clock.now().year)
