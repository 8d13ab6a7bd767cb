from __future__ import annotations

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from testflux.analyse import flaky, lately
from testflux.model.status import Status

P, F, B, S, Y = Status.PASSED, Status.FAILED, Status.BROKEN, Status.SKIPPED, Status.FLAKY
Run = tuple[int, dict[int, Status]]
TESTS = [0, 1, 3, 998, 1000, 2500]
histories = some.lists(
    some.tuples(some.integers(0, 1), some.dictionaries(some.sampled_from(TESTS), some.sampled_from(Status))),
    max_size=12,
)


def chunks(runs: list[Run]) -> list[lately.Chunk]:
    """Pack runs (lane, statuses by test number) as they are kept; a test's durations are its number."""
    packed: list[lately.Chunk] = []
    for run_id, (lane, run) in enumerate(runs):
        for bucket in sorted({number // 1000 for number in run}):
            numbers = sorted(number for number in run if number // 1000 == bucket)
            slots = np.array([number % 1000 for number in numbers])
            status = np.array([run[number] for number in numbers], np.uint8)
            is_full = bool(slots[-1] == len(slots) - 1)
            packed.append(lately.Chunk(lane, run_id, bucket, None if is_full else slots, status, np.array(numbers)))
    return packed


@given(histories)
def test_flaky_is_what_the_rule_calls_so_lane_by_lane(runs: list[Run]) -> None:
    found = lately.list_flakiest(chunks(runs), 50)
    expected: dict[int, tuple[int, int]] = {}
    for number in TESTS:
        lanes = [[run[number] for lane, run in runs if lane == wanted and number in run] for wanted in (0, 1)]
        if any(map(flaky.is_flaky, lanes)):
            expected[number] = (sum(map(flaky.count_flips, lanes)), sum(lane.count(Y) for lane in lanes))
    assert {item.test_no: (item.flips, item.flaky) for item in found} == expected
    scores = [item.flips + item.flaky for item in found]
    assert scores == sorted(scores, reverse=True)


@given(histories)
def test_slow_is_by_what_it_took_where_it_ran(runs: list[Run]) -> None:
    found = lately.list_slowest(chunks(runs), 3)
    ran = {number for _, run in runs for number, status in run.items() if status is not S}
    assert [item.test_no for item in found] == sorted(ran, reverse=True)[:3]
    for item in found:
        assert item.mean_ms == item.max_ms == item.test_no
        assert item.runs == sum(run.get(item.test_no, S) is not S for _, run in runs)


@given(histories)
def test_durations_that_come_later_are_those_of_the_runs_that_ran(runs: list[Run]) -> None:
    everything = chunks(runs)
    short = [msgspec.structs.replace(chunk, duration_ms=None) for chunk in everything]
    cells = [
        {"test_no": number, "status": status, "duration_ms": number}
        for _, run in runs
        for number, status in run.items()
    ]
    assert lately.with_durations(lately.list_flakiest(short, 50), cells) == lately.list_flakiest(everything, 50)
