"""How long things are kept, how much there is of them, and how much there may be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

import tiny_reports
from serve_house import ServeHouse, send
from testflux.kit import clock
from testflux.model.access import EVERYBODY, Role
from testflux.work import retain

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOR_EVER = dict.fromkeys(("results", "evidence", "rows", "audit"), "for_ever")
INHERITED = dict.fromkeys(FOR_EVER, "inherited")


async def make(client: httpx.AsyncClient, slug: str, ages: tuple[int, ...] = ()) -> list[str]:
    """Add a project with runs so many days old; return their ids."""
    assert (await client.post("/projects", json={"slug": slug, "name": slug})).status_code == 201
    ids: list[str] = []
    for age in ages:
        at = clock.now() - timedelta(days=age)
        report = tiny_reports.robot({"Pays": f"Broke {age}", "Rests": "SKIP", "Works": "PASS"}, at)
        ids.append((await send(client, slug, f"{age}.xml", report))["runs"][0]["id"])
    return ids


async def night(house: ServeHouse) -> None:
    assert await retain.retain(house.rooms.database, house.rooms.blobs, clock.now().date())


async def test_everything_is_kept_for_ever_unless_somebody_says_otherwise(admin: httpx.AsyncClient) -> None:
    await make(admin, "always")
    assert (await admin.get("/retention")).json() == FOR_EVER
    mine = (await admin.get("/projects/always/retention")).json()
    assert mine == {"own": INHERITED, "organisation": FOR_EVER, "effective": FOR_EVER}


async def test_a_project_differs_from_its_organisation(admin: httpx.AsyncClient) -> None:
    await make(admin, "own")
    await admin.put("/retention", json={**FOR_EVER, "evidence": 90, "audit": 30})
    own = {**INHERITED, "evidence": "for_ever", "results": 700}
    answer = (await admin.put("/projects/own/retention", json=own)).json()
    assert answer["own"] == own
    assert answer["effective"] == {"results": 700, "evidence": "for_ever", "rows": "for_ever", "audit": 30}
    assert (await admin.get("/projects/own/retention")).json() == answer
    await admin.put("/retention", json=FOR_EVER)


@pytest.mark.parametrize("days", [0, -3, 40_000, "soon", None, 1.5])
async def test_an_age_that_cannot_be(admin: httpx.AsyncClient, days: object) -> None:
    response = await admin.put("/retention", json={**FOR_EVER, "rows": days})
    assert response.status_code == 422
    assert [item["field"] for item in response.json()["errors"]] == ["rows"]
    asked = await admin.get("/retention/preview", params={"rows": str(days)})
    assert (asked.status_code, asked.json()["errors"][0]["field"]) == (422, "rows")


async def test_a_preview_counts_what_the_night_deletes_and_deletes_nothing(
    house: ServeHouse, admin: httpx.AsyncClient
) -> None:
    old, older, young = await make(admin, "preview", (40, 60, 1))
    await admin.put(f"/runs/{older}/star")
    wanted = {"results": "30", "evidence": "20"}
    preview = (await admin.get("/projects/preview/retention/preview", params=wanted)).json()
    day = (clock.now() - timedelta(days=40)).date().isoformat()
    assert preview | {"file_bytes": 0} == {
        "runs": 1,
        "results": 3,
        "row_runs": 0,
        "files": 1,
        "file_bytes": 0,
        "audits": 0,
        "first_day": day,
        "last_day": day,
    }
    before = (await admin.get("/storage")).json()
    assert (await admin.get(f"/runs/{old}")).status_code == 200
    await admin.put("/projects/preview/retention", json={**INHERITED, "results": 30, "evidence": 20})
    await night(house)
    after = (await admin.get("/storage")).json()
    assert before["file_bytes"] - after["file_bytes"] == preview["file_bytes"] > 0
    assert [(await admin.get(f"/runs/{run}")).status_code for run in (old, older, young)] == [404, 200, 200]
    trend = (await admin.get("/projects/preview/trends", params={"metric": "results", "from": day})).json()
    assert [(point["runs"], point["total"]) for point in trend["points"]] == [(1, 3), (1, 3)], "totals stay"
    assert (await admin.get("/projects/preview/retention/preview", params=wanted)).json()["runs"] == 0


async def test_the_preview_of_the_organisation_leaves_projects_that_differ_alone(admin: httpx.AsyncClient) -> None:
    await make(admin, "yes", (50,))
    await make(admin, "no", (50,))
    before = (await admin.get("/retention/preview", params={"rows": "45"})).json()["row_runs"]
    await admin.put("/projects/no/retention", json={**INHERITED, "rows": "for_ever"})
    assert (await admin.get("/retention/preview", params={"rows": "45"})).json()["row_runs"] == before - 1


async def test_a_run_whose_files_and_rows_are_gone_says_so(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    (run,) = await make(admin, "bare", (40,))
    await admin.put("/projects/bare/retention", json={**INHERITED, "evidence": 30, "rows": 30})
    await night(house)
    detail = (await admin.get(f"/runs/{run}")).json()
    assert detail["upload"]["download_url"] is None
    assert detail["upload"]["dropped_at"] is not None
    assert detail["rows_dropped_at"] is not None
    download = await admin.get(f"/uploads/{detail['upload']['id']}/file")
    assert (download.status_code, download.json()["code"]) == (404, "file-expired")
    results = (await admin.get(f"/runs/{run}/results")).json()["items"]
    assert sorted(result["status"] for result in results) == ["failed", "passed", "skipped"]
    test = results[0]["test_id"]
    steps = (await admin.get(f"/runs/{run}/results/{test}/steps")).json()
    assert steps["is_available"] is False
    assert "removed by retention on" in steps["reason"]
    picture = await admin.get(f"/runs/{run}/attachments/0")
    assert (picture.status_code, picture.json()["code"]) == (404, "file-expired")
    assert (await admin.get(f"/runs/{run}/failures")).status_code == 200


async def test_stars(admin: httpx.AsyncClient, reader: httpx.AsyncClient) -> None:
    first, second = await make(admin, "stars", (2, 1))
    for _ in range(2):
        assert (await admin.put(f"/runs/{first}/star")).status_code == 204
    assert (await reader.get(f"/runs/{first}")).json()["starred"] is True
    assert (await reader.put(f"/runs/{second}/star")).status_code == 403
    wanted: list[tuple[dict[str, str], list[str]]] = [
        ({"starred": "true"}, [first]),
        ({"starred": "false"}, [second]),
        ({"q": "is:starred"}, [first]),
        ({}, [second, first]),
    ]
    for params, found in wanted:
        page = (await reader.get("/projects/stars/runs", params=params)).json()
        assert [run["id"] for run in page["items"]] == found
    for _ in range(2):
        assert (await admin.delete(f"/runs/{first}/star")).status_code == 204
    assert (await reader.get(f"/runs/{first}")).json()["starred"] is False


async def test_what_projects_take_up(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    await make(admin, "sized", (1, 2))
    await retain.recount(house.rooms.database, (clock.now() - timedelta(days=10)).date())
    await send(admin, "sized", "more.xml", tiny_reports.robot({"More": "x" * 2000}, clock.now()))
    storage = (await admin.get("/storage")).json()
    (mine,) = [item for item in storage["items"] if item["slug"] == "sized"]
    parts = [mine[name] for name in ("result_bytes", "row_bytes", "file_bytes", "total_bytes")]
    assert min(parts) > 0
    assert sum(parts) == mine["bytes"]
    assert mine["forecast"]["daily_30"] > 0
    assert mine["forecast"]["full_on"] is None, "no quota"
    assert storage["disk"]["free_bytes"] > 0
    quota = mine["file_bytes"] + 10_000
    assert (await admin.put("/projects/sized/quota", json={"quota_bytes": quota})).json() == {"quota_bytes": quota}
    (mine,) = [item for item in (await admin.get("/storage")).json()["items"] if item["slug"] == "sized"]
    assert (mine["most_bytes"], mine["quota_bytes"]) == (quota, quota)
    assert mine["forecast"]["full_on"] > clock.now().date().isoformat()


@pytest.fixture
async def strict(admin: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """The administrator's client, and quotas that are taken away afterwards."""
    yield admin
    await admin.put("/storage/quotas", json={"quota_bytes": None, "project_quota_bytes": None})


