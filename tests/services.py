"""What a larger installation brings along, each in a process of a test's own: a pooler and a Redis."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import valkey
from psycopg import conninfo

from running import PATIENCE, find_free_port

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
REDIS = shutil.which("redis-server") or shutil.which("valkey-server")

needs_pgbouncer = pytest.mark.skipif(PGBOUNCER is None, reason="no pgbouncer: install pgbouncer")
needs_redis = pytest.mark.skipif(REDIS is None, reason="no redis-server: install redis-server or valkey-server")

_POOLER = """[databases]
* = host={host} port={port} user={user} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen_port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = {connections}
max_client_conn = 200
query_wait_timeout = 20
logfile = {folder}/pgbouncer.log
"""


@contextlib.contextmanager
def open_pooler(server: str, connections: int = 3, mode: str = "transaction") -> Generator[Callable[[str], str]]:
    """Run PgBouncer before a PostgreSQL server: call what it lends with a database's address to get the pooler's."""
    given = conninfo.conninfo_to_dict(server)
    port = find_free_port()
    with tempfile.TemporaryDirectory(prefix="tfx-pooler-") as name:
        folder = Path(name)
        folder.chmod(0o777)
        config = folder / "pgbouncer.ini"
        parts = {"host": "127.0.0.1", "port": 5432, "user": "", "password": "", **given}
        config.write_text(_POOLER.format(**parts, listen_port=port, mode=mode, connections=connections, folder=folder))

        def pooled(url: str) -> str:
            dbname = conninfo.conninfo_to_dict(url)["dbname"]
            return f"postgresql://anybody@127.0.0.1:{port}/{dbname}"

        def answers() -> bool:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(pooled(server), connect_timeout=2).close()
                return True
            return False

        with _running([str(PGBOUNCER), "--quiet", str(config)], answers):
            yield pooled


class Redis:
    """A Redis that can be stopped and started again on its port."""

    def __init__(self) -> None:
        self.port = find_free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self._running = contextlib.ExitStack()

    def start(self) -> None:
        """Start it, empty; return when it answers."""
        command = [str(REDIS), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._running.enter_context(_running([*command, "--dir", tempfile.gettempdir()], self._answers))

    def stop(self) -> None:
        """Stop it; everything in it is gone."""
        self._running.close()

    def client(self) -> valkey.Valkey:
        """Return a client; close it."""
        return valkey.Valkey(host="127.0.0.1", port=self.port)

    def _answers(self) -> bool:
        with contextlib.suppress(valkey.ConnectionError), contextlib.closing(self.client()) as client:
            return bool(client.ping())
        return False


@contextlib.contextmanager
def open_redis() -> Generator[Redis]:
    """Run a Redis of a test's own."""
    redis = Redis()
    redis.start()
    try:
        yield redis
    finally:
        redis.stop()


@contextlib.contextmanager
def _running(command: list[str], answers: Callable[[], bool]) -> Generator[None]:
    """Run a program as an unprivileged user until the end of the block; it must answer before the block begins."""
    owner: dict[str, Any] = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **owner)
    try:
        deadline = time.monotonic() + PATIENCE
        while not answers():
            assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
            assert time.monotonic() < deadline, f"{command[0]} does not answer"
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)
