from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from testflux.cli import answers
from testflux.cli.client import Client, RefusedError
from testflux.kit import errors

SAMPLE = {"status": "present", "done": 3, "total": 3, "projects": ["a"]}
Handler = Callable[[httpx.Request], httpx.Response]


def answering(*responses: httpx.Response | Exception, seen: list[httpx.Request] | None = None) -> Handler:
    queue = list(responses)

    def handle(request: httpx.Request) -> httpx.Response:
        request.read()
        if seen is not None:
            seen.append(request)
        response = queue.pop(0)
        if isinstance(response, Exception):
            raise response
        return response

    return handle


def client(handler: Handler, pauses: list[float] | None = None) -> Client:
    waits = pauses if pauses is not None else []
    return Client("https://t.example.test/", "tfx_1", pause=waits.append, transport=httpx.MockTransport(handler))


def problem(status: int, code: str, **more: object) -> httpx.Response:
    return httpx.Response(status, json={"detail": "It cannot be.", "code": code, "hint": "Do so.", **more})


def test_asks_with_the_token_under_the_api() -> None:
    seen: list[httpx.Request] = []

    answer = client(answering(httpx.Response(200, json=SAMPLE), seen=seen)).get("/sample", answers.Sample)

    assert answer.done == 3
    assert str(seen[0].url) == "https://t.example.test/api/v1/sample"
    assert seen[0].headers["Authorization"] == "Bearer tfx_1"
    assert seen[0].headers["User-Agent"].startswith("testflux/")


def test_bad_line_is_tried_again_with_growing_pauses() -> None:
    pauses: list[float] = []
    handler = answering(
        httpx.ConnectError("refused"), httpx.Response(503), httpx.ReadError("gone"), httpx.Response(200, json=SAMPLE)
    )

    assert client(handler, pauses).get("/sample", answers.Sample).done == 3
    assert pauses == [0.5, 1.0, 2.0]


def test_server_may_say_how_long_to_wait() -> None:
    pauses: list[float] = []
    busy = httpx.Response(429, headers={"Retry-After": "7"})
    long = httpx.Response(503, headers={"Retry-After": "3600"})

    client(answering(busy, long, httpx.Response(200, json=SAMPLE)), pauses).get("/sample", answers.Sample)

    assert pauses == [7.0, 20.0]


def test_gives_up_after_six_tries() -> None:
    pauses: list[float] = []
    handler = answering(*[httpx.ConnectError("refused")] * 6)

    with pytest.raises(
        errors.UnavailableError, match=r"No answer from https://t\.example\.test after 6 tries: refused"
    ):
        client(handler, pauses).get("/sample", answers.Sample)
    assert len(pauses) == 5


def test_last_reason_is_told_when_the_server_stays_away() -> None:
    with pytest.raises(errors.UnavailableError, match="503 Service Unavailable"):
        client(answering(*[httpx.Response(503) for _ in range(6)])).get("/sample", answers.Sample)


@pytest.mark.parametrize("status", [401, 403, 404, 409])
def test_refusal_says_what_the_server_said(status: int) -> None:
    with pytest.raises(RefusedError, match="It cannot be") as caught:
        client(answering(problem(status, "no"))).get("/sample", answers.Sample)
    assert (caught.value.status, caught.value.code, caught.value.hint) == (status, "no", "Do so.")


@pytest.mark.parametrize("status", [413, 415, 422])
def test_bad_report_is_the_reports_fault(status: int) -> None:
    with pytest.raises(errors.ReportError) as caught:
        client(answering(problem(status, "truncated", line=7, column=2, byte=99))).get("/sample", answers.Sample)
    assert (caught.value.code, caught.value.line, caught.value.column, caught.value.byte) == ("truncated", 7, 2, 99)


def test_wrong_value_is_a_refusal_that_names_the_field() -> None:
    wrong = problem(422, "invalid", errors=[{"field": "started_at", "message": "No time."}])
    with pytest.raises(RefusedError, match="started_at: No time"):
        client(answering(wrong)).get("/sample", answers.Sample)


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, text="<html>Sign in</html>"),
        httpx.Response(200, json={"hello": 1}),
        httpx.Response(404, text="<html>nginx</html>"),
        httpx.Response(302, headers={"Location": "/login"}),
    ],
)
def test_somebody_elses_answer_is_named_as_such(response: httpx.Response) -> None:
    with pytest.raises(RefusedError, match="does not look like TestFlux"):
        client(answering(response)).get("/sample", answers.Sample)


@pytest.mark.parametrize("url", ["t.example.test", "ftp://t.example.test", "https://", ""])
def test_wrong_address_is_wrong_usage(url: str) -> None:
    with pytest.raises(errors.InvalidError, match="no address of a server"):
        Client(url, "")


def test_file_is_sent_whole_again_after_a_broken_try(tmp_path: Path) -> None:
    file = tmp_path / "output.xml"
    file.write_bytes(b"<robot/>" * 100_000)
    seen: list[httpx.Request] = []
    moved: list[int] = []
    stored = {"id": "1-2", "status": "queued"}
    handler = answering(httpx.WriteError("gone"), httpx.Response(202, json=stored), seen=seen)

    (upload,) = client(handler).send("/projects/p/uploads", file, (("filename", "o.xml"),), "k1", moved.append)

    assert upload.id == "1-2"
    assert [request.content for request in seen] == [file.read_bytes()] * 2
    assert seen[1].headers["Content-Length"] == str(800_000)
    assert seen[1].headers["Idempotency-Key"] == "k1"
    assert seen[1].url.params["filename"] == "o.xml"
    assert moved.count(0) == 2
    assert moved[-1] == 800_000


def test_archive_becomes_several_uploads(tmp_path: Path) -> None:
    file = tmp_path / "reports.zip"
    file.write_bytes(b"PK")
    body = json.dumps({"uploads": [{"id": "1-2", "status": "queued"}, {"id": "1-3", "status": "queued"}]})

    uploads = client(answering(httpx.Response(202, text=body))).send(
        "/projects/p/uploads", file, (), "", lambda _: None
    )

    assert [upload.id for upload in uploads] == ["1-2", "1-3"]


def test_removal_needs_no_answer() -> None:
    seen: list[httpx.Request] = []
    with client(answering(httpx.Response(204), seen=seen)) as server:
        server.delete("/sample")
    assert [(request.method, request.url.path) for request in seen] == [("DELETE", "/api/v1/sample")]
