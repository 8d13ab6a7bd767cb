"""Pages of the catalogue against what the view `result` tells, cell by cell.

Numbers do not follow time here, tests are in two buckets, and most runs lack some of them.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import msgspec
import pytest
import pytest_asyncio

from made import Project, functional, result
from serve_house import open_serve_house
from testflux.kit import clock
from testflux.model.access import EVERYBODY
from testflux.model.report import Result
from testflux.model.status import Status
from testflux.store.database import Row

pytestmark = pytest.mark.asyncio(loop_scope="module")

RUNS: Final = 66
FIRST_NUMBER: Final = 995
OLD: Final = timedelta(days=100)
HELD: Final = {
    "always": lambda _: 1.0,
    "nearly always": lambda _: 0.9,
    "now and then": lambda _: 0.4,
    "lately": lambda place: float(place < 3),
    "in the newest twenty": lambda place: float(place < 20),
    "in all but the newest": lambda place: float(place > 0),
    "before the newest twenty": lambda place: float(25 <= place < 31),
    "up to the sixtieth": lambda place: float(place >= 59),
    "too long ago for a strip": lambda place: float(place >= 60),
} | {f"seldom {number}": lambda _: 0.2 for number in range(6)}
"""How likely a run holds each test, by how many runs are newer."""


class Shop(msgspec.Struct):
    """What was sent: all cells of the branch, newest first, and somebody who asks for pages."""

    cells: list[Row]
    client: httpx.AsyncClient

    async def ask(self, **query: str | int) -> Any:
        """Return a page of the catalogue."""
        response = await self.client.get("/projects/shop/tests", params={"limit": 100, **query})
        assert response.status_code == 200, response.text
        return response.json()

    @property
    def run_ids(self) -> list[int]:
        """The runs, newest first."""
        return list(dict.fromkeys(cell["run_id"] for cell in self.cells))

    def strip(self, name: str) -> list[Row]:
        """Return the cells that the strip of a test shows, old to new."""
        own = [cell for cell in self.cells if cell["name"] == name]
        newest = [cell for cell in own if cell["run_id"] in self.run_ids[:20]]
        further = [cell for cell in own if cell["run_id"] in self.run_ids[:60]]
        return (newest if len(newest) == 20 else further[:20])[::-1]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with open_serve_house(module_database_url, tmp_path_factory.mktemp("house")) as house:
        client = house.client()
        await client.post("/projects", json={"slug": "shop", "name": "Shop"})
        async with house.rooms.database.write(EVERYBODY) as writer:
            row = await writer.one(
                "update project set next_test_no = %(first)s returning project_id", first=FIRST_NUMBER
            )
        project = Project(house.rooms.database, row["project_id"])
        await send(project)
        yield Shop(await list_cells(project), client)


async def send(project: Project) -> None:
    """Store the runs in any order, one of them long ago and two of another branch in between."""
    dice = random.Random(20260615)
    noon = clock.now().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    await project.arrive(functional(*(result(name) for name in HELD)), noon - OLD, branch="other")
    await project.arrive(functional(result("long gone"), result("always")), noon - OLD, branch="main")
    for place in dice.sample(range(RUNS), RUNS):
        held = [made(name, dice) for name in HELD if dice.random() < HELD[name](place)]
        await project.arrive(functional(*held), noon - timedelta(hours=place), branch="main")
    await project.arrive(functional(*(made(name, dice) for name in HELD)), clock.now(), branch="other")


def made(name: str, dice: random.Random) -> Result:
    return result(name, dice.choice(list(Status)), duration_ms=dice.choice([0, 9, 300, 70_000, 20_000_000]))


async def list_cells(project: Project) -> list[Row]:
    return await project.rows(
        "select t.name, r.run_id, r.number, r.started_at, r.run_day, v.status, v.duration_ms "
        "from result v join test t using (project_id, test_no) join run r using (project_id, run_id) "
        "where v.project_id = %(project_id)s and r.branch = 'main' order by r.started_at desc, r.run_id desc"
    )


def run_of(cell: Mapping[str, Any]) -> tuple[int, datetime]:
    return cell["number"], cell["started_at"]


def told_runs(page: Any) -> list[tuple[int, datetime]]:
    return [(run["number"], datetime.fromisoformat(run["started_at"])) for run in page["runs"]]


def shown_runs(strips: Sequence[list[Row]]) -> list[tuple[int, datetime]]:
    """Return the runs that strips show, each once, old to new."""
    return sorted({run_of(cell) for strip in strips for cell in strip}, key=lambda run: run[1])


@pytest.mark.parametrize("sort", ["name", "-duration"])
async def test_strips_are_what_the_view_tells(shop: Shop, sort: str) -> None:
    page = await shop.ask(sort=sort)
    strips = {item["name"]: shop.strip(item["name"]) for item in page["items"]}
    assert {item["name"]: item["strip"] for item in page["items"]} == {
        name: {
            "runs": [cell["number"] for cell in strip],
            "statuses": [cell["status"] for cell in strip],
            "durations_ms": [cell["duration_ms"] for cell in strip],
        }
        for name, strip in strips.items()
    }
    assert strips.keys() == HELD.keys() | {"long gone"}
    assert told_runs(page) == shown_runs(list(strips.values()))
    assert {len(strip) for strip in strips.values()} >= {0, 1, 3, 6, 20}, "strips of many lengths"


async def test_the_ids_of_runs_lead_to_them(shop: Shop) -> None:
    for run in (await shop.ask())["runs"][::9]:
        response = await shop.client.get(f"/runs/{run['id']}")
        assert response.json()["number"] == run["number"]


async def test_the_last_result_is_what_the_view_tells(shop: Shop) -> None:
    first_day = clock.now().date() - timedelta(days=90)
    last: defaultdict[str, Row | None] = defaultdict(lambda: None)
    for cell in reversed(shop.cells):
        if cell["run_day"] >= first_day:
            last[cell["name"]] = cell
    for item in (await shop.ask())["items"]:
        run, cell = item["last_run"], last[item["name"]]
        told = run and (run["number"], datetime.fromisoformat(run["started_at"]))
        assert (item["last_status"], item["duration_ms"], told) == (
            (cell["status"], cell["duration_ms"], run_of(cell)) if cell else (None, None, None)
        )
    assert last["too long ago for a strip"] is not None
    assert last["long gone"] is None


async def test_a_page_tells_of_no_runs_but_those_its_strips_show(shop: Shop) -> None:
    seen, cursor = [], None
    while len(seen) < len(HELD) + 1:
        page = await shop.ask(limit=1, **({"cursor": cursor} if cursor else {}))
        (item,), cursor = page["items"], page["next_cursor"]
        assert told_runs(page) == shown_runs([shop.strip(item["name"])])
        seen.append(item["name"])
    assert cursor is None
    assert sorted(seen) == seen


async def test_no_tests_have_no_runs(shop: Shop) -> None:
    assert await shop.ask(q="unheard-of") == {"items": [], "runs": [], "next_cursor": None}
