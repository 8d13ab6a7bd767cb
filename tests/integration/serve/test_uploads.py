from __future__ import annotations

import asyncio
import base64
import gzip
import io
import json
import zipfile
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio

import tiny_reports
from serve_house import ServeHouse, send
from testflux.kit import clock

pytestmark = pytest.mark.asyncio(loop_scope="module")
BOUNDARY = "cut-here"


@pytest_asyncio.fixture(loop_scope="module")
async def slug(admin: httpx.AsyncClient) -> str:
    """A project of this test's own."""
    slug = f"p{clock.now().timestamp():.6f}".replace(".", "-")
    await admin.post("/projects", json={"slug": slug, "name": slug})
    return slug


def report(**tests: str) -> bytes:
    return tiny_reports.robot(tests or {"Pays": "PASS"}, clock.now())


def part(disposition: str, content: bytes) -> bytes:
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode() + content + b"\r\n"


async def post_form(client: httpx.AsyncClient, slug: str, *parts: bytes, end: bytes = b"--") -> httpx.Response:
    body = b"".join(parts) + f"--{BOUNDARY}".encode() + end + b"\r\n"
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Prefer": "wait=30"}
    return await client.post(f"/projects/{slug}/uploads", content=body, headers=headers)


async def test_a_file_becomes_a_run(admin: httpx.AsyncClient, slug: str) -> None:
    fields = {
        "name": "nightly",
        "environment": "staging",
        "branch": "main",
        "commit": "abc",
        "labels": ["team=web", "os=linux"],
    }
    upload = await send(admin, slug, "output.xml", report(Pays="PASS", Ships="broken lorry"), fields)
    assert upload["status"] == "stored"
    assert (upload["stage"], upload["progress"], upload["duplicate"], upload["error"]) == ("done", 100, False, None)
    assert upload["metadata"] == {
        "name": "nightly",
        "environment": "staging",
        "branch": "main",
        "commit": "abc",
        "labels": {"team": "web", "os": "linux"},
    }
    run = (await admin.get(f"/runs/{upload['runs'][0]['id']}")).json()
    assert run["totals"] == {"total": 2, "passed": 1, "failed": 1, "skipped": 0, "broken": 0}
    assert (run["verdict"], run["name"], run["branch"], run["labels"]["os"]) == ("failed", "nightly", "main", "linux")
    assert run["upload"]["file_name"] == "output.xml"
    assert upload == (await admin.get(f"/uploads/{upload['id']}")).json()


async def test_fields_after_the_file_count_too(admin: httpx.AsyncClient, slug: str) -> None:
    response = await post_form(
        admin,
        slug,
        part('name="branch"', b"first"),
        part('name="files"; filename="output.xml"', report()),
        part('name="environment"', b"staging"),
        part('name="labels"', b'{"team": "web"}'),
    )
    metadata = response.json()["metadata"]
    assert metadata == {"branch": "first", "environment": "staging", "labels": {"team": "web"}}


async def test_the_form_wins_over_the_query(admin: httpx.AsyncClient, slug: str) -> None:
    response = await admin.post(
        f"/projects/{slug}/uploads?branch=query&environment=query",
        files={"files": ("output.xml", report())},
        data={"branch": "form"},
    )
    assert response.json()["metadata"] == {"branch": "form", "environment": "query"}


async def test_a_raw_body(admin: httpx.AsyncClient, slug: str) -> None:
    path = f"/projects/{slug}/uploads?filename=out.xml&branch=main&labels=a%3Db&started_at=2026-03-01T10:00:00Z"
    response = await admin.post(path, content=report(), headers={"Prefer": "wait=30"})
    upload = response.json()
    assert response.status_code == 200
    assert upload["file_name"] == "out.xml"
    run = (await admin.get(f"/runs/{upload['runs'][0]['id']}")).json()
    assert run["started_at"] == "2026-03-01T10:00:00Z"
    assert run["labels"] == {"a": "b"}


