from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from made import NOON, P, Project, outcomes
from past import Past, Run, baseline_of, newest_first
from testflux.kit import errors, query
from testflux.model.access import EVERYBODY
from testflux.model.status import Kind
from testflux.store import removal, run_list
from testflux.store.database import Reader, Row
from testflux.store.run_list import Place, RunFilter

HOUR = timedelta(hours=1)
ALL = 1000
KEYS = {"dur": query.Key(is_duration=True), "commit": query.Key()}
WEEK_AGO = NOON - timedelta(days=7)


def text_of(run: Run) -> str:
    """What a list searches in."""
    labels = json.dumps(dict(sorted(run.said.labels.items(), key=lambda item: (len(item[0]), item[0]))))
    said = run.said
    words = (said.name, said.branch, said.environment, said.type, said.commit, said.pull_request, run.report.tool.name)
    return " ".join((f"#{run.number}", *words, labels)).lower()


def asking(text: str) -> dict[str, Any]:
    return {"query": query.parse(text, KEYS)}


FILTERS: dict[str, tuple[dict[str, Any], Callable[[Run], bool]]] = {
    "kind": ({"kinds": ["load"]}, lambda run: run.kind == "load"),
    "kinds": ({"kinds": ["load", "security"]}, lambda run: run.kind != "functional"),
    "verdict": ({"verdicts": ["failed"]}, lambda run: run.verdict == "failed"),
    "verdicts": ({"verdicts": ["flaky", "empty"]}, lambda run: run.verdict in ("flaky", "empty")),
    "branch": ({"branches": ["topic/50%_x"]}, lambda run: run.said.branch == "topic/50%_x"),
    "branches": ({"branches": ["main", ""]}, lambda run: run.said.branch in ("main", "")),
    "environment": ({"environments": ["prod"]}, lambda run: run.said.environment == "prod"),
    "type": ({"types": ["regression"]}, lambda run: run.said.type == "regression"),
    "name": ({"names": ["nightly", "big"]}, lambda run: run.said.name in ("nightly", "big")),
    "tool": ({"tools": ["Breaker"]}, lambda run: run.report.tool.name == "Breaker"),
    "label": ({"labels": {"os": "linux"}}, lambda run: run.said.labels.get("os") == "linux"),
    "labels": (
        {"labels": {"os": "linux", "browser": "chrome"}},
        lambda run: run.said.labels == {"os": "linux", "browser": "chrome"},
    ),
    "from": ({"from_": WEEK_AGO}, lambda run: run.at >= WEEK_AGO),
    "to": ({"to": WEEK_AGO}, lambda run: run.at < WEEK_AGO),
    "longer": (asking("dur:>1s"), lambda run: run.report.duration_ms > 1000),
    "shorter": (asking("dur:<1s"), lambda run: run.report.duration_ms < 1000),
    "commit": (asking("commit:c0ff"), lambda run: run.said.commit.startswith("c0ff")),
    "commits": (asking("commit:c0ff commit:0"), lambda run: run.said.commit.startswith(("c0ff", "0"))),
    "word": (asking("FIREFOX"), lambda run: "firefox" in text_of(run)),
    "words": (asking("main #1"), lambda run: "main" in text_of(run) and "#1" in text_of(run)),
    "odd letters": (asking("50%_X"), lambda run: "50%_x" in text_of(run)),
    "nothing like it": (asking("unheard-of"), lambda _run: False),
}
SORTS: dict[run_list.Sort, Callable[[Run], Any]] = {
    "-started_at": lambda run: run.at,
    "-number": lambda run: run.number,
    "-duration_ms": lambda run: run.report.duration_ms,
}
PAIRS = [
    pair for pair in itertools.combinations(FILTERS, 2) if not FILTERS[pair[0]][0].keys() & FILTERS[pair[1]][0].keys()
]


def ids(rows: Sequence[Row]) -> list[tuple[int, int]]:
    return [(row["project_id"], row["run_id"]) for row in rows]