async def files_of(house: ServeHouse) -> set[bytes]:
    return {digest async for page in house.rooms.blobs.list_older(-60) for digest in page}


@pytest.mark.parametrize("whom", ["project", "organisation"])
async def test_a_file_over_the_quota_is_refused_and_nothing_of_it_stays(
    house: ServeHouse, strict: httpx.AsyncClient, whom: str
) -> None:
    slug = f"full-{whom}"
    await make(strict, slug, (3,))
    held = (await strict.get("/storage")).json()["file_bytes"]
    quotas = {"quota_bytes": None, "project_quota_bytes": 20_000}
    if whom == "organisation":
        quotas = {"quota_bytes": held + 15_000, "project_quota_bytes": None}
    assert (await strict.put("/storage/quotas", json=quotas)).json() == quotas
    before = await files_of(house)
    large = b"<robot>" + b"x" * 30_000
    response = await strict.post(f"/projects/{slug}/uploads?filename=a.xml", content=large)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (507, "quota-exceeded")
    assert whom in problem["detail"]
    form = await strict.post(f"/projects/{slug}/uploads", files={"files": ("a.xml", large)})
    assert form.status_code == 507
    assert await files_of(house) == before
    assert (await strict.get("/storage")).json()["file_bytes"] == held
    page = (await strict.get(f"/projects/{slug}/uploads")).json()
    assert len(page["items"]) == 1
    again = tiny_reports.robot({"Small": "PASS"}, clock.now())
    assert (await send(strict, slug, "small.xml", again))["status"] == "stored"


