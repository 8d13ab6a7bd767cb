"""The folder of an embedded PostgreSQL: what is in it, how it is made, and who is running on it."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from testflux.kit import errors
from testflux.store.embedded_account import Account
from testflux.store.embedded_binaries import Binaries

USER = "testflux"
PORT = 5432  # only names the socket file; nothing listens on the network
_LONGEST_SOCKET = 100  # bytes; the system's own limit is 108 on Linux and 104 on macOS
_LONGEST_LOG = 10_000_000
_BUFFERS_AT_LEAST, _BUFFERS_OF_AN_IDLE_HOUSE = 32 << 20, 96 << 20
_DATA_FOR_BUFFERS = 32  # bytes of tables for each of buffers
_BUILTIN_LOCALE = 17  # from this version on, collation does not depend on the system's C library


@dataclass(frozen=True)
class Recorded:
    """What a server wrote into its postmaster.pid about itself."""

    pid: int
    socket_folder: str
    status: str


@dataclass(frozen=True)
class Cluster:
    """The files below one folder: `cluster` (the data), `password`, `lock`, `postgres.log`."""

    folder: Path

    @property
    def data(self) -> Path:
        """What PostgreSQL calls PGDATA."""
        return self.folder / "cluster"

    @property
    def log(self) -> Path:
        """What the server says; the one before it is beside it as postgres.log.1."""
        return self.folder / "postgres.log"

    @property
    def password_file(self) -> Path:
        """The password of the only database user, readable by the owner alone."""
        return self.folder / "password"

    def read_major(self) -> int | None:
        """Return the version that made the data, None while there is none."""
        version = self.data / "PG_VERSION"
        return int(version.read_text()) if version.exists() else None

    def measure(self) -> int:
        """Return the bytes of all tables and indexes; 0 while there are none."""
        size = 0
        for folder, _, names in os.walk(self.data / "base"):
            for name in names:
                with contextlib.suppress(FileNotFoundError):  # what a leaving worker of the last server clears up
                    size += Path(folder, name).stat().st_size
        return size

    def read_recorded(self) -> Recorded | None:
        """Return what the present or last server recorded; None after a clean stop."""
        try:
            lines = [line.strip() for line in (self.data / "postmaster.pid").read_text().splitlines()]
            return Recorded(int(lines[0]), *(lines + [""] * 8)[4:8:3])
        except (FileNotFoundError, ValueError, IndexError):
            return None

    def tail_log(self, lines: int = 5) -> str:
        """Return the last lines of the log, for error messages."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


def prepare(cluster: Cluster, binaries: Binaries, account: Account) -> None:
    """Make the cluster if there is none; keep the log short."""
    try:
        cluster.folder.chmod(0o700)
        account.own(cluster.folder)
        if cluster.log.exists() and cluster.log.stat().st_size > _LONGEST_LOG:
            cluster.log.replace(cluster.log.with_suffix(".log.1"))
        if cluster.read_major() is None:
            _create(cluster, binaries, account)
    except OSError as error:
        raise errors.SetupError(
            f"PostgreSQL's folder {cluster.folder} cannot be prepared: {error}.",
            hint="Check the space and the rights there, or choose another folder with --data.",
            code="data-folder-closed",
        ) from error


