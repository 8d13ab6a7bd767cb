"""The PostgreSQL that TestFlux brings along: made, started, watched and stopped by us.

It is our direct child, owned by an ordinary user, reachable through a socket file alone, and ends with us. If it dies,
it is started again. Why not the wheels' own start functions: docs/decisions/0002-own-postgresql-supervisor.md.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self
from urllib.parse import quote

import structlog

from testflux.kit import errors
from testflux.store import embedded_account, embedded_binaries, embedded_cluster

_LOOK_EVERY = 0.02  # seconds between looks at the server's own status
_REPORT_EVERY = 10.0  # seconds between "still recovering" lines
_PATIENCE = 60.0  # seconds for a fast stop before a hard one
_LONGEST_PAUSE = 30.0  # seconds between attempts to start a server that keeps dying
_STEADY = 60.0  # seconds of life after which a death counts as the first again
_NO_SETTINGS: Mapping[str, str] = MappingProxyType({})

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class EmbeddedPostgres:
    """One server on one folder. `start` and `stop` block; call them off the event loop.

    `settings` are PostgreSQL settings that go over our own. `restarts` counts how often the server ended by itself.
    """

    def __init__(self, folder: Path, *, settings: Mapping[str, str] = _NO_SETTINGS) -> None:
        self._cluster = embedded_cluster.Cluster(folder.resolve())
        self._settings = settings
        self._lock: int | None = None
        self._socket_folder = self._cluster.folder
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: threading.Thread | None = None
        self._guard = threading.Lock()
        self._stopping = threading.Event()
        self._failure: errors.TestFluxError | None = None
        self._was_ready = False
        self.restarts = 0

    @property
    def dsn(self) -> str:
        """The address of the database, password included: never log it."""
        return _write_dsn(self._cluster, str(self._socket_folder))

    @property
    def pid(self) -> int | None:
        """The process number of the server, None when it is not running."""
        process = self._process
        return process.pid if process and process.poll() is None else None

    def start(self) -> str:
        """Make the cluster if needed, start the server, wait until it answers (however long recovery takes).

        Returns the dsn. Raises SetupError when another TestFlux uses the folder or the server cannot start here.
        """
        self._stopping.clear()
        self._failure, self._was_ready = None, False
        self._lock = _lock_folder(self._cluster.folder)
        with contextlib.ExitStack() as undo:
            undo.callback(self.stop)
            self._begin()
            self._wait_until_ready()
            undo.pop_all()
        return self.dsn

    def stop(self) -> None:
        """Stop the server cleanly, open transactions rolled back; a `start` in another thread ends with SetupError.

        Harmless when it is not running.
        """
        with self._guard:
            self._stopping.set()
        for request, patience in ((signal.SIGINT, _PATIENCE), (signal.SIGQUIT, None)):
            if self._process is not None and self._watcher is not None and self._watcher.is_alive():
                self._process.send_signal(request)
                self._watcher.join(patience)
        self._process = self._watcher = None
        if self._socket_folder != self._cluster.folder:
            self._socket_folder.rmdir()
            self._socket_folder = self._cluster.folder
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _begin(self) -> None:
        binaries = embedded_binaries.find_binaries(self._cluster.read_major())
        account = embedded_account.choose_account(self._cluster.folder, binaries.folder)
        embedded_cluster.prepare(self._cluster, binaries, account)
        self._socket_folder = embedded_cluster.find_socket_folder(self._cluster, account)
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        settings = embedded_cluster.tuned_settings(memory, self._cluster.measure(), self._socket_folder)
        settings |= self._settings
        command = [str(binaries.postgres), "-D", str(self._cluster.data)]
        command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        # A thread of its own that lives as long as the server: Linux ends a child when the thread that started it ends.
        self._watcher = threading.Thread(target=self._watch, args=(account.command_line(command),), daemon=True)
        self._watcher.start()

    def _watch(self, command: list[str]) -> None:
        """Keep one server running until told to stop; give up only if the first start fails by itself."""
        pause = 0.0
        while not self._stopping.wait(pause):
            _settle_predecessor(self._cluster, self._socket_folder, self._stopping)
            began = time.monotonic()
            process = self._spawn(command)
            if process is None:
                return
            exit_code = process.wait()
            if self._stopping.is_set():
                return
            if exit_code > 0 and self._is_hopeless():
                self._failure = _explain_failure(self._cluster)
                return
            pause = min(max(pause * 2, 0.1), _LONGEST_PAUSE) if time.monotonic() - began < _STEADY else 0.1
            self.restarts += 1
            _log.error("PostgreSQL ended by itself; starting it again", exit_code=exit_code, pause_seconds=pause)

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes] | None:
        with self._guard:
            if self._stopping.is_set():
                return None
            with self._cluster.log.open("ab") as log:
                # Its own process group: Ctrl-C in a terminal must reach us alone, who then stop it in order.
                self._process = subprocess.Popen(
                    command,
                    cwd="/",
                    env=embedded_cluster.child_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    process_group=0,
                )
            return self._process

    def _is_hopeless(self) -> bool:
        """Say whether it never ran, and not merely because workers of the last server are still leaving."""
        return not self._was_ready and "is still in use" not in self._cluster.tail_log()

    def _wait_until_ready(self) -> None:
        next_report = time.monotonic() + _REPORT_EVERY
        while not self._is_ready():
            if self._failure is not None:
                raise self._failure
            if self._stopping.wait(_LOOK_EVERY):
                raise errors.SetupError("PostgreSQL was stopped while it was starting.", code="postgres-start")
            if time.monotonic() >= next_report:
                _log.info("PostgreSQL is recovering after an unclean stop", last_line=self._cluster.tail_log(1))
                next_report = time.monotonic() + _REPORT_EVERY
        self._was_ready = True

    def _is_ready(self) -> bool:
        recorded = self._cluster.read_recorded()
        return recorded is not None and recorded.pid == self.pid and recorded.status == "ready"


def find_running_dsn(folder: Path) -> str | None:
    """Return the address of the server that another process runs on this folder, None if none does."""
    cluster = embedded_cluster.Cluster(folder.resolve())
    recorded = cluster.read_recorded()
    if recorded is None or not embedded_cluster.is_server_of(cluster, recorded.pid):
        return None
    return _write_dsn(cluster, recorded.socket_folder)


def _write_dsn(cluster: embedded_cluster.Cluster, socket_folder: str) -> str:
    login = f"{embedded_cluster.USER}:{quote(cluster.password_file.read_text(), safe='')}"
    return f"postgresql://{login}@/postgres?host={quote(socket_folder, safe='')}&port={embedded_cluster.PORT}"


def _lock_folder(folder: Path) -> int:
    """Hold the folder for this process; the system lets go of it when the process ends, however it ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise errors.SetupError(
            f"The data folder {folder} cannot be used: {error.strerror}.",
            hint="Start TestFlux as the user it belongs to, or choose another folder with --data.",
            code="data-folder-closed",
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.read(lock, 20).decode()
        os.close(lock)
        raise errors.SetupError(
            f"Another TestFlux (process {owner}) is using the data folder {folder}.",
            hint="Stop it first, or start this one on another folder with --data.",
            code="data-folder-in-use",
        ) from None
    os.truncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def _settle_predecessor(cluster: embedded_cluster.Cluster, socket_folder: Path, stopping: threading.Event) -> None:
    """End a server that outlived an earlier TestFlux, and make sure that its lock files are no obstacle."""
    recorded = cluster.read_recorded()
    if recorded is not None:
        _end_predecessor(cluster, recorded.pid, stopping)
    if not stopping.is_set():
        embedded_cluster.disown_stale(cluster, socket_folder)


def _end_predecessor(cluster: embedded_cluster.Cluster, pid: int, stopping: threading.Event) -> None:
    deadline = time.monotonic() + _PATIENCE
    if embedded_cluster.is_server_of(cluster, pid):
        _log.warning("stopping the PostgreSQL that an earlier TestFlux left behind", pid=pid)
        os.kill(pid, signal.SIGINT)
    while embedded_cluster.is_server_of(cluster, pid) and not stopping.wait(_LOOK_EVERY):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGQUIT)
            deadline += _PATIENCE


def _explain_failure(cluster: embedded_cluster.Cluster) -> errors.SetupError:
    return errors.SetupError(
        f"PostgreSQL does not start on {cluster.data}. Its last words:\n{cluster.tail_log()}",
        hint=f"The whole story is in {cluster.log}.",
        code="postgres-start",
    )
