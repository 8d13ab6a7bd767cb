from __future__ import annotations

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


@given(runs, runs, some.booleans())
def test_each_test_is_where_it_belongs(before: Run, after: Run, is_complete: bool) -> None:  # noqa: FBT001
    found = diff.compare(results(before), results(after), is_complete=is_complete)
    bad_before = {number for number, (status, _) in before.items() if status.is_bad}
    bad_after = {number for number, (status, _) in after.items() if status.is_bad}
    good_after = {number for number, (status, _) in after.items() if status in (P, Y)}
    assert found.new_failures == sorted(bad_after - bad_before)
    assert found.still_failing == sorted(bad_after & bad_before)
    assert found.fixed == sorted(bad_before & good_after if is_complete else ())
    assert found.added == sorted(after.keys() - before.keys())
    assert found.removed == sorted(before.keys() - after.keys() if is_complete else ())


def test_durations_that_changed_much_come_largest_first() -> None:
    before = {1: (P, 1000), 2: (P, 1000), 3: (P, 1000), 4: (P, 10), 5: (F, 10), 6: (Y, 5000), 7: (P, 5000)}
    after = {1: (P, 1200), 2: (P, 1199), 3: (Y, 400), 4: (P, 109), 5: (P, 9999), 6: (P, 3000), 7: (S, 0)}
    found = diff.compare(results(before), results(after), is_complete=True)
    assert found.durations == [6, 3, 1]


def test_nothing_differs_from_itself() -> None:
    run = {1: (P, 10), 2: (S, 0)}
    assert diff.compare(results(run), results(run), is_complete=True) == diff.compare(
        results({}), results({}), is_complete=True
    )