async def test_what_is_far_over_the_quota_is_refused_before_it_is_read(strict: httpx.AsyncClient) -> None:
    await make(strict, "far")
    await strict.put("/storage/quotas", json={"quota_bytes": None, "project_quota_bytes": 100})
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(64):
            read += 1
            yield b"x" * 1024 * 1024

    known = await strict.post("/projects/far/uploads", content=body(), headers={"Content-Length": str(64 << 20)})
    assert (known.status_code, read <= 1) == (507, True)
    read = 0
    unknown = await strict.post("/projects/far/uploads", content=body())
    assert unknown.status_code == 507
    assert read < 10


async def test_a_project_with_a_quota_of_its_own_does_not_follow_the_organisations(strict: httpx.AsyncClient) -> None:
    await make(strict, "wide")
    await strict.put("/storage/quotas", json={"quota_bytes": None, "project_quota_bytes": 1})
    await strict.put("/projects/wide/quota", json={"quota_bytes": 1_000_000})
    sent = await send(strict, "wide", "a.xml", tiny_reports.robot({"Small": "PASS"}, clock.now()))
    assert sent["status"] == "stored"


async def test_who_looks_after_one_project_sees_its_storage_alone(house: ServeHouse, admin: httpx.AsyncClient) -> None:
    await make(admin, "looked-after", (1,))
    await make(admin, "others", (1,))
    await admin.put("/storage/quotas", json={"quota_bytes": None, "project_quota_bytes": 5000})
    async with house.rooms.database.write(EVERYBODY) as writer:
        await house.add(writer, "keeper@example.org", Role.VIEWER)
    (keeper,) = (await admin.get("/members", params={"q": "keeper@"})).json()["items"]
    given = await admin.post(f"/members/{keeper['id']}/grants", json={"role": "admin", "project": "looked-after"})
    assert given.status_code == 201, given.text
    own = house.client("keeper@example.org")
    seen = await own.get("/projects/looked-after/storage")
    (same,) = (item for item in (await admin.get("/storage")).json()["items"] if item["slug"] == "looked-after")
    assert seen.json() == same
    assert (seen.json()["quota_bytes"], seen.json()["most_bytes"], seen.json()["project_quota_bytes"]) == (
        None,
        5000,
        5000,
    )
    assert (await own.get("/projects/others/storage")).status_code == 403
    missing = await admin.get("/projects/nowhere/storage")
    assert (missing.status_code, missing.json()["code"]) == (404, "project-not-found")
    assert (await own.get("/storage")).status_code == 403
    await admin.put("/storage/quotas", json={"quota_bytes": None, "project_quota_bytes": None})