async def test_several_files_each_with_its_own_outcome(admin: httpx.AsyncClient, slug: str) -> None:
    files = [
        ("files", ("good.xml", report())),
        ("files", ("page.html", b"<!doctype html><p>hello</p>")),
        ("files", ("empty.xml", b"")),
    ]
    response = await admin.post(f"/projects/{slug}/uploads", files=files, headers={"Prefer": "wait=30"})
    uploads = response.json()["uploads"]
    assert response.status_code == 200
    assert [(item["file_name"], item["status"]) for item in uploads] == [
        ("good.xml", "stored"),
        ("page.html", "rejected"),
        ("empty.xml", "rejected"),
    ]
    assert uploads[1]["error"]["code"] == "html-report"
    assert uploads[2]["error"]["code"] == "empty-file"
    assert (await send(admin, slug, "after.xml", report(Next="PASS")))["status"] == "stored"


async def test_a_report_that_breaks_says_where(admin: httpx.AsyncClient, slug: str) -> None:
    whole = report()
    broken = whole[: whole.index(b"<test")] + b"<test <"
    upload = await send(admin, slug, "output.xml", broken)
    assert upload["status"] == "rejected"
    assert upload["runs"] == []
    assert upload["error"]["line"] == 3
    assert upload["error"]["hint"]
    listed = (await admin.get(f"/projects/{slug}/uploads?status=rejected")).json()["items"]
    assert [item["id"] for item in listed] == [upload["id"]]
    kept = await admin.get(upload["download_url"].removeprefix("/api/v1"))
    assert kept.content == broken


async def test_the_same_again(admin: httpx.AsyncClient, slug: str) -> None:
    content = report()
    first = await send(admin, slug, "output.xml", content, {"branch": "main"})
    again = await admin.post(
        f"/projects/{slug}/uploads", files={"files": ("renamed.xml", content)}, data={"branch": "main"}
    )
    upload = again.json()
    assert again.status_code == 200, "nothing is left to wait for"
    assert (upload["id"], upload["duplicate"], upload["status"]) == (first["id"], True, "duplicate")
    assert upload["runs"] == first["runs"]
    other = await send(admin, slug, "output.xml", content, {"branch": "feature"})
    assert other["id"] != first["id"], "other metadata is another upload"


async def test_an_idempotency_key_is_the_callers_idea_of_the_same(admin: httpx.AsyncClient, slug: str) -> None:
    headers = {"Idempotency-Key": "build-17", "Prefer": "wait=30"}
    path, content = f"/projects/{slug}/uploads?filename=x.xml", report(One="PASS")
    first = await admin.post(path, content=content, headers=headers)
    again = await admin.post(f"{path}&branch=main", content=content, headers=headers)
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["duplicate"] is True


