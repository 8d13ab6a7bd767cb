from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio

import tiny_reports
from made import chunks
from serve_house import ServeHouse, send
from testflux.kit import clock, errors, identifiers
from testflux.model.access import EVERYBODY
from testflux.model.steps import Evidence
from testflux.parse import evidence as opened
from testflux.serve import evidence
from testflux.store import attachments, uploads
from tiny_reports import PICTURE, keyword, message

pytestmark = pytest.mark.asyncio(loop_scope="module")
ESCAPE = '</td></tr><tr><td colspan="3">'
EMBEDDED = f'{ESCAPE}<img alt="first" src="data:image/png;base64,{PICTURE}" onerror="alert(1)">'
LINKED = f'{ESCAPE}<a href="shot-1.png"><img src="shot-1.png" width="800px"></a><script>alert(1)</script>'
INSIDE = {
    "Pays": keyword("Open basket", message("<b>plain</b>"), message("<b>bold</b>", is_html=True), arguments="basket 10")
    + keyword("Press pay", message(EMBEDDED, is_html=True), message(LINKED, is_html=True), status="FAIL"),
}
FILES = {
    "shots/shot-1.png": ("image/png", base64.b64decode(PICTURE)),
    "log.html": ("text/html", b"<script>alert(1)</script>"),
    "notes.txt": ("text/plain", b"words"),
    'a"b.svg': ("image/svg+xml", b"<svg onload=alert(1)>"),
}


class Opened(msgspec.Struct):
    """A run with evidence and files beside it."""

    client: httpx.AsyncClient
    house: ServeHouse
    path: str
    tests: dict[str, str]

    async def steps(self, name: str) -> Any:
        response = await self.client.get(f"{self.path}/results/{self.tests[name]}/steps")
        assert response.status_code == 200, response.text
        return response.json()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run(house: ServeHouse) -> AsyncIterator[Opened]:
    client = house.client()
    await client.post("/projects", json={"slug": "depths", "name": "Depths"})
    report = tiny_reports.robot({"Pays": "lost", "Idle": "PASS"}, clock.now(), inside=INSIDE)
    upload = await send(client, "depths", "output.xml", report)
    run_id = upload["runs"][0]["id"]
    project_id, upload_no = identifiers.unpack(upload["id"])
    files = [
        attachments.NewFile(
            attachments.Role.ATTACHMENT, path, await house.rooms.blobs.put(chunks(content), 1000), media_type
        )
        for path, (media_type, content) in FILES.items()
    ]
    async with house.rooms.database.write(EVERYBODY) as writer:
        await attachments.add_files(writer, project_id, upload_no, files)
    items = (await client.get(f"/runs/{run_id}/results")).json()["items"]
    yield Opened(client, house, f"/runs/{run_id}", {item["name"]: item["test_id"] for item in items})


async def test_the_steps_of_a_test(run: Opened) -> None:
    answer = await run.steps("Pays")
    assert (answer["is_available"], answer["reason"], answer["warnings"]) == (True, "", [])
    first, second = answer["steps"]
    assert (first["kind"], first["name"], first["owner"], first["status"]) == (
        "keyword",
        "Open basket",
        "Shop",
        "passed",
    )
    assert (first["arguments"], first["duration_ms"]) == (["basket", "10"], 125)
    assert [(child["text"], child["html"]) for child in first["children"]] == [
        ("<b>plain</b>", ""),
        ("bold", "<b>bold</b>"),
    ]
    assert second["status"] == "failed"


async def test_pictures_come_without_the_markup_around_them(run: Opened) -> None:
    embedded, linked = (await run.steps("Pays"))["steps"][1]["children"]
    assert (embedded["html"], linked["html"]) == ("", "")
    assert embedded["images"] == [
        {"url": f"/api/v1{run.path}/results/{run.tests['Pays']}/media/0", "name": "", "alt": "first"}
    ]
    assert linked["images"] == [{"url": f"/api/v1{run.path}/attachments/0", "name": "shot-1.png", "alt": ""}]
    for url in (embedded["images"][0]["url"], linked["images"][0]["url"]):
        response = await run.client.get(f"http://testserver{url}")
        assert response.status_code == 200
        assert response.headers["content-type"] == "image/png"
        assert response.content == base64.b64decode(PICTURE)
        assert "sandbox" in response.headers["content-security-policy"]
        kept = {"If-None-Match": response.headers["etag"]}
        assert (await run.client.get(f"http://testserver{url}", headers=kept)).status_code == 304


@pytest.mark.parametrize("number", [1, 2**31 - 1])
async def test_a_picture_that_is_not_there(run: Opened, number: int) -> None:
    response = await run.client.get(f"{run.path}/results/{run.tests['Pays']}/media/{number}")
    assert response.status_code == 404


async def test_damage_found_only_now_is_told_there(run: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_piece: bytes) -> Evidence:
        raise errors.ReportError("An element is not closed.", code="xml-malformed", line=7)

    monkeypatch.setitem(opened.READERS, "robot-xml", fail)
    answer = await run.steps("Pays")
    assert answer["is_available"] is False
    assert "damaged" in answer["reason"]
    said = {"code": "xml-malformed", "message": "An element is not closed.", "line": 7, "byte": None}
    assert answer["warnings"] == [said]
    assert (await run.client.get(f"{run.path}/results/{run.tests['Pays']}/media/0")).status_code == 404


