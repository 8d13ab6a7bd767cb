"""`testflux upload` and `testflux demo` against a small server on the loopback that answers as the real one does."""

from __future__ import annotations

import json
import re
import shlex
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from testflux.cli import main

ROBOT = b'<?xml version="1.0" encoding="UTF-8"?>\n<robot generator="Robot 7.3 (x)" schemaversion="5"></robot>'
TOTALS = {"total": 3, "passed": 2, "failed": 1, "skipped": 0, "broken": 0}


class Server(ThreadingHTTPServer):
    """What it was asked, and what it is going to say."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[dict[str, Any]] = []
        self.verdict = "failed"
        self.failures: list[int] = []
        self.problem: tuple[int, dict[str, Any]] | None = None
        self.rejection: dict[str, Any] | None = None
        self.polls_needed = 1
        self.has_baseline = True
        self.sample = {"status": "loading", "done": 0, "total": 2, "projects": ["webshop"]}
        self.sample_dropped = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def stub(self) -> Server:
        assert isinstance(self.server, Server)
        return self.server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        parts = urlsplit(self.path)
        if self.stub.failures:
            self.answer(self.stub.failures.pop(0), {})
        elif self.stub.problem is not None:
            self.answer(*self.stub.problem)
        elif parts.path == "/api/v1/sample":
            self.answer(202, self.stub.sample)
        else:
            asked = {"path": parts.path, "query": parse_qsl(parts.query), "headers": self.headers, "body": body}
            self.stub.received.append(asked)
            self.answer(202, {"id": f"1-{len(self.stub.received)}", "status": "queued", "stage": "received"})

    def do_GET(self) -> None:
        path = urlsplit(self.path).path.removeprefix("/api/v1")
        if found := re.fullmatch(r"/uploads/(1-\d+)", path):
            self.answer(200, self.upload(found[1]))
        elif found := re.fullmatch(r"/runs/(3-\d+)", path):
            run = {"id": found[1], "number": 7, "kind": "functional", "verdict": self.stub.verdict}
            figures: dict[str, Any] = {"totals": TOTALS, "headline": "1 new failure", "new_failures": 1, "fixed": 2}
            figures["baseline"] = {"id": "3-99", "number": 5, "verdict": "passed"} if self.stub.has_baseline else None
            self.answer(200, {**run, **figures, "url": f"/runs/{found[1]}", "unknown": {}})
        elif re.fullmatch(r"/runs/3-\d+/changes", path):
            self.answer(200, {"still_failing_count": 4})
        elif path == "/sample":
            self.stub.sample = {**self.stub.sample, "status": "present", "done": 2}
            self.answer(200, self.stub.sample)

    def do_DELETE(self) -> None:
        self.stub.sample_dropped = True
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def upload(self, upload_id: str) -> dict[str, Any]:
        upload = {"id": upload_id, "status": "processing", "stage": "parse", "progress": 30}
        if self.stub.polls_needed > 0:
            self.stub.polls_needed -= 1
            return upload
        if self.stub.rejection is not None:
            return {**upload, "status": "rejected", "error": self.stub.rejection}
        run_id = f"3-{upload_id[2:]}"
        run = {"id": run_id, "number": 7, "kind": "functional", "verdict": "x", "url": f"/runs/{run_id}"}
        return {**upload, "status": "stored", "runs": [run], "duplicate": False}

    def answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch, server: Server, tmp_path: Path) -> None:
    """No CI, no git, no waiting; the server and a token in the environment."""
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL", "TF_BUILD", "CIRCLECI", "BUILDKITE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TESTFLUX_URL", server.url)
    monkeypatch.setenv("TESTFLUX_TOKEN", "tfx_secret")
    monkeypatch.setattr(
        "testflux.cli.client.Client.__init__.__kwdefaults__", {"pause": lambda _: None, "transport": None}
    )
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "output.xml"
    path.write_bytes(ROBOT)
    return path


def upload(*words: object) -> int:
    return main.main(["upload", *map(str, words), "--project", "webshop"])


def test_prints_verdict_changes_and_link(server: Server, report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert upload(report) == 0

    assert capsys.readouterr().out.splitlines() == [
        "✕ output.xml: failed, run #7",
        "  3 tests: 2 passed, 1 failed",
        "  since #5: 1 new, 2 fixed, 4 still failing",
        f"  {server.url}/runs/3-1",
    ]
    (asked,) = server.received
    assert asked["path"] == "/api/v1/projects/webshop/uploads"
    assert asked["body"] == ROBOT
    assert asked["headers"]["Authorization"] == "Bearer tfx_secret"
    assert asked["query"] == [("filename", "output.xml")]


def test_says_everything_that_is_known_about_the_run(
    server: Server, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUILDKITE", "true")
    monkeypatch.setenv("BUILDKITE_BRANCH", "main")
    monkeypatch.setenv("BUILDKITE_COMMIT", "c0ffee")

    lane = ("--name", "nightly", "--environment", "staging", "--type", "smoke")
    origin = ("--branch", "fix/x", "--label", "a=b", "--label", "c=d=e", "--started-at", "2026-03-04T05:06:07+01:00")
    assert upload(report, *lane, *origin, "--idempotency-key", "k") == 0

    (asked,) = server.received
    assert dict(asked["query"]) == {
        "filename": "output.xml",
        "name": "nightly",
        "environment": "staging",
        "type": "smoke",
        "branch": "fix/x",
        "commit": "c0ffee",
        "build_key": "buildkite:",
        "ci_provider": "buildkite",
        "labels": "c=d=e",
        "started_at": "2026-03-04T05:06:07+01:00",
    }
    assert ("labels", "a=b") in asked["query"]
    assert asked["headers"]["Idempotency-Key"] == "k"


def test_gate_fails_with_the_verdict(server: Server, report: Path) -> None:
    assert upload(report, "--gate") == 1
    server.verdict = "flaky"
    assert upload(report, "--gate") == 0


def test_json_tells_the_same_to_machines(server: Server, report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert upload(report, "--json", "--gate") == 1

    assert json.loads(capsys.readouterr().out) == {
        "uploads": [
            {
                "file": str(report),
                "id": "1-1",
                "status": "stored",
                "duplicate": False,
                "runs": [
                    {
                        "id": "3-1",
                        "number": 7,
                        "kind": "functional",
                        "verdict": "failed",
                        "headline": "1 new failure",
                        "totals": TOTALS,
                        "baseline": 5,
                        "new_failures": 1,
                        "fixed": 2,
                        "still_failing": 4,
                        "url": f"{server.url}/runs/3-1",
                    }
                ],
                "warnings": [],
                "error": None,
            }
        ],
        "skipped": [],
        "gate": "failed",
        "exit_code": 1,
    }


def test_folder_is_searched_and_the_rest_is_named(
    server: Server, report: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (report.parent / "deep").mkdir()
    (report.parent / "deep" / "output.xml").write_bytes(ROBOT)
    (report.parent / "pom.xml").write_text("<project/>")

    assert upload(report.parent, "--idempotency-key", "k") == 0

    assert [dict(asked["query"])["filename"] for asked in server.received] == ["output.xml", "deep/output.xml"]
    assert [asked["headers"]["Idempotency-Key"] for asked in server.received] == ["k:output.xml", "k:deep/output.xml"]
    assert "skipped, no report that can be read (xml): " in capsys.readouterr().out


def test_no_wait_ends_when_the_server_has_the_file(
    server: Server, report: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert upload(report, "--no-wait") == 0
    assert capsys.readouterr().out == f"  output.xml: received (queued)  {server.url}/p/webshop/uploads\n"
    assert server.polls_needed == 1


def test_first_run_of_a_lane_has_nothing_to_compare_with(
    server: Server, report: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.has_baseline = False
    assert upload(report) == 0
    assert capsys.readouterr().out.splitlines()[2] == "  no earlier run to compare with"


def test_busy_server_is_tried_again(server: Server, report: Path) -> None:
    server.failures = [503, 502, 429]
    assert upload(report) == 0
    assert len(server.received) == 1


def test_rejected_report_says_where_and_what_to_do(
    server: Server, report: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.rejection = {"code": "truncated", "message": "It breaks off.", "hint": "Send it again.", "line": 3}

    assert upload(report, "--gate") == 3
    assert capsys.readouterr().out == "✕ output.xml: rejected: It breaks off. (line 3)\n  Send it again.\n"

    assert upload(report, "--json") == 3
    (entry,) = json.loads(capsys.readouterr().out)["uploads"]
    assert entry["error"]["code"] == "truncated"
    assert entry["error"]["line"] == 3


def test_report_refused_at_the_door_is_rejected(
    server: Server, report: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.problem = 413, {"detail": "It is over 2 GiB.", "code": "too-large", "hint": "Split it."}
    assert upload(report) == 3
    assert capsys.readouterr().out == "✕ output.xml: It is over 2 GiB.\n  Split it.\n"


def test_refusal_leaves_the_files_and_says_how_to_resend(
    server: Server, report: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.problem = 401, {"detail": "The token is unknown.", "code": "unauthenticated", "hint": "Make one."}
    other = report.with_name("second one.xml")
    other.write_bytes(ROBOT)

    assert upload(report, other, "--label", "team=web shop", "--gate") == 4

    printed = capsys.readouterr()
    assert printed.out.count("The token is unknown.") == 2
    command = printed.err.splitlines()[-1].strip()
    assert shlex.split(command) == [
        "testflux",
        "upload",
        str(report),
        str(other),
        *("--project", "webshop", "--url", server.url, "--label", "team=web shop", "--gate"),
    ]
    assert "tfx_secret" not in printed.err
    assert report.read_bytes() == ROBOT


def test_unreachable_server_is_named(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody answers, and nobody else can take it
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert upload(report, "--url", url, "--json") == 4
    printed = capsys.readouterr()
    (entry,) = json.loads(printed.out)["uploads"]
    assert entry["error"]["code"] == "unreachable"
    assert f"--url {url}" in printed.err


def test_no_patience_is_not_a_verdict(server: Server, report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server.polls_needed = 10_000
    assert upload(report, "--timeout", "0", "--gate") == 4
    printed = capsys.readouterr()
    assert "is received, but not processed yet" in printed.out
    assert "To send them again" not in printed.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--gate", "--no-wait"], "--gate has to wait"),
        (["--label", "team"], "A label is KEY=VALUE"),
        (["--url", "localhost:8080"], "no address of a server"),
        (["--token", ""], "There is no token"),
    ],
)
def test_wrong_usage_is_named(
    words: list[str], message: str, server: Server, report: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert upload(report, *words) == 2
    assert message in capsys.readouterr().err
    assert server.received == []


def test_nothing_to_send_is_wrong_usage(server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    assert upload(tmp_path) == 2
    assert "There is no report to send" in capsys.readouterr().err
    assert server.received == []


@pytest.mark.parametrize("words", [["--started-at", "yesterday"], ["--colour"], ["--timeout", "long"]])
def test_unknown_words_are_wrong_usage(words: list[str], report: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        upload(report, *words)
    assert caught.value.code == 2


def test_demo_waits_for_the_sample_history(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["demo"]) == 0
    assert "The sample history is there: 2 reports in 1 projects." in capsys.readouterr().out
    assert not server.sample_dropped


def test_demo_removes_the_sample_history(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["demo", "--remove"]) == 0
    assert capsys.readouterr().out == "The sample history is gone.\n"
    assert server.sample_dropped
