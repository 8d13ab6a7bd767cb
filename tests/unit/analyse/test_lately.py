from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as some

from testflux.analyse import flaky, lately
from testflux.kit import planes
from testflux.model.lately import Block, Durations, Longest, Outcomes
from testflux.model.status import Status

P, F, B, S, Y = Status.PASSED, Status.FAILED, Status.BROKEN, Status.SKIPPED, Status.FLAKY
LETTERS = {"p": P, "f": F, "b": B, "s": S, "r": Y}
Cell = tuple[Status, int]
Run = tuple[int, dict[int, Cell]]
Chunk = dict[int, Cell]
TESTS = [0, 1, 3, 998, 1000, 2500]
cells = some.tuples(some.sampled_from(Status), some.sampled_from([0, 1, 2, 3, 255, 256, 70_000]))
histories = some.lists(
    some.tuples(some.integers(0, 1), some.dictionaries(some.sampled_from(TESTS), cells)), max_size=12
)


def gather_outcomes(runs: list[Run]) -> Outcomes:
    """Gather runs (lane, status and ms by test number) as they are read to see how tests went."""
    runs = sorted(runs, key=operator.itemgetter(0))
    held = np.zeros((len(runs), 3000 if any(run for _, run in runs) else 0), np.uint8)
    told: list[tuple[int, int, int]] = []
    for place, (_, run) in enumerate(runs):
        held[place, list(run)] = 1
        told += [(place, number, status) for number, (status, _) in run.items() if status is not P]
    columns = np.array(told, np.int64).reshape(-1, 3).T
    return Outcomes(np.array([lane for lane, _ in runs], np.int64), held, *columns)


