from __future__ import annotations

import base64
import io
import zipfile
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio

import tiny_reports
from serve_house import ServeHouse, send
from testflux.kit import clock
from tiny_reports import PICTURE, keyword, message

pytestmark = pytest.mark.asyncio(loop_scope="module")
BUILD = {"name": "e2e", "build_key": "github:7", "branch": "main"}


class Sharded(msgspec.Struct):
    """A run of two shards and a rerun; `tag` was its ETag when the first one had arrived."""

    client: httpx.AsyncClient
    run_id: str
    tag: str
    uploads: list[dict[str, Any]]

    async def get(self, path: str) -> Any:
        response = await self.client.get(f"/runs/{self.run_id}{path}")
        assert response.status_code == 200, response.text
        return response.json()


def shard(number: int, tests: dict[str, str]) -> bytes:
    """Pack a report with a picture that each test of it shows; all shards call it the same."""
    image = message('<img src="shot.png">', is_html=True)
    inside = {name: keyword(f"Step of shard {number}", image) for name in tests}
    began = clock.now() - timedelta(minutes=9 - number)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("output.xml", tiny_reports.robot(tests, began, inside=inside))
        archive.writestr("shot.png", base64.b64decode(PICTURE) + bytes([number]))
    return packed.getvalue()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run(house: ServeHouse) -> Sharded:
    client = house.client()
    await client.post("/projects", json={"slug": "shards", "name": "Shards"})
    first = await send(client, "shards", "1.zip", shard(1, {"Pays": "no", "Ships": "PASS"}), BUILD)
    run_id = first["runs"][0]["id"]
    tag = (await client.get(f"/runs/{run_id}")).headers["ETag"]
    others = [
        await send(client, "shards", "2.zip", shard(2, {"Finds": "no", "Sells": "PASS"}), BUILD),
        await send(client, "shards", "3.zip", shard(3, {"Pays": "PASS"}), BUILD),
    ]
    return Sharded(client, run_id, tag, [first, *others])


async def test_every_upload_leads_to_the_one_run(run: Sharded) -> None:
    assert [upload["runs"][0]["id"] for upload in run.uploads] == [run.run_id] * 3
    assert (await run.client.get("/projects/shards/runs")).json()["items"][0]["totals"]["total"] == 4


async def test_the_run_lists_its_files_in_the_order_they_started(run: Sharded) -> None:
    detail = await run.get("")
    assert [part["id"] for part in detail["parts"]] == [upload["id"] for upload in run.uploads]
    assert detail["upload"] == detail["parts"][0]
    for part in detail["parts"]:
        got = await run.client.get(part["download_url"].removeprefix("/api/v1"))
        assert got.content.startswith(b"<robot")


async def test_what_was_kept_of_the_first_part_is_no_answer_any_more(run: Sharded) -> None:
    response = await run.client.get(f"/runs/{run.run_id}", headers={"If-None-Match": run.tag})
    assert response.status_code == 200


async def test_each_test_opens_out_of_the_file_of_its_last_attempt(run: Sharded) -> None:
    items = (await run.get("/results"))["items"]
    steps = {item["name"]: await run.get(f"/results/{item['test_id']}/steps") for item in items}
    names = {name: step["steps"][0]["name"] for name, step in steps.items()}
    assert names == {name: f"Step of shard {n}" for name, n in (("Pays", 3), ("Ships", 1), ("Finds", 2), ("Sells", 2))}
    for name, number in (("Pays", 3), ("Finds", 2), ("Ships", 1)):
        (image,) = steps[name]["steps"][0]["children"][0]["images"]
        picture = await run.client.get(image["url"].removeprefix("/api/v1"))
        assert picture.content[-1] == number, name


async def test_the_rerun_shows_both_attempts(run: Sharded) -> None:
    items = {item["name"]: item for item in (await run.get("/results"))["items"]}
    pays = await run.get(f"/results/{items['Pays']['test_id']}")
    assert (pays["status"], pays["attempts"]) == ("flaky", 2)
    assert [(each["status"], each["message"]) for each in pays["previous_attempts"]] == [("failed", "no")]


async def test_all_that_came_along_is_listed(run: Sharded) -> None:
    items = (await run.get("/attachments"))["items"]
    assert [item["path"] for item in items] == ["shot.png"] * 3
    assert len({item["url"] for item in items}) == 3


async def test_the_diff_with_another_run(run: Sharded) -> None:
    other = await send(
        run.client,
        "shards",
        "output.xml",
        tiny_reports.robot(
            {"Pays": "PASS", "Ships": "late", "Finds": "PASS", "New": "PASS"}, clock.now(), seconds={"Pays": 3}
        ),
        {"name": "other"},
    )
    run_id = other["runs"][0]["id"]
    response = await run.client.get(f"/runs/{run_id}/diff", params={"with": run.run_id})
    assert response.status_code == 200, response.text
    found = response.json()
    assert (found["run"]["id"], found["before"]["id"]) == (run_id, run.run_id)
    lists = ("new_failures", "fixed", "still_failing", "added", "removed", "durations")
    assert {name: [item["name"] for item in found[name]] for name in lists} == {
        "new_failures": ["Ships"],
        "fixed": ["Finds"],
        "still_failing": [],
        "added": ["New"],
        "removed": ["Sells"],
        "durations": ["Pays"],
    }
    assert {name: found[f"{name}_count"] for name in lists} == {name: len(found[name]) for name in lists}
    (slower,) = found["durations"]
    assert (slower["duration_before_ms"], slower["duration_ms"]) == (100, 3000)
    assert (found["added"][0]["status_before"], found["removed"][0]["status"]) == (None, None)


async def test_a_diff_is_of_two_runs_of_one_project(run: Sharded) -> None:
    for other, status in (("999-1", 404), ("x", 404), ("", 404)):
        response = await run.client.get(f"/runs/{run.run_id}/diff", params={"with": other})
        assert response.status_code == status, other
    assert (await run.client.get(f"/runs/{run.run_id}/diff")).status_code == 422
