from __future__ import annotations

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from testflux.analyse import diff
from testflux.model.status import Status

P, F, B, S, Y = Status.PASSED, Status.FAILED, Status.BROKEN, Status.SKIPPED, Status.FLAKY
Run = dict[int, tuple[Status, int]]
runs = some.dictionaries(
    some.integers(0, 12), some.tuples(some.sampled_from(Status), some.sampled_from([0, 99, 100, 1000, 1150, 1300]))
)


def results(run: Run) -> diff.Results:
    numbers = sorted(run)
    pieces = [numbers[:4], numbers[4:]]
    return diff.gather(
        [(piece, [run[each][0] for each in piece], [run[each][1] for each in piece]) for piece in pieces if piece]
    )


def compare(before: Run, after: Run, *, is_complete: bool = True) -> dict[str, list[int]]:
    found = diff.compare(*diff.align(results(before), results(after)), is_complete=is_complete)
    return {name: numbers.tolist() for name, numbers in msgspec.structs.asdict(found).items()}


@given(runs, runs, some.booleans())
def test_each_test_is_where_it_belongs(before: Run, after: Run, is_complete: bool) -> None:  # noqa: FBT001
    found = compare(before, after, is_complete=is_complete)
    bad_before = {number for number, (status, _) in before.items() if status.is_bad}
    bad_after = {number for number, (status, _) in after.items() if status.is_bad}
    good_after = {number for number, (status, _) in after.items() if status in (P, Y)}
    assert found["new_failures"] == sorted(bad_after - bad_before)
    assert found["still_failing"] == sorted(bad_after & bad_before)
    assert found["fixed"] == sorted(bad_before & good_after if is_complete else ())
    assert found["added"] == sorted(after.keys() - before.keys())
    assert found["removed"] == sorted(before.keys() - after.keys() if is_complete else ())


def test_durations_that_changed_much_come_largest_first() -> None:
    before = {1: (P, 1000), 2: (P, 1000), 3: (P, 1000), 4: (P, 10), 5: (F, 10), 6: (Y, 5000), 7: (P, 5000)}
    after = {1: (P, 1200), 2: (P, 1199), 3: (Y, 400), 4: (P, 109), 5: (P, 9999), 6: (P, 3000), 7: (S, 0)}
    assert compare(before, after)["durations"] == [6, 3, 1]


@given(runs, runs)
def test_a_duration_changed_when_it_is_by_a_fifth_of_a_pass(before: Run, after: Run) -> None:
    changes = {
        number: abs(after[number][1] - took)
        for number, (status, took) in before.items()
        if number in after and {status, after[number][0]} <= {P, Y}
    }
    much = [number for number, change in changes.items() if change >= 100 and change >= before[number][1] / 5]
    assert compare(before, after)["durations"] == sorted(much, key=lambda number: (-changes[number], number))


@given(runs, runs, some.lists(some.integers(0, 14), unique=True).map(sorted))
def test_results_are_told_by_number_and_zero_for_what_is_not_there(before: Run, after: Run, asked: list[int]) -> None:
    for run, aligned in zip((before, after), diff.align(results(before), results(after)), strict=True):
        assert aligned.numbers.tolist() == sorted(before.keys() | after.keys())
        told = aligned.at(np.array(asked, np.int64))
        assert list(zip(told.status.tolist(), told.duration_ms.tolist(), strict=True)) == [
            run.get(number, (0, 0)) for number in asked
        ]


def test_nothing_differs_from_itself() -> None:
    run: Run = {1: (P, 10), 2: (S, 0)}
    assert not any(compare(run, run).values())
    assert not any(compare({}, {}).values())
