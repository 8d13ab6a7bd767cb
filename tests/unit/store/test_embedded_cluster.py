from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from testflux.store import embedded_account, embedded_cluster

PID_FILE = "4711\n/data/cluster\n1700000000\n5432\n/data\n\n  12345678         3\nready   \n"


@pytest.fixture
def cluster(tmp_path: Path) -> embedded_cluster.Cluster:
    """A cluster's folder with a data folder and nothing in it."""
    (tmp_path / "cluster").mkdir()
    return embedded_cluster.Cluster(tmp_path)


def test_what_a_server_recorded_is_read(cluster: embedded_cluster.Cluster) -> None:
    (cluster.data / "postmaster.pid").write_text(PID_FILE)
    assert cluster.read_recorded() == embedded_cluster.Recorded(pid=4711, socket_folder="/data", status="ready")


@pytest.mark.parametrize("text", ["", "\n", "not a number\n"])
def test_a_pid_file_without_a_number_records_nothing(cluster: embedded_cluster.Cluster, text: str) -> None:
    (cluster.data / "postmaster.pid").write_text(text)
    assert cluster.read_recorded() is None


def test_a_pid_file_that_is_being_written_has_no_status_yet(cluster: embedded_cluster.Cluster) -> None:
    (cluster.data / "postmaster.pid").write_text("4711\n/data/cluster\n")
    assert cluster.read_recorded() == embedded_cluster.Recorded(pid=4711, socket_folder="", status="")


def test_no_data_has_no_version(cluster: embedded_cluster.Cluster) -> None:
    assert cluster.read_major() is None
    (cluster.data / "PG_VERSION").write_text("18\n")
    assert cluster.read_major() == 18


def test_the_end_of_the_log(cluster: embedded_cluster.Cluster) -> None:
    assert cluster.tail_log() == ""
    cluster.log.write_bytes(b"one\ntwo\nthr\xffee\n")
    assert cluster.tail_log(2) == "two\nthr\ufffdee"


def test_a_stale_file_is_given_our_number_and_keeps_the_rest(cluster: embedded_cluster.Cluster) -> None:
    path = cluster.data / "postmaster.pid"
    path.write_text(PID_FILE.replace("/data\n", f"{cluster.folder}\n"))
    lock = cluster.folder / ".s.PGSQL.5432.lock"
    lock.write_text("4711\n")
    embedded_cluster.disown_stale(cluster, cluster.folder)
    assert path.read_text().splitlines()[0] == str(os.getpid())
    assert "12345678         3" in path.read_text()
    assert not lock.exists()


@pytest.mark.parametrize("text", [None, "", "4711\n/data/cluster\n"])
def test_a_server_killed_while_it_wrote_its_files_leaves_no_obstacle(
    cluster: embedded_cluster.Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    path = cluster.data / "postmaster.pid"
    lock = cluster.folder / ".s.PGSQL.5432.lock"
    lock.touch()
    if text is not None:
        path.write_text(text)
    embedded_cluster.disown_stale(cluster, cluster.folder)
    assert not lock.exists()
    assert not path.exists() or path.read_text() == f"{os.getpid()}\n/data/cluster\n"
    assert path.exists() == bool(text)


def test_the_folder_of_the_socket_stays_for_the_next_server(cluster: embedded_cluster.Cluster, tmp_path: Path) -> None:
    used, left = tmp_path / "used", tmp_path / "left"
    for folder in (used, left):
        folder.mkdir()
        (cluster.data / "postmaster.pid").write_text(PID_FILE.replace("/data\n", f"{folder}\n"))
        embedded_cluster.disown_stale(cluster, used)
    assert used.exists()
    assert not left.exists()


def test_a_strangers_process_is_no_server_of_ours(cluster: embedded_cluster.Cluster) -> None:
    assert not embedded_cluster.is_server_of(cluster, os.getpid())
    assert not embedded_cluster.is_server_of(cluster, 2**22 + 1)


def test_the_environment_cannot_steer_the_server_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGDATA", "/elsewhere")
    monkeypatch.setenv("LC_ALL", "tr_TR.UTF-8")
    environment = embedded_cluster.child_environment()
    assert "PGDATA" not in environment
    assert environment["LC_ALL"] == "C"
    assert "PATH" in environment


@pytest.mark.parametrize(
    ("memory_gb", "data_gb", "buffers"),
    [
        (1, 0, "32MB"),
        (4, 0, "64MB"),
        (24, 0, "96MB"),
        (512, 0, "96MB"),
        (24, 3, "96MB"),
        (24, 16, "512MB"),
        (4, 16, "512MB"),
        (2, 16, "256MB"),
        (24, 500, "3072MB"),
    ],
)
def test_the_buffers_stay_small_until_the_data_is_large(memory_gb: int, data_gb: int, buffers: str) -> None:
    settings = embedded_cluster.tuned_settings(memory_gb << 30, data_gb << 30, Path("/data"))
    assert settings["shared_buffers"] == buffers
    assert settings["effective_cache_size"] == f"{memory_gb * 512}MB"


def test_a_cluster_is_as_large_as_its_tables(cluster: embedded_cluster.Cluster) -> None:
    assert cluster.measure() == 0
    for name, size in (("base/5/1247", 8192), ("base/5/1247_fsm", 24576), ("base/16384/2601", 100), ("pg_wal/1", 999)):
        path = cluster.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size))
    assert cluster.measure() == 8192 + 24576 + 100


def test_a_short_path_holds_its_own_socket() -> None:
    account = embedded_account.Account(os.geteuid(), os.getegid())
    short = embedded_cluster.Cluster(Path("/srv/testflux"))
    assert embedded_cluster.find_socket_folder(short, account) == short.folder


def test_a_command_is_started_through_the_launcher() -> None:
    command = embedded_account.Account(7, 8).command_line(["/bin/postgres", "-D", "/data"])
    assert command[0] == sys.executable
    assert command[3].endswith("embedded_launch.py")
    assert command[4:] == [str(os.getpid()), "7", "8", "-1", "/bin/postgres", "-D", "/data"]