def _create(cluster: Cluster, binaries: Binaries, account: Account) -> None:
    """Run initdb beside the place and rename, so that an interrupted start leaves no half cluster behind."""
    if not cluster.password_file.exists():
        cluster.password_file.touch(mode=0o600)
        cluster.password_file.write_text(secrets.token_urlsafe(24))
        account.own(cluster.password_file)
    unfinished = cluster.folder / "cluster.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    locale = ["--locale=C.UTF-8"]
    if binaries.major >= _BUILTIN_LOCALE:
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command = [str(binaries.initdb), "-D", str(unfinished), f"--username={USER}", f"--pwfile={cluster.password_file}"]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums", "--no-instructions", *locale]
    result = subprocess.run(
        account.command_line(command), cwd="/", env=child_environment(), capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise errors.SetupError(
            f"PostgreSQL could not make its files in {cluster.folder}: {result.stderr.strip()[-600:]}",
            hint="Check the free space and the rights of that folder, then start again.",
            code="postgres-initdb",
        )
    unfinished.rename(cluster.data)


def child_environment() -> dict[str, str]:
    """Return an environment free of PGDATA, PGPORT and friends, which would steer the server elsewhere."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LD_LIBRARY_PATH", "TMPDIR"}}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def find_socket_folder(cluster: Cluster, account: Account) -> Path:
    """Return the folder for the socket: the cluster's own, or a short temporary one when its path is too long."""
    if len(os.fsencode(cluster.folder / f".s.PGSQL.{PORT}")) <= _LONGEST_SOCKET:
        return cluster.folder
    folder = Path(tempfile.mkdtemp(prefix="testflux-"))
    account.own(folder)
    return folder


def tuned_settings(memory: int, data: int, socket_folder: Path) -> dict[str, str]:
    """Return the server settings for a machine that TestFlux shares with other things, of so many bytes of `memory`.

    The shared buffers stay small, as the system's own cache holds the rest, and an idle house must fit in 300 MB. Only
    a house whose tables (`data`, bytes) are large gets more, as what people ask for most is a part of them.
    """
    idle = min(max(memory // 64, _BUFFERS_AT_LEAST), _BUFFERS_OF_AN_IDLE_HOUSE)
    buffers = max(idle, min(data // _DATA_FOR_BUFFERS, memory // 8))
    return {
        "unix_socket_directories": f'"{socket_folder}"',
        "unix_socket_permissions": "0700",
        "listen_addresses": "",
        "port": str(PORT),
        "cluster_name": "testflux",
        "shared_buffers": f"{buffers >> 20}MB",
        "effective_cache_size": f"{memory // 2 >> 20}MB",
        "work_mem": "8MB",
        "maintenance_work_mem": "64MB",
        "max_connections": "60",
        "jit": "off",
        "random_page_cost": "1.1",
        "wal_compression": "on",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "2GB",
        "max_logical_replication_workers": "0",
        "autovacuum_max_workers": "2",
        "log_checkpoints": "off",
        "log_timezone": "UTC",
        "timezone": "UTC",
    }


def is_server_of(cluster: Cluster, pid: int) -> bool:
    """Say whether process `pid` is alive, no zombie, and a PostgreSQL on this very cluster."""
    if Path("/proc/self").exists():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
        except OSError:
            return False
    else:
        ask = ["ps", "-o", "command=", "-p", str(pid)]
        words = subprocess.run(ask, capture_output=True, text=True, check=False).stdout
    return re.search(rf"postgres\S* -D {re.escape(str(cluster.data))}( |$)", words) is not None


def disown_stale(cluster: Cluster, socket_folder: Path) -> None:
    """Make a server accept lock files whose number now belongs to a zombie or an unrelated program, or to nobody.

    PostgreSQL takes a pid file that names its own parent (us) for stale, but still checks that no worker of the dead
    server holds its shared memory. Deleting the file would skip that check and could corrupt the data; only one that
    its writer died over before it had written a word goes. The socket's lock file guards nothing but the socket, so it
    goes. `socket_folder` is where the next server will have its socket.
    """
    path = cluster.data / "postmaster.pid"
    recorded = cluster.read_recorded()
    if recorded is None:
        path.unlink(missing_ok=True)
    else:
        _write_pid(path)
    named = {Path(recorded.socket_folder)} if recorded and recorded.socket_folder else set[Path]()
    for sockets in {*named, socket_folder}:
        for leftover in (f".s.PGSQL.{PORT}.lock", f".s.PGSQL.{PORT}"):
            (sockets / leftover).unlink(missing_ok=True)
    for sockets in named - {cluster.folder, socket_folder}:
        if sockets.exists():
            sockets.rmdir()


def _write_pid(path: Path) -> None:
    """Put our number into a pid file, all at once: whoever dies here leaves the old one or the new one."""
    _, _, rest = path.read_text().partition("\n")
    owner = path.stat()
    written = path.with_name("postmaster.pid.new")
    written.write_text(f"{os.getpid()}\n{rest}")
    written.chmod(0o600)
    os.chown(written, owner.st_uid, owner.st_gid)
    written.replace(path)