async def test_a_test_in_which_nothing_happened(run: Opened) -> None:
    answer = await run.steps("Idle")
    assert (answer["is_available"], answer["steps"]) == (True, [])


async def test_an_answer_that_one_holds_is_not_made_again(run: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"{run.path}/results/{run.tests['Pays']}/steps"
    tag = (await run.client.get(path)).headers["etag"]
    other = (await run.client.get(path.replace(run.tests["Pays"], run.tests["Idle"]))).headers["etag"]
    assert tag != other

    def fail(_piece: bytes) -> Evidence:
        raise AssertionError

    monkeypatch.setitem(opened.READERS, "robot-xml", fail)
    assert (await run.client.get(path, headers={"If-None-Match": tag})).status_code == 304


async def test_a_test_too_large_to_open(run: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "MOST_BYTES", 100)
    answer = await run.steps("Pays")
    assert answer["is_available"] is False
    assert "Download the report file" in answer["reason"]


async def test_a_format_without_steps_says_so(run: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(opened.READERS, "robot-xml")
    answer = await run.steps("Pays")
    assert (answer["is_available"], answer["steps"]) == (False, [])
    assert answer["reason"]


async def test_only_the_tests_own_bytes_are_read(run: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []
    reader = opened.READERS["robot-xml"]

    def look(piece: bytes) -> Evidence:
        seen.append(piece)
        return reader(piece)

    monkeypatch.setitem(opened.READERS, "robot-xml", look)
    await run.steps("Idle")
    assert seen[0].startswith(b"<test ")
    assert seen[0].count(b"<test ") == 1
    assert b"Idle" in seen[0]


async def test_what_came_along_is_listed(run: Opened) -> None:
    answer = (await run.client.get(f"{run.path}/attachments")).json()
    assert [item["path"] for item in answer["items"]] == list(FILES)
    assert answer["items"][2] == {
        "position": 2,
        "path": "notes.txt",
        "media_type": "text/plain",
        "size_bytes": 5,
        "url": f"/api/v1{run.path}/attachments/2",
    }
    page = (await run.client.get(f"{run.path}/attachments?limit=3")).json()
    rest = (await run.client.get(f"{run.path}/attachments?cursor={page['next_cursor']}")).json()
    assert page["items"] + rest["items"] == answer["items"]
    assert rest["next_cursor"] is None


async def test_only_harmless_files_are_shown_the_rest_is_saved(run: Opened) -> None:
    for position, (path, (said, content)) in enumerate(FILES.items()):
        response = await run.client.get(f"{run.path}/attachments/{position}")
        assert response.content == content
        is_shown = said in {"image/png", "text/plain"}
        assert response.headers["content-disposition"].startswith("inline" if is_shown else "attachment"), path
        assert response.headers["content-type"].startswith(said if is_shown else "application/octet-stream")
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["content-security-policy"].startswith("sandbox")


@pytest.mark.parametrize("position", ["4", "2147483647"])
async def test_a_file_that_did_not_come(run: Opened, position: str) -> None:
    assert (await run.client.get(f"{run.path}/attachments/{position}")).status_code == 404


@pytest.mark.parametrize("position", ["-1", "2147483648", "x"])
async def test_a_place_that_cannot_be(run: Opened, position: str) -> None:
    assert (await run.client.get(f"{run.path}/attachments/{position}")).status_code in {400, 404, 422}


async def test_a_file_that_was_lost(run: Opened) -> None:
    project_id, _ = identifiers.unpack(run.path.rpartition("/")[2])
    upload = await send(run.client, "depths", "output.xml", tiny_reports.robot({"Alone": "PASS"}, clock.now()))
    _, upload_no = identifiers.unpack(upload["id"])
    async with run.house.rooms.database.read(EVERYBODY) as reader:
        row = await uploads.get_upload(reader, project_id, upload_no)
    await run.house.rooms.blobs.drop(row["blob_digest"])
    path = f"/runs/{upload['runs'][0]['id']}"
    item = (await run.client.get(f"{path}/results")).json()["items"][0]
    answer = (await run.client.get(f"{path}/results/{item['test_id']}/steps")).json()
    assert answer["is_available"] is False
    assert "no longer stored" in answer["reason"]


async def test_a_test_that_the_run_does_not_hold(run: Opened) -> None:
    huge = f"{run.tests['Pays'].partition('-')[0]}-{10**17}"
    for test_id in (huge, "999-1", "x"):
        assert (await run.client.get(f"{run.path}/results/{test_id}/steps")).status_code == 404
        assert (await run.client.get(f"{run.path}/results/{test_id}/media/0")).status_code == 404


async def test_markup_in_the_outcome_is_made_safe(run: Opened) -> None:
    merged = "*HTML* &lt;b&gt;Test has been re-executed&lt;/b&gt;&lt;script&gt;alert(1)&lt;/script&gt;"
    upload = await send(run.client, "depths", "output.xml", tiny_reports.robot({"Again": merged}, clock.now()))
    path = f"/runs/{upload['runs'][0]['id']}"
    item = (await run.client.get(f"{path}/results")).json()["items"][0]
    detail = (await run.client.get(f"{path}/results/{item['test_id']}")).json()
    assert detail["message_is_html"] is True
    assert detail["message_html"].strip() == "<b>Test has been re-executed</b>"
    plain = (await run.client.get(f"{run.path}/results/{run.tests['Pays']}")).json()
    assert plain["message_html"] == ""