def cut_chunks(runs: list[Run]) -> Iterator[Chunk]:
    """Cut runs as they are stored, leaving out what was skipped."""
    for _, run in runs:
        for bucket in {number // 1000 for number in run}:
            chunk = {number: cell for number, cell in sorted(run.items()) if number // 1000 == bucket}
            yield {number: cell for number, cell in chunk.items() if cell[0] is not S}


def count_ran(runs: list[Run]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    numbers = [number for _, run in runs for number, (status, _) in run.items() if status is not S]
    return np.bincount(np.array(numbers, np.int64), minlength=3000)


def gather_durations(runs: list[Run]) -> Durations:
    took: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for chunk in filter(None, cut_chunks(runs)):
        took[tuple(chunk)] += [duration_ms for _, duration_ms in chunk.values()]
    return Durations(count_ran(runs), [block(np.array(tests), all_ms) for tests, all_ms in took.items()])


def block(tests: np.ndarray[tuple[int], np.dtype[np.int64]], took_ms: list[int]) -> Block:
    packed = np.frombuffer(planes.pack(took_ms), np.uint8).reshape(-1, len(took_ms) // len(tests), len(tests))
    return Block(tests, packed.swapaxes(0, 1))


def gather_longest(runs: list[Run], most: int) -> Longest:
    """Gather at most so many of the longest results of each chunk."""
    listed: list[tuple[int, int, int]] = []
    rest_ms = np.zeros(3000, np.int64)
    for (_, whole), chunk in ((run, chunk) for run in runs for chunk in cut_chunks([run])):
        longest = sorted(chunk.items(), key=lambda item: -item[1][1])[:most]
        rest = longest[-1][1][1] if len(longest) < len(chunk) else 0
        listed += [(number, duration_ms, rest) for number, (_, duration_ms) in longest]
        for number in whole:
            if longest and number // 1000 == longest[0][0] // 1000:
                rest_ms[number] += rest
    tests, took_ms, rests_ms = np.array(listed, np.int64).reshape(-1, 3).T
    return Longest(tests, took_ms, rests_ms, count_ran(runs), rest_ms)


def count_spells(statuses: list[Status]) -> int:
    """Count the spells of failures: in how many places they stand, with no pass between them."""
    judged = [status.is_bad for status in statuses if status is not S]
    return sum(1 for is_bad, _ in groupby(judged) if is_bad)


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("", False),
        ("pppp", False),
        ("ffff", False),
        ("pppfff", False),
        ("fffppp", False),
        ("ppfpp", False),
        ("pfpf", True),
        ("fpf", True),
        ("fpbp", True),
        ("fsf", False),
        ("f-f", False),
        ("fspb", True),
        ("ppr", True),
        ("fb", False),
    ],
)
def test_two_spells_or_a_retry_are_flaky_and_one_break_is_not(letters: str, *, expected: bool) -> None:
    runs: list[Run] = [(0, {3: (LETTERS[letter], 1)} if letter in LETTERS else {}) for letter in letters]
    assert lately.list_flaky(gather_outcomes(runs)) == [3] * expected


@given(histories)
def test_flaky_is_what_the_rule_calls_so_lane_by_lane(runs: list[Run]) -> None:
    found = lately.list_flakiest(gather_outcomes(runs), 50)
    expected: dict[int, tuple[int, ...]] = {}
    for number in TESTS:
        lanes = [[run[number][0] for lane, run in runs if lane == wanted and number in run] for wanted in (0, 1)]
        if any(Y in lane or count_spells(lane) > 1 for lane in lanes):
            went = [status for lane in lanes for status in lane if status is not S]
            failed = sum(status.is_bad for status in went)
            expected[number] = (len(went), failed, sum(map(flaky.count_flips, lanes)), went.count(Y))
    assert {item.test_no: (item.runs, item.failed, item.flips, item.flaky) for item in found} == expected
    assert lately.list_flaky(gather_outcomes(runs)) == list(expected)
    scores = [item.flips + item.flaky for item in found]
    assert scores == sorted(scores, reverse=True)


@given(histories, some.integers(1, 4))
def test_slow_is_by_what_it_took_where_it_ran(runs: list[Run], most: int) -> None:
    took: defaultdict[int, list[int]] = defaultdict(list)
    for _, run in runs:
        for number, (status, duration_ms) in run.items():
            if status is not S:
                took[number].append(duration_ms)
    order = sorted(took, key=lambda number: (-sum(took[number]) / len(took[number]), number))
    assert [
        (item.test_no, item.runs, item.mean_ms, item.max_ms)
        for item in lately.list_slowest(gather_durations(runs), most)
    ] == [
        (number, len(took[number]), round(sum(took[number]) / len(took[number])), max(took[number]))
        for number in order[:most]
    ]


@given(histories, some.integers(1, 3), some.integers(1, 6))
def test_the_longest_results_tell_the_slowest_tests_or_say_that_they_do_not(
    runs: list[Run], most: int, listed: int
) -> None:
    found = lately.list_slowest_of_longest(gather_longest(runs, listed), most)
    event("known" if found else "none" if found is None else "empty")
    if found is not None or listed == len(TESTS):
        assert found == lately.list_slowest(gather_durations(runs), most)


@pytest.mark.parametrize(
    ("others_ms", "is_known"),
    [(89, True), (90, False), (91, False)],
    ids=["below the slowest", "as slow", "maybe slower"],
)
def test_what_is_not_listed_may_be_as_slow_as_the_shortest_that_is(others_ms: int, *, is_known: bool) -> None:
    steady: Chunk = {0: (P, 90), 1: (F, 90)}
    runs: list[Run] = [(0, steady | {2: (P, others_ms), 3: (P, 1)}), (0, steady | {3: (P, others_ms), 2: (P, 1)})]
    longest = gather_longest(runs, 3)
    found = lately.list_slowest_of_longest(longest, 2)
    assert longest.rest_ms[3] == 2 * min(others_ms, 90)
    expected = [(0, 2, 90, 90), (1, 2, 90, 90)] if is_known else None
    assert (found and [(item.test_no, item.runs, item.mean_ms, item.max_ms) for item in found]) == expected


def test_more_runs_than_a_byte_counts_are_counted() -> None:
    runs: list[Run] = [(0, {0: ((P, F)[place % 2], 1), 1: (P, 1)}) for place in range(600)]
    (item,) = lately.list_flakiest(gather_outcomes(runs), 50)
    assert (item.test_no, item.runs, item.failed, item.flips) == (0, 600, 300, 599)
    assert [item.runs for item in lately.list_slowest(gather_durations(runs), 50)] == [600, 600]


def test_runs_of_nothing_rank_nothing() -> None:
    for runs in ([], [(0, {})]):
        assert lately.list_flakiest(gather_outcomes(runs), 50) == []
    nothing = np.array([], np.int64)
    assert lately.list_slowest(Durations(nothing, []), 50) == []
    assert lately.list_slowest_of_longest(Longest(nothing, nothing, nothing, nothing, nothing), 50) == []
