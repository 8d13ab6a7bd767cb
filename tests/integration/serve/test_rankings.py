from __future__ import annotations

import pytest

from serve_story import SLUG, Story
from testflux.serve import figures

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_flakiest_went_both_ways(story: Story) -> None:
    (ships,) = (await story.get(f"/projects/{SLUG}/tests/flakiest"))["items"]
    assert (ships["name"], ships["test_id"]) == ("Ships", await story.test_id("Ships"))
    assert (ships["runs"], ships["failed"], ships["flips"], ships["flaky"]) == (5, 2, 4, 0)


async def test_the_slowest_took_longest_where_they_ran(story: Story) -> None:
    items = (await story.get(f"/projects/{SLUG}/tests/slowest"))["items"]
    assert (items[0]["name"], items[0]["mean_ms"], items[0]["max_ms"]) == ("Finds", 1880, 9000)
    assert "Rests" not in {item["name"] for item in items}, "it never ran"
    assert [item["mean_ms"] for item in items] == sorted((item["mean_ms"] for item in items), reverse=True)


async def test_only_the_days_asked_for_count(story: Story) -> None:
    assert (await story.get(f"/projects/{SLUG}/tests/flakiest", days=3))["items"] == []


@pytest.mark.parametrize("order", ["flakiest", "slowest"])
async def test_much_is_ranked_aside_and_the_same(story: Story, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/projects/{SLUG}/tests/{order}"
    at_once = await story.get(path, days=90)
    monkeypatch.setattr(figures, "_BRIEF", 0)
    assert await story.get(path, days=89) == at_once, "other days: nothing kept answers"


@pytest.mark.parametrize("order", ["flakiest", "slowest"])
async def test_who_holds_the_answer_is_told_so(story: Story, order: str) -> None:
    path = f"/projects/{SLUG}/tests/{order}"
    tag = (await story.client.get(path)).headers["ETag"]
    assert (await story.client.get(path, headers={"If-None-Match": tag})).status_code == 304
    assert (await story.client.get(path, params={"days": 91})).status_code == 422
    assert (await story.client.get(f"/projects/nothing/tests/{order}")).status_code == 404
