"""The words for how things went. Their values are stored: never renumber."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum, StrEnum
from typing import Final


class Kind(StrEnum):
    """What sort of evidence a report holds."""

    FUNCTIONAL = "functional"
    SECURITY = "security"
    LOAD = "load"


class Status(IntEnum):
    """How one test ended. One byte in a result chunk.

    BROKEN: the test could not judge (an error outside its assertions; JUnit's <error>).
    FLAKY: it passed in the end, after at least one attempt that did not.
    """

    PASSED = 1
    FAILED = 2
    BROKEN = 3
    SKIPPED = 4
    FLAKY = 5

    @property
    def label(self) -> str:
        """The word used in the API and on screens, e.g. `failed`."""
        return self.name.lower()

    @property
    def is_bad(self) -> bool:
        """True when somebody has to look: failed or broken."""
        return self in (Status.FAILED, Status.BROKEN)

    @staticmethod
    def outcome(attempts: Sequence[Status]) -> Status:
        """Return how a test ended: the last attempt decides, and a pass after a bad or flaky attempt is flaky."""
        *before, last = attempts
        if last is Status.PASSED and any(status.is_bad or status is Status.FLAKY for status in before):
            return Status.FLAKY
        return last


LABELS: Final = {int(status): status.label for status in Status}
"""The same words by number: a lookup is a tenth of making a Status."""


class Verdict(StrEnum):
    """How a whole run ended.

    PASSED: nothing failed, everything read. FAILED: a failed or broken test, a missed threshold, or an open finding of
    high severity. FLAKY: nothing failed, but a test needed more than one attempt. EMPTY: the report is sound and holds
    nothing to judge. INCOMPLETE: the report breaks off; what is there did not fail, so it is neither green nor red.
    """

    PASSED = "passed"
    FAILED = "failed"
    FLAKY = "flaky"
    EMPTY = "empty"
    INCOMPLETE = "incomplete"


class Severity(IntEnum):
    """How dangerous a finding is."""

    INFORMATIONAL = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The word used in the API and on screens, e.g. `high`."""
        return self.name.lower()


class Confidence(IntEnum):
    """How sure the scanner is. FALSE_POSITIVE: the scanner's user suppressed the alert before the report."""

    FALSE_POSITIVE = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CONFIRMED = 4

    @property
    def label(self) -> str:
        """The words used in the API and on screens, e.g. `false positive`."""
        return self.name.lower().replace("_", " ")
