"""Functional test runs: what is tested, what goes wrong and when, told as a suite of Robot Framework."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import msgspec

from testflux.sample import robot
from testflux.sample.occasion import Occasion, Schedule

_FOREVER = 10_000


class Test(msgspec.Struct, frozen=True):
    """One test: how long it takes, when it was written and when it was removed (in days ago).

    From `slower_since` days ago on it takes `slower` times as long.
    """

    name: str
    seconds: float
    tags: tuple[str, ...] = ()
    written: int = _FOREVER
    removed: int = -1
    slower_since: int = -1
    slower: float = 1.0


class File(msgspec.Struct, frozen=True):
    """One suite file; `path` is what its tests open."""

    name: str
    path: str
    tests: tuple[Test, ...]


class Trouble(StrEnum):
    """What can happen to a test, or (SETUP, TEARDOWN) to a suite file."""

    FAIL = "fail"
    SKIP = "skip"
    RETRY = "retry"
    SETUP = "setup"
    TEARDOWN = "teardown"


class Fault(msgspec.Struct, frozen=True):
    """Something that goes wrong from `first` to `last` days ago (inclusive), with this chance in each run.

    `where` names tests or files; empty means all tests. `lanes` empty means every lane of the main branch.
    `message` may hold {host}, {n} (a number), {ms}, {id} (a hexadecimal identifier): each run fills them differently.
    """

    what: Trouble
    message: str
    where: tuple[str, ...] = ()
    first: int = _FOREVER
    last: int = 0
    chance: float = 1.0
    lanes: tuple[str, ...] = ()

    def strikes(self, occasion: Occasion, name: str) -> bool:
        """Say whether it happens to this test or file in this run."""
        return (
            self.last <= occasion.days_ago <= self.first
            and (not self.where or name in self.where)
            and (not self.lanes or occasion.lane in self.lanes)
            and occasion.roll(self.what, self.message, name).random() < self.chance
        )

    def tell(self, occasion: Occasion, name: str) -> str:
        """Return the message with this run's particulars."""
        numbers = occasion.roll("message", name)
        return self.message.format(
            host=occasion.host,
            n=numbers.randint(10_000, 99_999),
            ms=numbers.randint(10_004, 10_380),
            id=f"{numbers.getrandbits(48):012x}",
        )


class Change(msgspec.Struct, frozen=True):
    """A pull request. Until its last run `breaks` fail with `message`."""

    branch: str
    number: int
    opened: int
    runs: int
    breaks: tuple[str, ...] = ()
    message: str = ""


class Book(msgspec.Struct, frozen=True):
    """All tests of a project, in what flavour they are written, and their troubles."""

    name: str
    source: str
    files: tuple[File, ...]
    steps: Callable[[File, Test, Occasion, float], tuple[robot.Step, ...]]
    faults: tuple[Fault, ...] = ()
    changes: tuple[Change, ...] = ()


class FunctionalLane(msgspec.Struct, frozen=True):
    """One series of functional runs; `only` keeps the tests that carry the tag."""

    name: str
    environment: str
    type: str
    schedule: Schedule
    book: Book
    only: str = ""
    file_name: str = "output.xml"

    def write(self, occasion: Occasion) -> bytes:
        """Return the run's output.xml."""
        suites = tuple(suite for file in self.book.files if (suite := self._suite(file, occasion)).cases)
        root = robot.Suite(
            name=self.book.name,
            source=self.book.source,
            suites=suites,
            metadata={"Environment": occasion.environment, "Host": occasion.host},
        )
        merged = any(case.earlier for suite in suites for case in suite.cases)
        return robot.write(root, occasion.started_at, merged=merged)

    def _suite(self, file: File, occasion: Occasion) -> robot.Suite:
        setup = self._around(Trouble.SETUP, f"Prepare {file.name}", file, occasion)
        teardown = self._around(Trouble.TEARDOWN, f"Clean Up {file.name}", file, occasion)
        blocked = f"Parent suite setup failed:\n{setup.message}" if setup.message else ""
        cases = [
            self._case(file, test, 12 + 9 * position, occasion, blocked)
            for position, test in enumerate(file.tests)
            if test.removed < occasion.days_ago <= test.written and (not self.only or self.only in test.tags)
        ]
        source = f"{self.book.source}/{file.name.lower().replace(' ', '_')}.robot"
        return robot.Suite(name=file.name, source=source, cases=tuple(cases), setup=setup, teardown=teardown)

    def _around(self, what: Trouble, name: str, file: File, occasion: Occasion) -> robot.Step:
        for fault in self.book.faults:
            if fault.what is what and fault.strikes(occasion, file.name):
                message = fault.tell(occasion, file.name)
                return robot.Step(name=name, seconds=2.0, status="FAIL", message=message)
        return robot.Step(name=name, seconds=0.4)

    def _case(self, file: File, test: Test, line: int, occasion: Occasion, blocked: str) -> robot.Case:
        if blocked:
            return robot.Case(name=test.name, line=line, tags=test.tags, status="FAIL", message=blocked)
        what, message = self._trouble(test, occasion)
        steps = self.book.steps(file, test, occasion, _seconds(test, occasion))
        case = robot.Case(name=test.name, line=line, tags=test.tags, steps=steps)
        if what is Trouble.FAIL:
            return msgspec.structs.replace(case, steps=_failing(steps, message), status="FAIL", message=message)
        if what is Trouble.SKIP:
            skip = robot.Step(name="Skip", owner="BuiltIn", args=(message,), status="SKIP", message=message)
            return msgspec.structs.replace(case, steps=(skip,), status="SKIP", message=message)
        if what is Trouble.RETRY:
            return msgspec.structs.replace(case, earlier=(message,))
        return case

    def _trouble(self, test: Test, occasion: Occasion) -> tuple[Trouble | None, str]:
        for change in self.book.changes:
            if change.branch == occasion.branch and test.name in change.breaks and not occasion.is_last:
                return Trouble.FAIL, Fault(Trouble.FAIL, change.message).tell(occasion, test.name)
        for fault in self.book.faults:
            if fault.what not in {Trouble.SETUP, Trouble.TEARDOWN} and fault.strikes(occasion, test.name):
                return fault.what, fault.tell(occasion, test.name)
        return None, ""


def _seconds(test: Test, occasion: Occasion) -> float:
    slower = test.slower if occasion.days_ago <= test.slower_since else 1.0
    return test.seconds * slower * occasion.roll("seconds", test.name).lognormvariate(0, 0.12)


def _failing(steps: tuple[robot.Step, ...], message: str) -> tuple[robot.Step, ...]:
    """Let the last step fail, and with a nested one all that hold it."""
    last = msgspec.structs.replace(steps[-1], status="FAIL", message=message, steps=_failing_inside(steps[-1], message))
    return (*steps[:-1], last)


def _failing_inside(step: robot.Step, message: str) -> tuple[robot.Step, ...]:
    return _failing(step.steps, message) if step.steps else ()
