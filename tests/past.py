"""A made-up past: years of runs of every kind, and what was sent is remembered.

So what the database answers can be compared with what plain Python finds out about the same reports.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import msgspec

from made import NOON, Project, finding, functional, load_test, result, scan, threshold
from testflux.model.raw import RawLogMessage, Tool
from testflux.model.report import Attempt, Check, Finding, Metric, Report, Result
from testflux.model.run import Metadata
from testflux.model.status import Confidence, Kind, Severity, Status

SUITES: Final = (("Shop",), ("Shop", "Basket"), ("Shop", "Basket", "Sums"), ("Sign in", "50%_odd"))
TAGS: Final = ("smoke", "slow", "50%_odd")
MESSAGES: Final = ("Timeout after 50% of_it", "Element 'basket' not found", r"C:\temp is full", "Expected 3, got 4")
TESTS: Final = 40
FINDINGS: Final = 12
LABELS: Final[tuple[dict[str, str], ...]] = ({}, {"browser": "firefox"}, {"browser": "chrome", "os": "linux"})
BIG: Final = 1_100
"""How many tests the big runs have: more than share one chunk."""


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


EDGES: Final = tuple(
    map(
        _at,
        (
            "2020-12-31T23:59:59.999999",  # ISO week 53, which goes on into the next year
            "2021-01-01T00:00",
            "2021-01-03T23:59:59",  # its last day
            "2021-01-04T00:00",
            "2024-02-29T12:00",
            "2024-12-30T00:00",  # ISO week 1 of 2025 begins in 2024
            "2025-12-28T23:59:59",
            "2025-12-29T00:00",
            "2025-12-31T23:59:59.999",
            "2026-01-01T00:00",
            "2026-01-04T23:59:59",
            "2026-01-05T00:00",
            "2026-02-28T23:59:59",
            "2026-03-01T00:00",
            "2026-03-29T01:30",  # clocks go forward in Europe; UTC does not care
            "2026-04-30T23:59:59",
            "2026-05-01T00:00",
        ),
    )
)


class Sent(msgspec.Struct, frozen=True):
    """A report, when it began, and what was said about it."""

    report: Report
    at: datetime
    said: dict[str, Any]


class Run(msgspec.Struct, frozen=True):
    """What was sent and what it became; runs are listed in the order they arrived."""

    project_id: int
    run_id: int
    number: int
    report: Report
    at: datetime
    said: Metadata

    @property
    def day(self) -> date:
        """The UTC day it began on."""
        return self.at.date()

    @property
    def kind(self) -> Kind:
        """What sort of report it is."""
        return self.report.kind

    @property
    def lane(self) -> tuple[int, Kind, str, str, str]:
        """With which others it is compared."""
        return self.project_id, self.kind, self.said.name, self.said.environment, self.said.branch

    @property
    def order(self) -> tuple[datetime, int]:
        """Where it stands among others: by time, and at the same time by arrival."""
        return self.at, self.run_id

    @property
    def results(self) -> dict[tuple[str, ...], Result]:
        """Its results by path and name of the test."""
        return {(*item.key.suite, item.key.name): item for item in self.report.results}

    def count(self, *statuses: Status) -> int:
        """Count its results with one of these statuses."""
        return sum(item.status in statuses for item in self.report.results)

    @property
    def verdict(self) -> str:
        """How it ended as a whole."""
        grave = (item for item in self.report.findings if item.confidence is not Confidence.FALSE_POSITIVE)
        if (
            self.count(Status.FAILED, Status.BROKEN)
            or any(item.severity in (Severity.HIGH, Severity.CRITICAL) for item in grave)
            or any(not item.is_met for item in self.report.thresholds)
        ):
            return "failed"
        if not self.report.is_complete:
            return "incomplete"
        if not (self.report.sites or self.report.metrics or len(self.report.results) > self.count(Status.SKIPPED)):
            return "empty"
        return "flaky" if self.count(Status.FLAKY) else "passed"


class Past(msgspec.Struct, frozen=True):
    """All that ever arrived, by project: two of them, the second a small one."""

    url: str
    shop: list[Run]
    desk: list[Run]


def newest_first(runs: Sequence[Run]) -> list[Run]:
    """Return runs from the newest to the oldest."""
    return sorted(runs, key=lambda run: run.order, reverse=True)


def baseline_of(run: Run, runs: Sequence[Run], default_branch: str = "main") -> Run | None:
    """Find what a run was compared with when it arrived."""
    there = [
        other
        for other in runs
        if other.number < run.number
        and other.order < run.order
        and other.lane[:-1] == run.lane[:-1]
        and other.report.is_complete
        and other.verdict != "empty"
    ]
    for branch in (run.said.branch, default_branch):
        if found := [other for other in there if other.said.branch == branch]:
            return max(found, key=lambda other: other.order)
    return None


def number_tests(runs: Sequence[Run]) -> dict[tuple[str, ...], int]:
    """Number tests as they were first sent."""
    numbers: dict[tuple[str, ...], int] = {}
    for run in runs:
        for path in run.results:
            numbers.setdefault(path, len(numbers))
    return numbers


async def send(project: Project, sent: Sequence[Sent]) -> list[Run]:
    """Send everything, one after the other."""
    runs: list[Run] = []
    for item in sent:
        row = await project.arrive(item.report, item.at, **item.said)
        said = msgspec.convert(item.said, Metadata)
        runs.append(Run(project.project_id, row["run_id"], row["number"], item.report, item.at, said))
    return runs


def make_shop(seed: int) -> list[Sent]:
    """Make the past of the big project: every kind, lane, label and edge, twins, latecomers, and two big runs."""
    dice = random.Random(seed)
    moments = [*EDGES, *(_moment(dice) for _ in range(93))]
    sent = [Sent(_report(dice, at), at, _said(dice)) for at in sorted(moments)]
    sent += [Sent(_report(dice, item.at, item.report.kind), item.at, item.said) for item in dice.sample(sent, 8)]
    late = [sent.pop(dice.randrange(len(sent))) for _ in range(12)]
    big = [
        Sent(functional(*_big(dice)), NOON - timedelta(days=days), {"name": "big", "branch": "main"}) for days in (9, 3)
    ]
    return [*sent, *late, *big]


def make_desk(seed: int) -> list[Sent]:
    """Make the past of the small project: a dozen runs, some at the very moments of the big one's."""
    dice = random.Random(seed)
    moments = [*EDGES[::4], *(_moment(dice) for _ in range(7))]
    return [Sent(_report(dice, at), at, _said(dice)) for at in moments]


