from __future__ import annotations

import httpx
import pytest
import pytest_asyncio

import tiny_reports
from serve_house import ServeHouse, send
from testflux.kit import clock, errors, identifiers
from testflux.model.access import EVERYBODY
from testflux.store import uploads

pytestmark = pytest.mark.asyncio(loop_scope="module")
OURS = errors.TestFluxError("Something in TestFlux failed.", code="internal", hint="Tell an administrator.")


@pytest_asyncio.fixture(loop_scope="module")
async def slug(admin: httpx.AsyncClient) -> str:
    """A project of this test's own."""
    slug = f"p{clock.now().timestamp():.6f}".replace(".", "-")
    await admin.post("/projects", json={"slug": slug, "name": slug})
    return slug


async def set_aside(house: ServeHouse, admin: httpx.AsyncClient, slug: str) -> str:
    """Let an upload that would be read be rejected as TestFlux's own fault; return its id."""
    upload = await send(admin, slug, "output.xml", tiny_reports.robot({"Pays": "PASS"}, clock.now()))
    key = identifiers.unpack(upload["id"])
    async with house.rooms.database.write(EVERYBODY) as writer:
        for table in ("run_part", "run"):
            await writer.run(f"delete from {table} where project_id = %(p)s", p=key[0])  # noqa: S608
        await writer.run("update upload set status = 'processing', run_id = null where upload_id = %(u)s", u=key[1])
        await uploads.save_rejected(writer, *key, OURS)
    return upload["id"]


async def wait_for(admin: httpx.AsyncClient, upload_id: str) -> dict[str, object]:
    while True:
        upload = (await admin.get(f"/uploads/{upload_id}")).json()
        if upload["status"] in {"stored", "rejected"}:
            return upload


async def test_what_was_set_aside_is_found_and_read_after_all(
    house: ServeHouse, admin: httpx.AsyncClient, slug: str
) -> None:
    upload_id = await set_aside(house, admin, slug)
    await send(admin, slug, "broken.xml", b"<robot><suite></robot>")
    found = (await admin.get(f"/projects/{slug}/uploads", params={"status": "set-aside"})).json()["items"]
    assert [upload["id"] for upload in found] == [upload_id], "what is the report's fault is not among them"

    answer = await admin.post(f"/uploads/{upload_id}/retry")
    assert (answer.status_code, answer.json()["status"], answer.json()["error"]) == (202, "queued", None)
    upload = await wait_for(admin, upload_id)
    assert (upload["status"], len(upload["runs"])) == ("stored", 1)  # pyright: ignore[reportArgumentType]
    assert (await admin.get(f"/projects/{slug}/uploads", params={"status": "set-aside"})).json()["items"] == []


async def test_what_a_report_lacks_it_still_lacks(admin: httpx.AsyncClient, slug: str) -> None:
    upload = await send(admin, slug, "broken.xml", b"<robot><suite></robot>")
    assert (await admin.post(f"/uploads/{upload['id']}/retry")).status_code == 202
    again = await wait_for(admin, upload["id"])
    assert again["error"] == upload["error"]


@pytest.mark.parametrize(
    ("content", "why"), [(b"PK\x05\x06" + bytes(18), "An archive is opened"), (None, "The upload is stored")]
)
async def test_what_cannot_help_is_refused(
    admin: httpx.AsyncClient, slug: str, content: bytes | None, why: str
) -> None:
    upload = await send(admin, slug, "some", content or tiny_reports.robot({"Pays": "PASS"}, clock.now()))
    answer = await admin.post(f"/uploads/{upload['id']}/retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert why in answer.json()["detail"]


async def test_what_was_sent_again_since_stays(house: ServeHouse, admin: httpx.AsyncClient, slug: str) -> None:
    upload_id = await set_aside(house, admin, slug)
    async with house.rooms.database.write(EVERYBODY) as writer:
        key = identifiers.unpack(upload_id)
        await writer.run(
            "insert into upload (project_id, upload_key, file_name, size_bytes, status, metadata) "
            "select project_id, upload_key, 'again', 1, 'stored', '{}' from upload where upload_id = %(u)s",
            u=key[1],
        )
    answer = await admin.post(f"/uploads/{upload_id}/retry")
    assert "sent again since" in answer.json()["detail"]


async def test_an_upload_that_is_not_there_cannot_be_tried(admin: httpx.AsyncClient, slug: str) -> None:
    project_id = (await admin.get(f"/projects/{slug}/uploads")).status_code
    assert project_id == 200
    assert (await admin.post("/uploads/1-999999/retry")).status_code == 404
