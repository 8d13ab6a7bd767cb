"""Searching the catalogue for words: what is found is what ILIKE finds in suite path and name, in any script."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterable, Sequence
from importlib import import_module

import psycopg
import pytest

from made import NOON, P, Project, functional, outcomes, result
from testflux.kit import query
from testflux.model.access import EVERYBODY, Tenant
from testflux.store import overview, removal, tests
from testflux.store.database import Reader
from testflux.store.migrations import plain
from testflux.store.tests import TestFilter

SEED = 20261123
PLACES = [
    ((), "stands alone"),
    (("Shop",), "Customer 13 orders 7 things"),
    (("Shop", "Basket"), "customer 7 ORDERS 13 things"),
    (("Shop", "50%_odd"), "100 % of_it"),
    (("Shop", "50%_odd"), r"C:\temp\50%"),
    (("Größe", "Über uns"), "ÄRGER mit Straße und STRASSE"),
    (("ΟΔΟΣ",), "Η ΟΔΟΣ είναι ΜΕΓΆΛΗ, οδός"),
    (("İSTANBUL",), "Iğdır ılık IŞIK"),
    (("Заказ",), "Покупатель ПЛАТИТ картой"),
    (("注文",), "顧客は 13 個 注文する"),
    (("🛒", "Ǆ"), "ǅungla ﬁnds ﬀ Å Å"),
    (("a", "A"), "broken \x00 and \ud800 halves"),
    (("Shop", "Long"), "x" * 5000 + " the end of a long name"),
]
REPORT = functional(*(result(name, suite=suite) for suite, name in PLACES))
# What decided before texts were kept lower-cased.
ILIKE = (
    "select test_no from test where project_id = 1 "
    "and concat_ws(' ', array_to_string(suite, ' / '), name) ilike all(%(patterns)s::text[])"
)


@pytest.fixture
async def shop(project: Project) -> Project:
    await project.arrive(REPORT, NOON, branch="main")
    return project


@pytest.fixture
async def reader(shop: Project) -> AsyncIterator[Reader]:
    async with shop.database.read(EVERYBODY) as reader:
        yield reader


async def search(reader: Reader, words: Sequence[str], **wanted: object) -> list[int]:
    front = await overview.get_front(reader, Tenant(1), "shop", 20)
    asked = TestFilter(query=query.Query(words=tuple(words)), **wanted)  # pyright: ignore[reportArgumentType]
    found = await tests.list_tests(reader, front, asked, NOON.date(), (0, 500), 20)
    return [row["test_no"] for row in found.rows]


def shout(dice: random.Random, text: str) -> str:
    """Change the case of some letters; not where another case is another number of letters, or of other letters."""
    swapped = ((letter, letter.swapcase()) for letter in text)
    return "".join(
        other if dice.random() < 0.5 and query.fold(other) == query.fold(letter) else letter
        for letter, other in swapped
    )


def cut(dice: random.Random) -> list[str]:
    """Cut one to three words out of a test's text, or of several tests' texts."""
    words: list[str] = []
    suite, name = dice.choice(PLACES)
    for _ in range(dice.choice((1, 1, 2, 3))):
        if dice.random() < 0.2:
            suite, name = dice.choice(PLACES)
        text = f"{' / '.join(suite)} {name}"
        begin = dice.randrange(len(text))
        words.append(shout(dice, text[begin : begin + dice.choice((1, 2, 3, 8, 40))]))
    return words


async def test_a_search_finds_what_ilike_finds(reader: Reader) -> None:
    dice = random.Random(SEED)
    sizes: set[int] = set()
    for _ in range(400):
        words = cut(dice)
        rows = await reader.all(ILIKE, patterns=[f"%{query.escape_pattern(word)}%" for word in words])
        found = await search(reader, words)
        assert sorted(found) == sorted(row["test_no"] for row in rows), words
        sizes.add(len(found))
    assert {0, 1, 2} <= sizes
    assert max(sizes) > len(PLACES) // 2


async def test_sorting_by_durations_and_asking_for_statuses_finds_the_same(reader: Reader) -> None:
    dice = random.Random(SEED)
    for _ in range(40):
        words = cut(dice)
        found = sorted(await search(reader, words))
        assert sorted(await search(reader, words, sort="-duration")) == found
        assert sorted(await search(reader, words, statuses=["passed"])) == found


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["STRASSE"], 1),
        (["straße"], 1),
        (["ärger", "GRÖSSE"], 0),
        (["ärger", "größe"], 1),
        (["οδο"], 1),
        (["istanbul", "iĞD"], 1),
        (["платит", "ЗАКАЗ"], 1),
        (["orders 13"], 1),
        (["13", "orders", "shop / basket"], 1),
        (["%"], 2),
        (["_"], 2),
        (["\\"], 1),
        (["5%_"], 0),
        (["0%_"], 2),
        (["the end of a long"], 1),
        ([" stands"], 1),
        ([], len(PLACES)),
    ],
)
async def test_words_mean_themselves_in_any_case(reader: Reader, words: list[str], count: int) -> None:
    assert len(await search(reader, words)) == count


async def test_what_is_found_comes_by_name_and_in_pages(reader: Reader) -> None:
    front = await overview.get_front(reader, Tenant(1), "shop", 20)
    asked = TestFilter(query=query.Query(words=("s",)))
    whole = (await tests.list_tests(reader, front, asked, NOON.date(), (0, 500), 20)).rows
    pages = [await tests.list_tests(reader, front, asked, NOON.date(), (place, 2), 20) for place in range(0, 12, 2)]
    assert [row for page in pages for row in page.rows] == whole
    assert [(row["suite"], row["name"]) for row in whole] == sorted((row["suite"], row["name"]) for row in whole)
    assert len(whole) > 4


def cut_lines(rows: Iterable[tuple[int, str]]) -> dict[int, str]:
    """Return the text of every test by its number."""
    return {first + place: line for first, folded in rows for place, line in enumerate(folded.split("\n"))}


async def list_lines(shop: Project) -> dict[int, str]:
    rows = await shop.rows("select test_no, folded from test_text where project_id = %(project_id)s")
    return cut_lines((row["test_no"], row["folded"]) for row in rows)


async def test_texts_come_with_their_tests_and_many_in_a_row(shop: Project) -> None:
    await shop.arrive(outcomes(late=P, later=P), NOON, branch="main")
    lines = await list_lines(shop)
    assert sorted(lines) == list(range(len(PLACES) + 2))
    assert {line.split()[-1] for line in lines.values()} >= {"alone", "late", "later"}
    assert await shop.count("test_text") == 3, "those before a very long one, that one, those of the next run"


async def test_texts_go_with_their_tests(project: Project) -> None:
    names = [f"t{number:02}" for number in range(40)]
    first = await project.arrive(outcomes(**dict.fromkeys(names, P)), NOON, branch="main")
    second = await project.arrive(outcomes(**dict.fromkeys(names[::3], P)), NOON, branch="main")
    async with project.database.write(EVERYBODY) as writer:
        await removal.drop_run(writer, 1, first["run_id"])
    lines = await list_lines(project)
    assert {number: line.split()[-1] for number, line in lines.items() if line} == {
        number: names[number] for number in range(0, 40, 3)
    }
    async with project.database.write(EVERYBODY) as writer:
        await removal.drop_run(writer, 1, second["run_id"])
    assert await project.count("test_text") == 0


async def test_a_line_break_in_a_name_is_a_space(project: Project) -> None:
    await project.arrive(functional(result("first"), result("two\nlines"), result("last")), NOON, branch="main")
    async with project.database.read(EVERYBODY) as reader:
        found = {word: await search(reader, [word]) for word in ("two", "two lines", "two\nlines", "last")}
    assert found == {"two": [1], "two lines": [1], "two\nlines": [1], "last": [2]}


async def test_tests_of_before_are_found_like_new_ones(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = "select test_no, folded from test_text order by 1"
    steps = [import_module(f"testflux.store.migrations.versions.{name}") for name in ("v0011_search", "v0013_lines")]
    with psycopg.connect(shop.database.url) as connection:
        written = connection.execute(texts).fetchall()
        connection.execute("drop table test_text")
        monkeypatch.setattr(plain, "connection", lambda: connection)
        for step in steps:
            monkeypatch.setattr(step, "_AT_ONCE", 5)
            step.upgrade()
        upgraded = connection.execute(texts).fetchall()
    assert cut_lines(upgraded) == cut_lines(written)
    assert len(written) < len(upgraded) < len(PLACES), "rows end where a batch does"
