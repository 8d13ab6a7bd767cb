from __future__ import annotations

import pytest

from testflux.serve import remembered


async def test_an_answer_is_made_once_for_its_key() -> None:
    memory = remembered.Remembered()
    made: list[int] = []

    async def make() -> int:
        made.append(1)
        return len(made)

    assert [await memory.get("a", make), await memory.get("a", make), await memory.get("b", make)] == [1, 1, 2]


async def test_what_was_not_asked_for_longest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "_MOST", 2)
    memory = remembered.Remembered()
    made: list[str] = []

    async def ask(key: str) -> None:
        async def make() -> None:
            made.append(key)

        await memory.get(key, make)

    for key in ("a", "b", "a", "c", "a", "b"):
        await ask(key)
    assert made == ["a", "b", "c", "b"]
