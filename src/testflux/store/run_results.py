"""Reading the results of one run: tests, causes, suites, and how tests went before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

import msgspec
import numpy as np

from testflux.kit import errors, planes, query
from testflux.store import arrays, evidence, queries, results
from testflux.store.arrays import Ints
from testflux.store.database import Reader, Row

_SQL = queries.load("run_results")
_TOLD: Final = frozenset({"failed", "broken", "flaky"})
_FAILING: Final = frozenset({"new", "still"})
Sort = Literal["name", "-duration_ms", "position"]


class ResultFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which results are wanted; None does not narrow. `suite` is a path and means what lies below it, too."""

    statuses: list[str] | None = None
    suite: list[str] | None = None
    tags: list[str] | None = None
    changes: list[str] | None = None
    query: query.Query = query.Query()
    sort: Sort = "position"
    test_no: int | None = None
    failure_id: int | None = None


class Cells(msgspec.Struct, frozen=True):
    """How some tests went in some runs: a row a test, a column a run, in the orders asked for.

    `status` is 0 where a run does not hold a test (uint8), `durations` are in ms (int32).
    """

    status: Ints
    durations: Ints

    def pick(self, tests: Ints, runs: Ints) -> Iterator[tuple[int, int, int, int]]:
        """Tell some cells: row, column, status and duration of each."""
        columns = tests, runs, self.status[tests, runs], self.durations[tests, runs]
        return zip(*(column.tolist() for column in columns), strict=True)


async def list_results(reader: Reader, run: Row, wanted: ResultFilter, offset: int, limit: int) -> list[Row]:
    """List results of a run with test, message, change against the baseline and fingerprint."""
    is_short = _are_told(run, wanted)
    source = _SQL["told_results" if is_short else "all_results"]
    most = f"{offset + limit:d}" if _is_cut_early(wanted) else "all"
    page = _SQL["list_results"].replace("RESULTS_OF_RUN", source).replace("MOST", most).replace("LIMIT", f"{limit:d}")
    values = {
        **_of(run),
        **_baseline(run),
        "test_no": wanted.test_no,
        "failure_id": wanted.failure_id,
        "statuses": wanted.statuses,
        "suite": wanted.suite,
        "tags": wanted.tags,
        "changes": wanted.changes,
        "longer": wanted.query.above("dur"),
        "shorter": wanted.query.below("dur"),
        "patterns": wanted.query.patterns or None,
        "sort": wanted.sort,
        "offset": offset,
    }
    return await (reader.planned_once if is_short else reader).all(queries.narrow(page, values), **values)


async def get_result(reader: Reader, run: Row, test_no: int) -> Row:
    """Return the result of one test in a run; NotFoundError when the run does not hold it."""
    rows = await list_results(reader, run, ResultFilter(test_no=test_no), 0, 1)
    if not rows:
        message = f"Run #{run['number']} holds no such test."
        raise errors.NotFoundError(
            message, hint="Open the test's own page for the runs that do.", code="test-not-found"
        )
    return rows[0]


async def find_evidence(reader: Reader, run: Row, test_no: int) -> Row | None:
    """Return where one test of a run stands, and in which part's file; None when nobody knows.

    part_no, upload_id, format, blob_digest, start, end.
    """
    bucket, slot = divmod(test_no, results.CHUNK)
    row = await reader.find(_SQL["find_evidence"], **_of(run), bucket=bucket, slot=slot)
    if row is None or row["blob_digest"] is None:
        return None
    number: int = row["place"] - 1
    place = evidence.decode(row["evidence"], row["count"])[number]
    return place and {**row, "start": place[0], "end": place[1]}


async def count_changes(reader: Reader, run: Row) -> Row:
    """Count what changed against the baseline: new, still, fixed, added, removed."""
    return await reader.one(_SQL["count_changes"], **_of(run), **_baseline(run))


async def list_failures(reader: Reader, run: Row, offset: int, limit: int) -> list[Row]:
    """List the causes of a run's failures, new ones first, then by count."""
    return await reader.all(_SQL["list_failures"], **_of(run), number=run["number"], offset=offset, limit=limit)


async def list_suites(reader: Reader, run: Row) -> list[Row]:
    """List the suites of a run that hold tests themselves, with their counts."""
    return await reader.all(_SQL["list_suites"], **_of(run))


