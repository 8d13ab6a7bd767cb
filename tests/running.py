"""The whole of TestFlux running in a process of its own, as a person would start it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, Self

import httpx

PASSWORD = "a long enough password"
PATIENCE = 60.0  # seconds
_ANY_RATE = {f"TESTFLUX_RATE_{name}": "off" for name in ("READ", "WRITE", "UPLOAD", "PUBLIC", "SIGN_IN", "EXPORT")}


# The receivers and providers of tests are on the loopback.
_OPEN = {"TESTFLUX_OUTGOING_PRIVATE": "allow"}


class RunningHouse:
    """`testflux serve` on a data folder and a free port of the loopback. `kill` is kill -9; `stop` is Ctrl-C."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        self.port = find_free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data.with_name(f"{data.name}.log")
        self.process: subprocess.Popen[bytes] | None = None
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TESTFLUX_")}
        for name in ("TESTFLUX_PG_BIN",):
            kept |= {name: os.environ[name]} if name in os.environ else {}
        self.environment = {**kept, "TESTFLUX_ADMIN_PASSWORD": PASSWORD, **_ANY_RATE, **_OPEN, **environment}

    def start(self, *options: str, ready: bool = True) -> Self:
        """Start the server; with `ready`, wait until it says so."""
        command = [
            sys.executable,
            "-m",
            "testflux.cli.main",
            "serve",
            "--data",
            str(self.data),
            "--port",
            str(self.port),
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([*command, *options], env=self.environment, stdout=log, stderr=log)
        if ready:
            self.wait_until_ready()
        return self

    @property
    def is_running(self) -> bool:
        """Whether the process is alive."""
        return self.process is not None and self.process.poll() is None

    def wait_until_ready(self) -> None:
        """Return when /readyz answers 200; fail with the log's end when the server ends or takes too long."""
        deadline = time.monotonic() + PATIENCE
        while not self.is_ready():
            assert self.process is not None
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.05)
            if self.process.returncode is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"the server did not become ready:\n{self.log.read_text()[-3000:]}")

    def is_ready(self) -> bool:
        """Say whether the server answers and finds all it needs."""
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/readyz", timeout=5).is_success
        return False

    @contextlib.contextmanager
    def client(self) -> Generator[httpx.Client]:
        """Lend an HTTP client signed in as the first administrator, with /api/v1 before every path."""
        with httpx.Client(base_url=f"{self.url}/api/v1", timeout=30) as client:
            login = {"email": "admin@testflux.local", "password": PASSWORD}
            answer: dict[str, Any] = client.post("/auth/login", json=login).raise_for_status().json()
            client.headers["Authorization"] = f"Bearer {answer['access_token']}"
            yield client

    def stop(self) -> int:
        """Ask the server to end and return its exit code."""
        return _end(self, subprocess.Popen.terminate)

    def kill(self) -> int:
        """End the server as kill -9 does."""
        return _end(self, subprocess.Popen.kill)


class RunningWorker:
    """`testflux work` on a data folder. `kill` is kill -9; `stop` is Ctrl-C."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        self.log = data.with_name(f"{data.name}.worker.log")
        self.process: subprocess.Popen[bytes] | None = None
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TESTFLUX_")}
        self.environment = {**kept, **_OPEN, **environment}

    def start(self, *options: str, ready: bool = False) -> Self:
        """Start the worker; it has nothing that would say when it is ready."""
        del ready
        command = [sys.executable, "-m", "testflux.cli.main", "work", "--data", str(self.data), *options]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        return self

    @property
    def is_running(self) -> bool:
        """Whether the process is alive."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> int:
        """Ask the worker to end and return its exit code."""
        return _end(self, subprocess.Popen.terminate)

    def kill(self) -> int:
        """End the worker as kill -9 does."""
        return _end(self, subprocess.Popen.kill)


def _end(running: RunningHouse | RunningWorker, request: Any) -> int:
    if running.process is None:
        return 0
    request(running.process)
    code = running.process.wait(PATIENCE)
    running.process = None
    return code


def find_free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
