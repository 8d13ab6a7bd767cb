from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from testflux.cli import delivery, pick
from testflux.cli.client import Client
from testflux.cli.progress import Progress
from testflux.kit import errors

RUN = {"id": "1-9", "number": 9, "kind": "functional", "verdict": "passed", "url": "/runs/1-9", "totals": {"total": 1}}


class Answering:
    """A server in memory: uploads need `looks` looks until they are stored."""

    def __init__(self, looks: int = 1) -> None:
        self.looks = looks
        self.sent: list[httpx.Request] = []
        self.status = 202
        self.pauses: list[float] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/v1")
        if request.method == "POST":
            request.read()
            self.sent.append(request)
            problem = {"detail": "Not for you.", "code": "forbidden"}
            queued = {"id": f"1-{len(self.sent)}", "status": "queued"}
            return httpx.Response(self.status, json=queued if self.status == 202 else problem)
        if path.endswith("/changes"):
            return httpx.Response(200, json={"still_failing_count": 5})
        return httpx.Response(200, json=RUN if path.startswith("/runs/") else self.upload(path))

    def upload(self, path: str) -> dict[str, Any]:
        if self.looks > 0:
            self.looks -= 1
            return {"id": path.rpartition("/")[2], "status": "processing", "stage": "parse", "progress": 10}
        link = {"id": "1-9", "number": 9, "kind": "functional", "url": "/runs/1-9"}
        return {"id": path.rpartition("/")[2], "status": "stored", "runs": [link]}

    def way(self, key: str = "") -> delivery.Delivery:
        transport = httpx.MockTransport(self.handle)
        client = Client("http://t.example.test", "tfx_1", pause=self.pauses.append, transport=transport)
        return delivery.Delivery(client, Progress(), "webshop", (("name", "nightly"),), key)


@pytest.fixture
def files(tmp_path: Path) -> list[pick.Picked]:
    for name in ("a.xml", "b.xml", "c.xml"):
        (tmp_path / name).write_text(name)
    return [pick.Picked(tmp_path / name, f"deep/{name}") for name in ("a.xml", "b.xml", "c.xml")]


def test_each_file_goes_with_its_name_and_what_is_said_about_all(files: list[pick.Picked]) -> None:
    server = Answering()
    results = server.way().deliver(files)
    assert [request.content for request in server.sent] == [b"a.xml", b"b.xml", b"c.xml"]
    assert [dict(request.url.params) for request in server.sent] == [
        {"filename": f"deep/{name}.xml", "name": "nightly"} for name in "abc"
    ]
    assert [result.uploads[0].id for result in results] == ["1-1", "1-2", "1-3"]


def test_key_is_used_alone_for_one_file_and_with_the_name_for_several(files: list[pick.Picked]) -> None:
    server = Answering()
    server.way("k").deliver(files[:1])
    server.way("k").deliver(files[1:])
    keys = [request.headers["Idempotency-Key"] for request in server.sent]
    assert keys == ["k", "k:deep/b.xml", "k:deep/c.xml"]


def test_after_a_refusal_the_rest_is_not_tried(files: list[pick.Picked]) -> None:
    server = Answering()
    server.status = 403
    results = server.way().deliver(files)
    assert len(server.sent) == 1
    assert all(result.is_undelivered for result in results)
    assert {str(result.problem) for result in results} == {"Not for you."}


def test_after_a_bad_report_the_rest_is_tried(files: list[pick.Picked]) -> None:
    server = Answering()
    server.status = 413
    results = server.way().deliver(files)
    assert len(server.sent) == 3
    assert all(isinstance(result.problem, errors.ReportError) for result in results)


def test_waits_longer_from_look_to_look_until_it_is_stored(files: list[pick.Picked]) -> None:
    server = Answering(looks=9)
    way = server.way()
    (result,) = way.follow(way.deliver(files[:1]), timeout_s=60)
    assert server.pauses == sorted(server.pauses)
    assert (server.pauses[0], server.pauses[-1]) == (0.2, 2.0)
    (judged,) = result.runs
    assert (judged.run.number, judged.still_failing) == (9, 5)


def test_patience_ends_with_a_hint(files: list[pick.Picked]) -> None:
    server = Answering(looks=100)
    way = server.way()
    (result,) = way.follow(way.deliver(files[:1]), timeout_s=-1)
    assert isinstance(result.problem, errors.UnavailableError)
    assert result.problem.code == "not-finished"
    assert "http://t.example.test/p/webshop/uploads" in result.problem.hint
    assert not result.is_undelivered


def test_undelivered_files_are_not_asked_about(files: list[pick.Picked]) -> None:
    server = Answering()
    server.status = 403
    way = server.way()
    sent = way.deliver(files)
    assert way.follow(sent, timeout_s=1) == sent


def test_a_folder_goes_out_as_one_archive(tmp_path: Path) -> None:
    for name in ("output.xml", "1.png"):
        (tmp_path / name).write_text(f"in {name}")
    members = tuple((tmp_path / name, name) for name in ("output.xml", "1.png"))
    server = Answering()
    (result,) = server.way("once").deliver([pick.Picked(tmp_path, "results.tar", members)])
    (request,) = server.sent
    assert request.url.params["filename"] == "results.tar"
    assert (result.path, result.name, len(result.uploads)) == (tmp_path, "results.tar", 1)
    assert request.headers["Idempotency-Key"] == "once"
    with tarfile.open(fileobj=io.BytesIO(request.content)) as archive:
        assert archive.getnames() == ["output.xml", "1.png"]
