from __future__ import annotations

import sys

import pytest

from testflux.kit import errors
from testflux.serve import shared
from testflux.serve.shared import Shared


class Broken:
    """Something to ask that fails, until it is mended; it counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_mended = False

    async def __call__(self) -> str:
        self.asked += 1
        if not self.is_mended:
            raise ConnectionRefusedError("refused")
        return "answer"


async def test_where_there_is_none_nothing_is_asked() -> None:
    nothing = Shared(None)
    ask = Broken()
    assert await nothing.ask(ask) is None
    assert await nothing.count("a", 60) is None
    assert await nothing.find("a") is None
    assert ask.asked == 0
    assert (nothing.is_set, nothing.storage, await nothing.check()) == (False, None, "")
    await nothing.close()


async def test_one_that_is_away_is_left_alone_for_a_while_and_comes_back_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1000.0]
    monkeypatch.setattr(shared.time, "monotonic", lambda: now[0])
    redis, ask = Shared("redis://127.0.0.1:1"), Broken()
    assert await redis.ask(ask) is None
    assert await redis.ask(ask) is None
    assert (ask.asked, redis.reason) == (1, "refused")
    now[0] += 3
    ask.is_mended = True
    assert await redis.ask(ask) == "answer"
    assert await redis.ask(ask) == "answer"
    assert (ask.asked, redis.reason) == (3, "")
    await redis.close()


@pytest.mark.parametrize("url", ["nonsense://127.0.0.1", "redis://127.0.0.1:port"])
def test_an_address_that_is_no_redis(url: str) -> None:
    with pytest.raises(errors.SetupError):
        Shared(url)


def test_without_its_client_the_start_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "valkey.asyncio", None)
    with pytest.raises(errors.SetupError, match="no client") as raised:
        Shared("redis://127.0.0.1")
    assert "testflux[redis]" in raised.value.hint