async def test_a_key_that_was_used_takes_no_other_file(admin: httpx.AsyncClient, slug: str) -> None:
    headers = {"Idempotency-Key": "build 18"}
    first = await admin.post(f"/projects/{slug}/uploads", content=report(One="PASS"), headers=headers)
    other = await admin.post(f"/projects/{slug}/uploads", content=report(Two="PASS"), headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-used")
    assert first.json()["id"] in other.json()["detail"]
    listed = (await admin.get(f"/projects/{slug}/uploads")).json()["items"]
    assert [item["id"] for item in listed] == [first.json()["id"]]


async def test_the_same_file_at_the_same_time_becomes_one_run(admin: httpx.AsyncClient, slug: str) -> None:
    content = report()
    answers = await asyncio.gather(*(send(admin, slug, "output.xml", content) for _ in range(4)))
    assert len({answer["runs"][0]["id"] for answer in answers}) == 1
    assert sorted(answer["duplicate"] for answer in answers) == [False, True, True, True]


async def test_an_archive_becomes_one_upload_a_report(admin: httpx.AsyncClient, slug: str) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a/output.xml", report(One="PASS"))
        archive.writestr("b/output.xml", report(Two="PASS"))
    response = await admin.post(
        f"/projects/{slug}/uploads", files={"files": ("all.zip", data.getvalue())}, headers={"Prefer": "wait=30"}
    )
    assert [item["status"] for item in response.json()["uploads"]] == ["stored", "stored"]


async def test_a_compressed_file_is_kept_unpacked(admin: httpx.AsyncClient, slug: str) -> None:
    content = report()
    upload = await send(admin, slug, 'out "1".xml.gz', gzip.compress(content))
    assert upload["status"] == "stored"
    kept = await admin.get(upload["download_url"].removeprefix("/api/v1"))
    assert kept.content == content
    assert kept.headers["content-type"] == "application/octet-stream"
    assert kept.headers["content-disposition"].startswith('attachment; filename="out _1_.xml"')


async def test_pictures_and_reports_of_one_request_come_together(admin: httpx.AsyncClient, slug: str) -> None:
    picture = b"\x89PNG\r\n\x1a\n a picture"
    response = await admin.post(
        f"/projects/{slug}/uploads",
        files=[("files", ("output.xml", report())), ("files", ("shot.png", picture))],
        headers={"Prefer": "wait=30"},
    )
    (upload,) = response.json()["uploads"]
    (run,) = upload["runs"]
    listed = (await admin.get(f"/runs/{run['id']}/attachments")).json()
    assert [item["path"] for item in listed["items"]] == ["shot.png"]


@pytest_asyncio.fixture(loop_scope="module")
async def small(fresh: ServeHouse) -> ServeHouse:
    """A house that takes files of a kilobyte at most, with the project `shop`."""
    settings = msgspec.structs.replace(fresh.rooms.settings, upload_limit_bytes=1024)
    small = ServeHouse(msgspec.structs.replace(fresh.rooms, settings=settings))
    small.ids, small.sign_ins = fresh.ids, fresh.sign_ins
    await small.client().post("/projects", json={"slug": "shop", "name": "Shop"})
    return small


@pytest.mark.parametrize("is_form", [True, False])
async def test_a_file_over_the_limit(small: ServeHouse, *, is_form: bool) -> None:
    admin = small.client()
    options: dict[str, Any] = {"files": {"files": ("big.xml", b"x" * 5000)}} if is_form else {"content": b"x" * 5000}
    response = await admin.post("/projects/shop/uploads?filename=big.xml", **options)
    assert response.status_code == 413
    assert response.json()["code"] == "too-large"
    listed = (await admin.get("/projects/shop/uploads")).json()["items"]
    assert [(item["status"], item["download_url"]) for item in listed] == [("rejected", None)]
    assert (await admin.get(f"/uploads/{listed[0]['id']}/file")).status_code == 404
    fine = await admin.post("/projects/shop/uploads?filename=small.xml", content=b"x" * 500)
    assert fine.status_code == 202, "the next upload works"


async def test_one_file_over_the_limit_among_others(small: ServeHouse) -> None:
    files = [("files", ("big.xml", b"x" * 50_000)), ("files", ("small.xml", b"x" * 500))]
    response = await small.client().post("/projects/shop/uploads", files=files)
    assert [(item["file_name"], item["status"]) for item in response.json()["uploads"]] == [
        ("big.xml", "rejected"),
        ("small.xml", "queued"),
    ]
    assert response.status_code == 202


async def test_without_a_wait_the_answer_comes_at_once(small: ServeHouse) -> None:
    response = await small.client().post("/projects/shop/uploads?filename=a.xml", content=b"<x/>")
    assert response.status_code == 202
    assert response.json()["status"] == "queued"


async def test_a_wait_ends(small: ServeHouse) -> None:
    headers = {"Prefer": "respond-async, wait=1"}
    response = await small.client().post("/projects/shop/uploads?filename=a.xml", content=b"<y/>", headers=headers)
    assert response.status_code == 202
    assert response.json()["status"] == "queued"


async def test_an_unknown_project(admin: httpx.AsyncClient) -> None:
    response = await admin.post("/projects/none/uploads?filename=a.xml", content=b"<x/>")
    assert response.status_code == 404
    assert response.json()["code"] == "project-not-found"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("labels", "novalue"),
        ("labels", "{broken"),
        ("labels", '{"a": 1}'),
        ("started_at", "yesterday"),
        ("started_at", "1970-01-01T00:00:00Z"),
        ("branch", "x" * 251),
        ("colour", "red"),
    ],
)
async def test_metadata_that_cannot_be(admin: httpx.AsyncClient, slug: str, field: str, value: str) -> None:
    response = await admin.post(f"/projects/{slug}/uploads", files={"files": ("a.xml", report())}, data={field: value})
    assert response.status_code == 422
    assert [item["field"] for item in response.json()["errors"]] == [field]
    assert (await admin.get(f"/projects/{slug}/uploads")).json()["items"] == []


