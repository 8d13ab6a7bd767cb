"""Acceptance tests meet TestFlux as people do: the command, the port, the page."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from running import RunningHouse


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """A data folder of this test's own; any user may pass through the folder above it."""
    with tempfile.TemporaryDirectory(prefix="tfx-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        yield Path(name) / "data"


@pytest.fixture(scope="module")
def house() -> Iterator[RunningHouse]:
    """One running TestFlux for the tests of a module."""
    with tempfile.TemporaryDirectory(prefix="tfx-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        running = RunningHouse(Path(name) / "data").start()
        yield running
        running.stop()


@pytest.fixture
def api(house: RunningHouse) -> Iterator[httpx.Client]:
    """A client of that house, signed in as its administrator."""
    with house.client() as client:
        yield client
