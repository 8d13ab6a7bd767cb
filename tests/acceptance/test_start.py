from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from running import PASSWORD, RunningHouse


@pytest.fixture
def own_house(data_folder: Path) -> Iterator[RunningHouse]:
    """A house that this test may start, kill and stop."""
    house = RunningHouse(data_folder)
    yield house
    house.stop()


def descendants(house: RunningHouse) -> list[psutil.Process]:
    assert house.process is not None
    return psutil.Process(house.process.pid).children(recursive=True)


def test_it_starts_stops_and_starts_quickly_with_its_data(own_house: RunningHouse) -> None:
    own_house.start()
    with own_house.client() as client:
        client.post("/projects", json={"slug": "kept", "name": "Kept"}).raise_for_status()
    family = descendants(own_house)
    assert own_house.stop() == 0
    assert psutil.wait_procs(family, timeout=10)[1] == []

    began = time.monotonic()
    own_house.start()
    assert time.monotonic() - began < 10  # three seconds when nothing else runs; bench_start measures
    with own_house.client() as client:
        assert client.get("/projects/kept").raise_for_status().json()["name"] == "Kept"


def test_ctrl_c_ends_it_in_order(own_house: RunningHouse) -> None:
    own_house.start()
    assert own_house.process is not None
    own_house.process.send_signal(signal.SIGINT)
    assert own_house.process.wait(30) == 0
    assert "Traceback" not in own_house.log.read_text()


def test_the_first_start_says_where_and_how_to_sign_in(data_folder: Path) -> None:
    house = RunningHouse(data_folder, TESTFLUX_ADMIN_PASSWORD="")
    try:
        said = house.start().log.read_text()
        assert house.url in said
        assert "admin@testflux.local" in said
        match = re.search(r"with the password (\S+) ", said)
        assert match, said
        password = match[1]
        login = {"email": "admin@testflux.local", "password": password}
        assert httpx.post(f"{house.url}/api/v1/auth/login", json=login).is_success
        house.stop()
        house.log.write_text("")
        house.start()
        assert password not in house.log.read_text()
    finally:
        house.stop()


def test_a_second_one_on_the_same_folder_refuses(own_house: RunningHouse) -> None:
    own_house.start()
    second = RunningHouse(own_house.data)
    second.log = own_house.data.with_name("second.log")
    second.start(ready=False)
    assert second.process is not None
    assert second.process.wait(30) != 0
    said = second.log.read_text()
    assert "Another TestFlux" in said
    assert "--data" in said
    assert "Traceback" not in said
    assert own_house.is_ready()


def test_kill_9_of_the_server_leaves_nothing_and_it_comes_back(own_house: RunningHouse) -> None:
    own_house.start()
    family = descendants(own_house)
    with own_house.client() as client:
        client.post("/projects", json={"slug": "kept", "name": "Kept"}).raise_for_status()
    own_house.kill()
    own_house.start()
    assert psutil.wait_procs(family, timeout=10)[1] == []
    with own_house.client() as client:
        assert client.get("/projects/kept").is_success


def test_kill_9_of_the_database_is_survived_without_a_restart(
    own_house: RunningHouse, wait_until: Callable[..., None]
) -> None:
    own_house.start()
    with own_house.client() as client:
        database = next(child for child in descendants(own_house) if "postgres" in child.name())
        os.kill(database.pid, signal.SIGKILL)
        wait_until(lambda: client.get("/projects").is_success)
        wait_until(own_house.is_ready)


def test_a_wrong_setting_is_named_before_anything_starts(data_folder: Path) -> None:
    house = RunningHouse(data_folder, TESTFLUX_LOG_LEVEL="loud")
    house.start(ready=False)
    assert house.process is not None
    assert house.process.wait(30) != 0
    said = house.log.read_text()
    assert "TESTFLUX_LOG_LEVEL" in said
    assert "Traceback" not in said
    assert not (data_folder / "postgres").exists()


def test_no_secret_is_in_the_log(own_house: RunningHouse) -> None:
    own_house.start()
    with own_house.client() as client:
        made = client.post("/tokens", json={"name": "ci", "scopes": ["read"]}).raise_for_status().json()
        client.get("/projects", headers={"Authorization": f"Bearer {made['token']}"}).raise_for_status()
    own_house.stop()
    said = own_house.log.read_text() + (own_house.data / "postgres" / "postgres.log").read_text()
    assert made["token"] not in said
    assert PASSWORD not in said
    assert (own_house.data / "postgres" / "password").read_text() not in said