def _moment(dice: random.Random) -> datetime:
    """Half in the last two weeks, the rest over three years; whole minutes, so that some are equal."""
    days = dice.choice((dice.randrange(14), dice.randrange(14), dice.randrange(200), dice.randrange(1000)))
    return NOON - timedelta(days=days, minutes=dice.choice((0, 0, 60, dice.randrange(720))))


def _said(dice: random.Random) -> dict[str, Any]:
    said = {
        "name": dice.choice(("nightly", "nightly", "nightly", "smoke", "")),
        "environment": dice.choice(("staging", "staging", "staging", "prod", "")),
        "branch": dice.choice(("main", "main", "main", "main", "topic/50%_x", "")),
        "type": dice.choice(("regression", "smoke", "")),
        "commit": dice.choice((f"{dice.randrange(16**8):08x}", "c0ffee00", "")),
        "pull_request": dice.choice(("", "", str(dice.randrange(90)))),
        "labels": dice.choice(LABELS),
    }
    return {name: value for name, value in said.items() if value}


def _report(dice: random.Random, at: datetime, kind: Kind | None = None) -> Report:
    makers = {Kind.FUNCTIONAL: _functional, Kind.SECURITY: _scan, Kind.LOAD: _load}
    return msgspec.structs.replace(
        makers[kind or dice.choices(tuple(makers), (6, 2, 2))[0]](dice),
        started_at=at,
        duration_ms=dice.choice((0, 1000, dice.randrange(10**6))),
        is_complete=dice.random() > 0.1,
        tool=Tool(dice.choice(("Maker", "Maker", "Breaker")), "1.0"),
    )


def _functional(dice: random.Random) -> Report:
    share = dice.choice((1.0, 1.0, 0.5, 0.1, 0.0))
    log = [RawLogMessage("WARN", f"odd {index}", NOON) for index in range(dice.randrange(3))]
    return functional(*(_result(dice, n) for n in range(TESTS) if dice.random() < share), log=log)


