"""Several attempts of one test become one result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from testflux.model import raw, report
from testflux.model.status import Status

Attempts = Sequence[raw.RawTest]


def fold(tests: list[raw.RawTest]) -> Iterator[tuple[report.TestKey, Attempts]]:
    """Group a run's tests into attempts, in the order of first sight; each group is ordered by attempt.

    A test whose path, name and parameters were seen before is another attempt when its number is higher than the last
    attempt's, and otherwise another test of the same name.
    """
    keys: list[report.TestKey] = []
    groups: list[tuple[raw.RawTest, ...]] = []
    newest: dict[tuple[tuple[str, ...], str, str], int] = {}
    for test in tests:
        shared = (test.suite, test.name, test.parameters)
        place = newest.get(shared)
        if place is not None and test.attempt > groups[place][-1].attempt:
            groups[place] += (test,)
            continue
        newest[shared] = len(groups)
        keys.append(report.TestKey(*shared, 0 if place is None else keys[place].duplicate + 1))
        groups.append((test,))
    return zip(keys, groups, strict=True)


def status(attempts: Attempts) -> Status:
    """Return how a test ended."""
    return Status.outcome([attempt.status for attempt in attempts])