async def test_a_form_without_a_file(admin: httpx.AsyncClient, slug: str) -> None:
    response = await post_form(admin, slug, part('name="branch"', b"main"))
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "files"


async def test_a_form_that_breaks_off(admin: httpx.AsyncClient, slug: str) -> None:
    response = await post_form(admin, slug, part('name="files"; filename="a.xml"', b"<x/>"), end=b"")
    assert response.status_code == 422
    assert response.json()["code"] == "multipart-broken"


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary="])
async def test_a_form_without_a_boundary(admin: httpx.AsyncClient, slug: str, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    response = await admin.post(f"/projects/{slug}/uploads", content=b"--x", headers=headers)
    assert response.status_code == 422


async def test_a_form_that_carries_no_files(admin: httpx.AsyncClient, slug: str) -> None:
    response = await admin.post(f"/projects/{slug}/uploads", data={"branch": "main"})
    assert response.status_code == 415


async def test_uploads_are_listed_newest_first(admin: httpx.AsyncClient, slug: str) -> None:
    names = [f"{number}.xml" for number in range(3)]
    for name in names:
        await admin.post(f"/projects/{slug}/uploads?filename={name}", content=f"<{name}".encode())
    first = (await admin.get(f"/projects/{slug}/uploads?limit=2")).json()
    rest = (await admin.get(f"/projects/{slug}/uploads", params={"cursor": first["next_cursor"]})).json()
    assert [item["file_name"] for item in first["items"] + rest["items"]] == names[::-1]
    assert rest["next_cursor"] is None
    wrong = await admin.get(f"/projects/{slug}/uploads?status=lost")
    assert wrong.json()["errors"][0]["field"] == "status"


async def test_a_dropped_run_takes_its_file_along(admin: httpx.AsyncClient, slug: str) -> None:
    upload = await send(admin, slug, "output.xml", report())
    run = f"/runs/{upload['runs'][0]['id']}"
    assert (await admin.delete(run)).status_code == 204
    assert (await admin.get(run)).status_code == 404
    assert (await admin.get(f"/uploads/{upload['id']}")).status_code == 404
    assert (await admin.get(f"/projects/{slug}")).json()["run_count"] == 0
    assert json.loads((await admin.get(f"/projects/{slug}/tests")).content)["items"] == []


async def test_a_folder_sent_as_files_keeps_its_screenshots_with_its_report(
    admin: httpx.AsyncClient, slug: str
) -> None:
    files = [
        ("files", ("out/a/output.xml", report(Pays="lost"))),
        ("files", ("out/a/shots/1.png", base64.b64decode(tiny_reports.PICTURE))),
        ("files", ("out/b/output.xml", report(Ships="PASS"))),
    ]
    response = await admin.post(f"/projects/{slug}/uploads", files=files, headers={"Prefer": "wait=30"})
    assert response.status_code == 200, response.text
    sent = {upload["file_name"]: upload["runs"][0]["id"] for upload in response.json()["uploads"]}
    assert sorted(sent) == ["out/a/output.xml", "out/b/output.xml"]
    came = {name: (await admin.get(f"/runs/{run_id}/attachments")).json()["items"] for name, run_id in sent.items()}
    assert [item["path"] for item in came["out/a/output.xml"]] == ["shots/1.png"]
    assert came["out/b/output.xml"] == []


async def test_a_single_file_goes_by_its_name_alone(admin: httpx.AsyncClient, slug: str) -> None:
    upload = await send(admin, slug, "C:\\work\\output.xml", report())
    assert upload["file_name"] == "output.xml"
