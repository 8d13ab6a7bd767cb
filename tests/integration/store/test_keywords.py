from __future__ import annotations

import pytest

from made import P, Project, outcomes
from testflux.model.access import EVERYBODY
from testflux.model.raw import RawKeyword
from testflux.store import keywords, removal
from testflux.store.database import Row

COUNTED = [
    RawKeyword("BuiltIn", "Log", 100, 0, 5.0),
    RawKeyword("Browser", "Click", 10, 3, 900.0),
    RawKeyword("", "Open Shop", 2, 1, 950.5),
    RawKeyword("Browser", "Close", 10, 0, 1.0),
]


async def save(project: Project, run: Row, counted: list[RawKeyword]) -> bool:
    async with project.database.write(EVERYBODY) as writer:
        return await keywords.save_keywords(writer, project.project_id, run["run_id"], counted)


async def names(project: Project, run: Row, **wanted: object) -> list[str]:
    async with project.database.read(EVERYBODY) as reader:
        rows = await keywords.list_keywords(reader, run, **wanted)  # pyright: ignore[reportArgumentType]
    return [row["name"] for row in rows]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("duration", ["Open Shop", "Click", "Log", "Close"]),
        ("calls", ["Log", "Click", "Close", "Open Shop"]),
        ("failed", ["Click", "Open Shop", "Close", "Log"]),
        ("name", ["Click", "Close", "Log", "Open Shop"]),
    ],
)
async def test_keywords_are_listed_in_the_order_asked_for(project: Project, order: str, expected: list[str]) -> None:
    run = await project.arrive(outcomes(a=P))
    assert await save(project, run, COUNTED)
    assert await names(project, run, order=order) == expected
    assert await names(project, run, order=order, offset=1, limit=2) == expected[1:3]


async def test_all_figures_are_kept(project: Project) -> None:
    run = await project.arrive(outcomes(a=P))
    await save(project, run, COUNTED)
    async with project.database.read(EVERYBODY) as reader:
        first = (await keywords.list_keywords(reader, run))[0]
    assert first == {"owner": "", "name": "Open Shop", "calls": 2, "failed": 1, "duration_ms": 950.5}


@pytest.mark.parametrize(
    ("search", "expected"),
    [("CLI", ["Click"]), ("browser.cl", ["Click", "Close"]), ("open shop", ["Open Shop"]), ("%", []), (".", ["Click"])],
)
async def test_keywords_are_found_by_owner_and_name(project: Project, search: str, expected: list[str]) -> None:
    run = await project.arrive(outcomes(a=P))
    await save(project, run, COUNTED)
    assert (await names(project, run, order="name", search=search))[: len(expected) or None] == expected


async def test_counting_again_changes_nothing(project: Project) -> None:
    run = await project.arrive(outcomes(a=P))
    for _ in range(2):
        await save(project, run, COUNTED)
    assert await project.count("keyword_count") == 4


async def test_entries_of_one_keyword_are_added_up(project: Project) -> None:
    run = await project.arrive(outcomes(a=P))
    await save(project, run, [RawKeyword("A", "b", 1, 1, 2.5), RawKeyword("A", "b", 2, 0, 1.0)])
    assert await project.rows("select calls, failed, duration_ms from keyword_count") == [
        {"calls": 3, "failed": 1, "duration_ms": 3.5}
    ]


async def test_the_keywords_of_a_run_that_is_gone_are_not_kept(project: Project) -> None:
    run = await project.arrive(outcomes(a=P))
    await save(project, run, COUNTED)
    async with project.database.write(EVERYBODY) as writer:
        await removal.drop_run(writer, project.project_id, run["run_id"])
    assert not await save(project, run, COUNTED)
    assert await project.count("keyword_count") == 0
