from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from testflux.store.turns import Turns

LONG_S = 600
AT_LAST_S = 0.3  # what ends a turn here; longer than a loop needs to go round


class Visitor:
    """Takes a turn as soon as there is one, and stays until it is told to leave."""

    def __init__(self, turns: Turns, tell: Callable[[str], None], name: str) -> None:
        self.leave = asyncio.Event()
        self.inside = asyncio.Event()
        self.visit = asyncio.create_task(self._visit(turns, tell, name))

    async def _visit(self, turns: Turns, tell: Callable[[str], None], name: str) -> None:
        async with turns.take():
            tell(name)
            self.inside.set()
            await self.leave.wait()

    async def end(self) -> None:
        """Leave, wherever it is."""
        self.leave.set()
        await self.visit


async def go_round() -> None:
    """Let everybody who can go on go on."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_no_more_than_so_many_at_once_and_in_their_order() -> None:
    turns, came = Turns(2, LONG_S), list[str]()
    a, b, c, d = (Visitor(turns, came.append, name) for name in "abcd")
    await go_round()
    assert came == ["a", "b"]
    await b.end()
    await go_round()
    assert came == ["a", "b", "c"]
    for visitor in (a, c, d):
        await visitor.end()
    assert came == ["a", "b", "c", "d"]


async def test_one_that_takes_long_keeps_nobody_waiting_and_gives_its_turn_back_once() -> None:
    turns, came = Turns(1, AT_LAST_S), list[str]()
    long, next_ = (Visitor(turns, came.append, name) for name in ("long", "next"))
    await next_.inside.wait()
    assert not long.visit.done()
    await long.end()
    other = Visitor(turns, came.append, "other")
    await go_round()
    assert came == ["long", "next"]
    await next_.end()
    await other.end()


@pytest.mark.parametrize("is_inside", [True, False])
async def test_one_that_is_called_off_takes_no_turn_along(*, is_inside: bool) -> None:
    turns, came = Turns(1, LONG_S), list[str]()
    first, second, third = (Visitor(turns, came.append, name) for name in ("first", "second", "third"))
    await first.inside.wait()
    (first if is_inside else second).visit.cancel()
    await go_round()
    assert came == (["first", "second"] if is_inside else ["first"])
    await (second if is_inside else first).end()
    await third.end()
    assert came[-1] == "third"
