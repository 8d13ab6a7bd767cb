"""Unit tests touch no network: a test that opens a socket fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import pytest_socket


@pytest.fixture(autouse=True)
def _closed_sockets() -> Iterator[None]:
    pytest_socket.disable_socket(allow_unix_socket=True)  # the event loop itself needs a pair of them
    yield
    pytest_socket.enable_socket()