async def list_attempts(reader: Reader, run: Row, test_no: int) -> list[Row]:
    """List a test's attempts in a run before the last one."""
    return await reader.all(_SQL["list_attempts"], **_of(run), test_no=test_no)


async def list_arrays(reader: Reader, runs: Sequence[Row]) -> list[list[tuple[Ints, Ints, Ints]]]:
    """Return all results of each of some runs of a project.

    Chunk by chunk: test numbers (ascending), statuses and durations (ms).
    """
    chunks: dict[int, list[tuple[Ints, Ints, Ints]]] = {run["run_id"]: [] for run in runs}
    rows = await reader.all(
        _SQL["list_arrays"],
        project_id=runs[0]["project_id"],
        run_days=[run["run_day"] for run in runs],
        run_ids=list(chunks),
    )
    for row in rows:
        status = np.frombuffer(row["status"], np.uint8)
        slots = np.arange(status.size) if row["slots"] is None else arrays.read_shorts(row["slots"]).astype(np.int64)
        chunk = (row["bucket"] * results.CHUNK + slots, status, planes.unpack(row["durations"], status.size))
        chunks[row["run_id"]].append(chunk)
    return [chunks[run["run_id"]] for run in runs]


async def list_cells(reader: Reader, project_id: int, test_nos: Sequence[int], runs: Sequence[Row]) -> list[Row]:
    """Tell how tests went in runs (rows with run_id and run_day): test_no, run_id, status (a number), duration_ms."""
    numbers, run_ids = sorted(set(test_nos)), [run["run_id"] for run in runs]
    cells = await read_cells(reader, project_id, numbers, runs)
    return [
        {"test_no": numbers[test], "run_id": run_ids[run], "status": status, "duration_ms": duration_ms}
        for test, run, status, duration_ms in cells.pick(*np.nonzero(cells.status))
    ]


async def read_cells(reader: Reader, project_id: int, test_nos: Sequence[int], runs: Sequence[Row]) -> Cells:
    """Tell how tests went in runs (rows with run_id and run_day), all at once."""
    numbers = np.array(test_nos, np.int64)
    cells = Cells(np.zeros((numbers.size, len(runs)), np.uint8), np.zeros((numbers.size, len(runs)), np.int32))
    if cells.status.size == 0:
        return cells
    buckets, slots = np.divmod(numbers, results.CHUNK)
    days = [run["run_day"] for run in runs]
    columns = {run["run_id"]: column for column, run in enumerate(runs)}
    rows = await reader.planned_once.all(
        _SQL["list_cells"],
        project_id=project_id,
        buckets=arrays.write_ints(sorted(set(buckets.tolist()))),
        first_day=min(days),
        last_day=max(days),
        run_ids=arrays.write_ints(columns),
    )
    for row in rows:
        (tests,) = np.nonzero(buckets == row["bucket"])
        _fill(cells, arrays.read_block(row), tests, slots[tests], np.array([columns[key] for key in row["run_ids"]]))
    return cells


def _fill(cells: Cells, block: arrays.Block, tests: Ints, slots: Ints, runs: Ints) -> None:
    """Copy what a block holds of some slots; `tests` are the rows that they go to, `runs` the columns."""
    is_held, places = block.find(slots)
    rows = tests[is_held, np.newaxis]
    cells.status[rows, runs] = block.status.take(places, axis=1).T
    cells.durations[rows, runs] = planes.join(block.durations.take(places, axis=2)).T


def _are_told(run: Row, wanted: ResultFilter) -> bool:
    """Whether every result that is wanted has a row, so that the run's many others need not be looked at."""
    is_bad_or_flaky = wanted.statuses is not None and _TOLD.issuperset(wanted.statuses)
    is_failing = wanted.changes is not None and _FAILING.issuperset(wanted.changes)
    return run["rows_dropped_at"] is None and (is_bad_or_flaky or is_failing or wanted.failure_id is not None)


def _is_cut_early(wanted: ResultFilter) -> bool:
    """Whether nothing but status and cause decides which results come first."""
    plain = ResultFilter(statuses=wanted.statuses, failure_id=wanted.failure_id, query=wanted.query)
    return wanted == plain and not wanted.query.words and not wanted.query.bounds


def _of(run: Row) -> dict[str, Any]:
    return {"project_id": run["project_id"], "run_id": run["run_id"], "run_day": run["run_day"]}


def _baseline(run: Row) -> dict[str, Any]:
    names = ("baseline_run_id", "baseline_day", "is_complete")
    return {name: run[name] for name in names}
