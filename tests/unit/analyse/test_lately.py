from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from testflux.analyse import flaky, lately
from testflux.model.lately import Block, Lately
from testflux.model.status import Status

P, F, B, S, Y = Status.PASSED, Status.FAILED, Status.BROKEN, Status.SKIPPED, Status.FLAKY
Run = tuple[int, dict[int, Status]]
TESTS = [0, 1, 3, 998, 1000, 2500]
histories = some.lists(
    some.tuples(some.integers(0, 1), some.dictionaries(some.sampled_from(TESTS), some.sampled_from(Status))),
    max_size=12,
)


def gather(runs: list[Run]) -> Lately:
    """Gather runs (lane, statuses by test number) as they are read; a test's durations are its number."""
    runs = sorted(runs, key=lambda run: run[0])
    blocks: defaultdict[tuple[int, tuple[int, ...]], list[int]] = defaultdict(list)
    for place, (_, run) in enumerate(runs):
        for bucket in {number // 1000 for number in run}:
            blocks[bucket, tuple(sorted(number for number in run if number // 1000 == bucket))].append(place)
    return Lately(np.array([lane for lane, _ in runs], np.int64), [block(runs, *each) for each in blocks.items()])


def block(runs: list[Run], held: tuple[int, tuple[int, ...]], places: list[int]) -> Block:
    bucket, numbers = held
    slots = np.array(numbers) % 1000
    is_full = bool(slots[-1] == len(slots) - 1)
    status = np.array([[runs[place][1][number] for number in numbers] for place in places], np.uint8)
    planes = np.array([[[number // 256 for number in numbers], [number % 256 for number in numbers]]] * len(places))
    return Block(bucket, None if is_full else slots, np.array(places), status, planes.astype(np.uint8))


@given(histories)
def test_flaky_is_what_the_rule_calls_so_lane_by_lane(runs: list[Run]) -> None:
    found = lately.list_flakiest(gather(runs), 50)
    expected: dict[int, tuple[int, ...]] = {}
    for number in TESTS:
        lanes = [[run[number] for lane, run in runs if lane == wanted and number in run] for wanted in (0, 1)]
        if any(map(flaky.is_flaky, lanes)):
            went = [status for lane in lanes for status in lane if status is not S]
            failed = sum(status.is_bad for status in went)
            expected[number] = (len(went), failed, sum(map(flaky.count_flips, lanes)), went.count(Y))
    assert {item.test_no: (item.runs, item.failed, item.flips, item.flaky) for item in found} == expected
    scores = [item.flips + item.flaky for item in found]
    assert scores == sorted(scores, reverse=True)


@given(histories)
def test_slow_is_by_what_it_took_where_it_ran(runs: list[Run]) -> None:
    found = lately.list_slowest(gather(runs), 3)
    ran = {number for _, run in runs for number, status in run.items() if status is not S}
    assert [item.test_no for item in found] == sorted(ran, reverse=True)[:3]
    for item in found:
        assert item.mean_ms == item.max_ms == item.test_no
        assert item.runs == sum(run.get(item.test_no, S) is not S for _, run in runs)


def test_more_runs_than_a_byte_counts_are_counted() -> None:
    runs: list[Run] = [(0, {0: (P, F)[place % 2], 1: P}) for place in range(600)]
    (item,) = lately.list_flakiest(gather(runs), 50)
    assert (item.test_no, item.runs, item.failed, item.flips) == (0, 600, 300, 599)
    assert [item.runs for item in lately.list_slowest(gather(runs), 50)] == [600, 600]


def test_what_a_skipped_test_took_counts_for_nothing() -> None:
    took = np.array([[[5, 1]], [[99, 3]]], np.uint8)
    runs = Lately(np.array([1, 1]), [Block(0, None, np.array([0, 1]), np.array([[P, P], [S, F]], np.uint8), took)])
    assert [(item.test_no, item.runs, item.mean_ms, item.max_ms) for item in lately.list_slowest(runs, 9)] == [
        (0, 1, 5, 5),
        (1, 2, 2, 3),
    ]