def sorted_ids(runs: Sequence[Run], sort: run_list.Sort = "-started_at") -> list[tuple[int, int]]:
    key = SORTS[sort]
    ordered = sorted(runs, key=lambda run: (key(run), run.project_id, run.run_id), reverse=True)
    return [(run.project_id, run.run_id) for run in ordered]


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("sort", SORTS)
async def test_a_filter_leaves_what_it_should(past: Past, reader: Reader, name: str, sort: run_list.Sort) -> None:
    asked, is_wanted = FILTERS[name]
    wanted = [run for run in past.shop if is_wanted(run)]
    rows = await run_list.list_runs(reader, [1], RunFilter(sort=sort, **asked), None, ALL)
    assert ids(rows) == sorted_ids(wanted, sort)
    assert bool(wanted) == (name != "nothing like it"), "the past has what this test is about"
    assert len(wanted) < len(past.shop)


async def test_two_filters_leave_what_both_leave(past: Past, reader: Reader) -> None:
    sizes: Counter[int] = Counter()
    for first, second in PAIRS:
        asked = FILTERS[first][0] | FILTERS[second][0]
        wanted = [run for run in past.shop if FILTERS[first][1](run) and FILTERS[second][1](run)]
        rows = await run_list.list_runs(reader, [1], RunFilter(**asked), None, ALL)
        assert ids(rows) == sorted_ids(wanted), (first, second)
        sizes[len(wanted)] += 1
    assert len(sizes) > 20, "the pairs leave lists of many lengths"


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("size", [1, 3, 50])
async def test_pages_show_every_run_of_all_projects_exactly_once(
    past: Past, reader: Reader, sort: run_list.Sort, size: int
) -> None:
    assert await walk(reader, [1, 2], RunFilter(sort=sort), size) == sorted_ids([*past.shop, *past.desk], sort)


async def test_pages_of_a_filtered_list_do_so_too(past: Past, reader: Reader) -> None:
    wanted = [run for run in (*past.shop, *past.desk) if run.said.branch == "main" and run.kind is Kind.FUNCTIONAL]
    pages = await walk(reader, [2, 1], RunFilter(kinds=["functional"], branches=["main"]), 4)
    assert pages == sorted_ids(wanted)


async def walk(reader: Reader, project_ids: Sequence[int], wanted: RunFilter, size: int) -> list[tuple[int, int]]:
    """Turn page after page until one is not full."""
    seen: list[tuple[int, int]] = []
    after: Place | None = None
    while True:
        rows = await run_list.list_runs(reader, project_ids, wanted, after, size)
        seen += ids(rows)
        if len(rows) < size:
            return seen
        after = Place(rows[-1]["sort_key"], rows[-1]["project_id"], rows[-1]["run_id"])


async def test_other_projects_are_not_shown(past: Past, reader: Reader) -> None:
    assert ids(await run_list.list_runs(reader, [2], RunFilter(), None, ALL)) == sorted_ids(past.desk)
    assert await run_list.list_runs(reader, [], RunFilter(), None, ALL) == []
    assert await run_list.list_runs(reader, [3], RunFilter(), None, ALL) == []


@pytest.mark.parametrize("sort", ["-started_at", "-number"])
async def test_runs_that_arrive_while_one_turns_pages_move_nothing(project: Project, sort: run_list.Sort) -> None:
    before = [await project.arrive(outcomes(a=P), NOON - index % 4 * HOUR) for index in range(10)]
    seen: list[tuple[int, int]] = []
    after: Place | None = None
    while True:
        async with project.database.read(EVERYBODY) as reader:
            rows = await run_list.list_runs(reader, [1], RunFilter(sort=sort), after, 3)
        if not rows:
            break
        seen += ids(rows)
        after = Place(rows[-1]["sort_key"], 1, rows[-1]["run_id"])
        for at in (NOON + HOUR, rows[-1]["started_at"], NOON - 2 * HOUR, NOON - 9 * HOUR):
            if len(seen) < len(before):
                await project.arrive(outcomes(a=P), at)
    old = set(ids(before))
    assert len(seen) == len(set(seen)), "none twice"
    order = "started_at desc, run_id desc" if sort == "-started_at" else "number desc"
    expected = await project.rows(f"select project_id, run_id from run order by {order}")  # noqa: S608
    assert [pair for pair in seen if pair in old] == [pair for pair in ids(expected) if pair in old]


