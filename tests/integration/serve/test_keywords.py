from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from serve_house import ServeHouse
from serve_story import Story
from testflux.kit import clock, identifiers
from testflux.model.access import EVERYBODY
from testflux.model.raw import RawKeyword
from testflux.parse import registry
from testflux.serve import keywords as routes
from testflux.store import keywords

pytestmark = pytest.mark.asyncio(loop_scope="module")
COUNTED = [
    RawKeyword("BuiltIn", "Log", 900, 0, 90.5),
    RawKeyword("Shop", "Pay", 10, 3, 7000.0),
    RawKeyword("", "Open 100%", 30, 1, 600.0),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def path(house: ServeHouse, story: Story) -> str:
    """The keywords of the first night, counted."""
    project_id, run_id = identifiers.unpack(story.nights[0])
    async with house.rooms.database.write(EVERYBODY) as writer:
        await keywords.save_keywords(writer, project_id, run_id, COUNTED)
    return f"/runs/{story.nights[0]}/keywords"


async def test_those_that_took_the_most_time_first(story: Story, path: str) -> None:
    answer = await story.get(path)
    assert answer["state"] == "counted"
    assert [item["name"] for item in answer["items"]] == ["Pay", "Open 100%", "Log"]
    assert answer["items"][0] == {"owner": "Shop", "name": "Pay", "calls": 10, "failed": 3, "duration_ms": 7000}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"order": "calls"}, ["Log", "Open 100%", "Pay"]),
        ({"order": "failed"}, ["Pay", "Open 100%", "Log"]),
        ({"order": "name"}, ["Log", "Open 100%", "Pay"]),
        ({"q": "shop.pa"}, ["Pay"]),
        ({"q": "100%"}, ["Open 100%"]),
        ({"q": "nothing"}, []),
    ],
)
async def test_order_and_search(story: Story, path: str, query: dict[str, str], names: list[str]) -> None:
    answer = await story.get(path, **query)
    assert [item["name"] for item in answer["items"]] == names
    assert answer["state"] == "counted", "even when the search finds nothing"


async def test_pages(story: Story, path: str) -> None:
    page = await story.get(path, limit=2)
    rest = await story.get(path, limit=2, cursor=page["next_cursor"])
    assert [item["name"] for item in page["items"] + rest["items"]] == ["Pay", "Open 100%", "Log"]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("query", ["order=size", "limit=0", f"q={'x' * 300}"])
async def test_what_cannot_be_asked(story: Story, path: str, query: str) -> None:
    assert (await story.client.get(f"{path}?{query}")).status_code in {400, 422}


def row(**more: Any) -> dict[str, Any]:
    return {"format": "robot-xml", "created_at": clock.now()} | more


async def test_counting_comes_soon_after_the_report_or_not_at_all(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "KEYWORDS", {"robot-xml": None})
    assert routes.waiting(row()) == "counting"
    assert routes.waiting(row(created_at=clock.now() - timedelta(hours=2))) == "none"
    assert routes.waiting(row(format="k6-summary")) == "none"
    assert (await story.get(f"/runs/{story.loads[0]}/keywords"))["state"] == "none"