def _result(dice: random.Random, number: int) -> Result:
    """A test is steady, shaky or broken by its number."""
    odds = ((96, 1, 0, 3, 0), (50, 20, 10, 10, 10), (20, 60, 10, 5, 5))[(0, 0, 0, 1, 2)[number % 5]]
    status = dice.choices(tuple(Status), odds)[0]
    message = dice.choice(MESSAGES) if status.is_bad or dice.random() < 0.3 else ""
    retried = status is Status.FLAKY or (status.is_bad and dice.random() < 0.3)
    attempts = [Attempt(Status.FAILED, 5 * (n + 1), dice.choice(MESSAGES)) for n in range(1 + dice.randrange(2))]
    return result(
        f"{number:02} {'Ab' if number % 2 else 'ab'} pays",
        status,
        message,
        duration_ms=round(10 ** dice.uniform(-0.5, 5)),
        attempts=attempts if retried else (),
        tags=[tag for index, tag in enumerate(TAGS) if number % (index + 2) == 0],
        suite=SUITES[number % len(SUITES)],
    )


def _big(dice: random.Random) -> Iterator[Result]:
    for number in range(BIG):
        status = Status.FAILED if dice.random() < 0.02 else Status.PASSED
        yield result(f"big {number}", status, "Expected 3, got 4" if status.is_bad else "", duration_ms=number)


def _scan(dice: random.Random) -> Report:
    found = [_finding(dice, number) for number in range(FINDINGS) if dice.random() < 0.5]
    return scan(*found)


def _finding(dice: random.Random, number: int) -> Finding:
    """Identity follows the number; how grave it looks may change from scan to scan."""
    made = finding(
        f"{'XSS' if number % 3 else 'SQL 50%_x'} {number:02}",
        dice.choice((Severity(number % 5), Severity(number % 5), dice.choice(tuple(Severity)))),
        dice.choice(tuple(Confidence)),
        evidence=f"seen {dice.randrange(100)}",
    )
    return msgspec.structs.replace(
        made,
        rule=str(40000 + number % 4),
        method=("GET", "POST")[number % 2],
        param=("", "q", "id")[number % 3],
        cwe=(79, None)[number % 2],
        count=dice.randrange(1, 50),
        occurrences=tuple(made.occurrences) * dice.randrange(1, 3),
    )


def _load(dice: random.Random) -> Report:
    report = load_test(
        *(threshold(metric, is_met=dice.random() < 0.8) for metric in ("http_req_duration", "checks", "gone{a:b}")),
        metrics=tuple(metric for metric in _metrics(dice) if dice.random() < 0.85),
        checks=[
            Check(group, name, dice.randrange(1000), dice.randrange(5))
            for group in ((), ("shop",), ("shop", "basket"))
            for name in ("status is 200", "body is whole")
        ],
    )
    return msgspec.structs.replace(report, groups=(("shop",), ("shop", "basket"), ("nobody",)))


def _metrics(dice: random.Random) -> Iterator[Metric]:
    for tags in ("", "scenario:checkout"):
        times = sorted(dice.uniform(1, 2000) for _ in range(6))
        values = dict(zip(("min", "med", "avg", "p90", "p95", "max"), times, strict=True))
        yield Metric("http_req_duration", tags, "trend", "time", values | {"p(99.9)": times[-1]})
    users = float(dice.randrange(1, 50))
    yield Metric(
        "vus_max",
        "",
        "gauge",
        "default",
        dice.choice(({"value": users}, {"max": users}, {"value": users, "max": users + 9})),
    )
    yield Metric("iterations", "", "counter", "default", {"count": float(dice.randrange(1000)), "rate": 3.5})
    passes, fails = float(dice.randrange(1000)), float(dice.randrange(9))
    yield Metric(
        "checks",
        "",
        "rate",
        "default",
        dice.choice(({"passes": passes, "fails": fails, "rate": 0.1}, {"rate": 0.5, "value": 0.9}, {"value": 1.0})),
    )
    yield Metric("http_reqs", "", "counter", "default", {"count": float(dice.randrange(10**6))})
    yield Metric("basket_size", "", "trend", "default", {"avg": dice.uniform(0, 9), "p95": 9.0})