@pytest.mark.parametrize(("sort", "key"), [("-number", NOON), ("-duration_ms", NOON), ("-started_at", 7)])
async def test_a_place_in_a_list_sorted_otherwise_is_refused(reader: Reader, sort: run_list.Sort, key: Any) -> None:
    with pytest.raises(errors.InvalidError, match="cursor"):
        await run_list.list_runs(reader, [1], RunFilter(sort=sort), Place(key, 1, 1), 10)


@pytest.mark.parametrize("place", [[2**70, 1, 1], [1, 2**70, 1], [1, 1, 2**70], [1, 1, -1], ["x", 1, 1], [1, 1]])
def test_a_place_beyond_all_numbers_cannot_be_read(place: list[Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(place, Place)


async def test_a_run_is_read_with_all_that_a_list_says(past: Past, reader: Reader) -> None:
    for run in past.shop:
        row = await run_list.get_run(reader, 1, run.run_id)
        said, report = run.said, run.report
        expected = {
            "number": run.number,
            "kind": run.kind,
            "format": report.format,
            "tool_name": report.tool.name,
            "name": said.name,
            "environment": said.environment,
            "test_type": said.type,
            "branch": said.branch,
            "commit_sha": said.commit,
            "pull_request": said.pull_request,
            "labels": said.labels,
            "started_at": run.at,
            "run_day": run.day,
            "duration_ms": report.duration_ms,
            "verdict": run.verdict,
            "is_complete": report.is_complete,
            "totals": report.totals,
            "project_slug": "shop",
            "is_sample": False,
        }
        assert {name: row[name] for name in expected} == expected


async def test_a_run_names_what_it_was_compared_with(past: Past, reader: Reader) -> None:
    found = 0
    for runs in (past.shop, past.desk):
        for run in runs:
            row = await run_list.get_run(reader, run.project_id, run.run_id)
            was = baseline_of(run, runs)
            names = ("run_id", "number", "day", "started_at", "commit")
            told = tuple(row[f"baseline_{name}"] for name in names)
            assert told == ((was.run_id, was.number, was.day, was.at, was.said.commit) if was else (None,) * 5)
            found += was is not None
    assert found > 60


async def test_a_load_test_shows_its_usual_figures(past: Past, reader: Reader) -> None:
    for run in past.shop:
        row = await run_list.get_run(reader, 1, run.run_id)
        figures = [
            row[name] for name in ("request_avg", "request_p95", "vus_max", "iterations", "checks_rate", "requests")
        ]
        assert figures == [None if value is None else pytest.approx(value) for value in usual_figures(run)]


def usual_figures(run: Run) -> list[float | None]:
    values = {metric.name: metric.values for metric in run.report.metrics if not metric.tags}
    times, users = values.get("http_req_duration", {}), values.get("vus_max", {})
    checks = values.get("checks", {})
    rate = checks.get("rate", checks.get("value"))
    if sum(checks.get(name, 0) for name in ("passes", "fails")):
        rate = checks["passes"] / (checks["passes"] + checks["fails"])
    return [
        times.get("avg"),
        times.get("p95"),
        users.get("value", users.get("max")),
        values.get("iterations", {}).get("count"),
        None if rate is None else 100 * rate,
        values.get("http_reqs", {}).get("count"),
    ]


async def test_runs_are_read_in_the_order_asked_for_and_what_is_gone_is_left_out(past: Past, reader: Reader) -> None:
    wanted = [(1, past.shop[4].run_id), (2, past.desk[1].run_id), (1, 10**15), (1, past.shop[0].run_id)]
    assert ids(await run_list.read_runs(reader, wanted)) == [wanted[0], wanted[1], wanted[3]]
    assert await run_list.read_runs(reader, []) == []


@pytest.mark.parametrize("run_id", [0, 10**15])
async def test_a_run_that_is_not_there_is_not_found(reader: Reader, run_id: int) -> None:
    with pytest.raises(errors.NotFoundError, match=f"no run '1-{run_id}'"):
        await run_list.get_run(reader, 1, run_id)


async def test_a_run_of_another_project_is_not_found(past: Past, reader: Reader) -> None:
    with pytest.raises(errors.NotFoundError):
        await run_list.get_run(reader, 1, past.desk[0].run_id)


async def test_the_lane_of_a_run_is_told_back_from_it_and_on_to_the_next(past: Past, reader: Reader) -> None:
    for run in past.shop:
        row = await run_list.get_run(reader, 1, run.run_id)
        lane = [other for other in newest_first(past.shop) if other.lane == run.lane]
        place = lane.index(run)
        rows = await run_list.list_lane(reader, row, 4)
        assert [(item["run_id"], item["verdict"], item["commit_sha"]) for item in rows] == [
            (other.run_id, other.verdict, other.said.commit) for other in lane[place : place + 4]
        ]
        following = await run_list.find_next(reader, row)
        assert (following and following["number"]) == (lane[place - 1].number if place else None)


async def test_facets_count_what_occurs(past: Past, reader: Reader) -> None:
    rows = await run_list.list_facets(reader, 1)
    counted: dict[str, Counter[str]] = {
        "kinds": Counter(run.kind.value for run in past.shop),
        "branches": Counter(run.said.branch for run in past.shop),
        "environments": Counter(run.said.environment for run in past.shop),
        "types": Counter(run.said.type for run in past.shop),
        "names": Counter(run.said.name for run in past.shop),
        "tools": Counter(run.report.tool.name for run in past.shop),
        "labels": Counter(f"{key}:{value}" for run in past.shop for key, value in run.said.labels.items()),
        "metrics": Counter(item.name for run in past.shop for item in run.report.metrics if not item.tags),
    }
    for facet, values in counted.items():
        expected = sorted(
            ((value, count) for value, count in values.items() if value), key=lambda pair: (-pair[1], pair[0])
        )
        assert [(row["value"], row["count"]) for row in rows if row["facet"] == facet] == expected
    assert {row["facet"] for row in rows} == counted.keys()


async def test_a_facet_names_the_hundred_most_frequent(project: Project) -> None:
    for index in range(103):
        await project.arrive(outcomes(a=P), branch=f"b{index:03}")
    await project.arrive(outcomes(a=P), branch="b102")
    async with project.database.read(EVERYBODY) as reader:
        values = [row["value"] for row in await run_list.list_facets(reader, 1) if row["facet"] == "branches"]
    assert values == ["b102", *(f"b{index:03}" for index in range(99))]


async def test_a_project_without_runs_has_no_facets(project: Project) -> None:
    async with project.database.read(EVERYBODY) as reader:
        assert await run_list.list_facets(reader, project.project_id) == []


async def test_the_log_of_a_run_is_paged(past: Past, reader: Reader) -> None:
    for run in past.shop:
        row = {"project_id": 1, "run_id": run.run_id}
        first = await run_list.list_log(reader, row, 0, 1)
        rest = await run_list.list_log(reader, row, 1, 9)
        told = [(item["level"], item["text"], item["logged_at"], item["is_html"]) for item in first + rest]
        assert told == [(item.level, item.text, item.at, item.is_html) for item in run.report.log]


async def test_the_file_of_a_run_is_known_and_whether_it_is_kept(project: Project) -> None:
    run = await project.arrive(outcomes(a=P))
    async with project.database.read(EVERYBODY) as reader:
        file = await run_list.get_file(reader, run)
    assert file == {
        "upload_id": run["upload_id"],
        "file_name": "made.xml",
        "size_bytes": 1,
        "is_kept": False,
        "files_dropped_at": None,
    }
    async with project.database.write(EVERYBODY) as writer:
        await writer.run("update upload set blob_digest = '\\x00'")
        assert (await run_list.get_file(writer, run))["is_kept"]


async def test_a_baseline_that_was_removed_is_named_no_more(project: Project) -> None:
    was = await project.arrive(outcomes(a=P), NOON - HOUR)
    run = await project.arrive(outcomes(a=P), NOON)
    async with project.database.write(EVERYBODY) as writer:
        assert (await run_list.get_run(writer, 1, run["run_id"]))["baseline_run_id"] == was["run_id"]
        await removal.drop_run(writer, 1, was["run_id"])
        assert (await run_list.get_run(writer, 1, run["run_id"]))["baseline_run_id"] is None
