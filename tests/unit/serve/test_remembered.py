from __future__ import annotations

from datetime import date

import pytest

from testflux.serve import remembered
from testflux.serve.shared import Shared
from testflux.store.trends import TrendFilter


def new(most: int = 10) -> remembered.Remembered:
    return remembered.Remembered(Shared(None), most)


async def test_an_answer_is_made_once_for_its_key() -> None:
    memory = new()
    made: list[int] = []

    async def make() -> int:
        made.append(1)
        return len(made)

    assert [await memory.get((key, 1), int, make) for key in ("a", "a", "b")] == [1, 1, 2]


async def test_nothing_is_kept_where_nothing_may_be() -> None:
    memory = new(0)
    made: list[int] = []

    async def make() -> int:
        made.append(1)
        return len(made)

    assert [await memory.get(("a",), int, make) for _ in range(2)] == [1, 2]


async def test_what_was_not_asked_for_longest_is_forgotten() -> None:
    memory = new(2)
    made: list[str] = []

    async def ask(key: str) -> None:
        async def make() -> str:
            made.append(key)
            return key

        assert await memory.get((key,), str, make) == key

    for key in ("a", "b", "a", "c", "a", "b"):
        await ask(key)
    assert made == ["a", "b", "c", "b"]


def test_keys_that_differ_in_anything_are_other_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    keys: list[remembered.Key] = [
        ("trends", 1, 12),
        ("trends", 11, 2),
        ("trends", "1", 12),
        ("trends", 1, date(2026, 1, 12)),
        ("trends", 1, TrendFilter(first_day=date(2026, 1, 1), last_day=date(2026, 1, 2))),
        ("trends", 1, TrendFilter(first_day=date(2026, 1, 1), last_day=date(2026, 1, 2), branch="main")),
        ("summary", 1, 12, None),
        ("summary", 1, 12, ""),
    ]
    names = {remembered.digest(key) for key in keys}
    assert len(names) == len(keys)
    monkeypatch.setattr(remembered, "__version__", "0.0.0")
    assert not names & {remembered.digest(key) for key in keys}
