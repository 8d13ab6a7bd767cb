"""Several attempts of one test become one result."""

from __future__ import annotations

from testflux.model import raw, report
from testflux.model.status import Status

Attempts = list[raw.RawTest]


def fold(tests: list[raw.RawTest]) -> list[tuple[report.TestKey, Attempts]]:
    """Group a run's tests into attempts, in the order of first sight; each group is ordered by attempt.

    A test whose path, name and parameters were seen before is another attempt when its number is higher than the last
    attempt's, and otherwise another test of the same name.
    """
    groups: dict[tuple[tuple[str, ...], str, str], list[Attempts]] = {}
    order: list[tuple[report.TestKey, Attempts]] = []
    for test in tests:
        same = groups.setdefault((test.suite, test.name, test.parameters), [])
        if same and test.attempt > same[-1][-1].attempt:
            same[-1].append(test)
            continue
        order.append((report.TestKey(test.suite, test.name, test.parameters, len(same)), [test]))
        same.append(order[-1][1])
    return order


def status(attempts: Attempts) -> Status:
    """Return how a test ended: the last attempt decides, and a pass after a bad attempt is flaky."""
    last = attempts[-1].status
    if last is Status.PASSED and any(attempt.status.is_bad for attempt in attempts[:-1]):
        return Status.FLAKY
    return last
