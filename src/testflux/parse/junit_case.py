"""One `<testcase>`: which of its children decide, what they say, and which of them are earlier attempts."""

from __future__ import annotations

import msgspec

from testflux.model.status import Status
from testflux.parse import junit_mend

STATUSES = {
    "error": Status.BROKEN,
    "failure": Status.FAILED,
    "warning": Status.BROKEN,
    "skipped": Status.SKIPPED,
    "ignored": Status.SKIPPED,
    "incomplete": Status.SKIPPED,
    "risky": Status.PASSED,
}
"""Children that tell how the test itself ended. `warning`, `risky` and `incomplete` are PHPUnit's."""

ATTEMPTS = {
    "flakyFailure": Status.FAILED,
    "flakyError": Status.BROKEN,
    "rerunFailure": Status.FAILED,
    "rerunError": Status.BROKEN,
}
"""Children that are attempts of their own: the flaky ones came before a pass, the reruns after the first failure."""

_PRECEDENCE = (Status.BROKEN, Status.FAILED, Status.SKIPPED)
_WORDS = {
    Status.SKIPPED: "notrun disabled ignored skipped skip pending suppressed inactive",
    Status.FAILED: "fail failed failure timedout timeout aborted",
    Status.BROKEN: "error errored broken panicked interrupted",
}
_WORD_STATUSES = {word: status for status, words in _WORDS.items() for word in words.split()}
_SAYS_NOTHING = {"", "failed", "failure", "error", "skipped", "null", "none"}
_LONGEST_NOTHING = max(map(len, _SAYS_NOTHING))
_TAG_LISTS = {"tag", "tags", "label", "labels", "category", "categories"}
_CMAKE_LABELS = "cmake_labels"

Try = tuple[Status, str, float | None]
"""How an attempt ended, why, and its duration in ms where it has one of its own."""


class Outcome(msgspec.Struct):
    """A child that says how the test, or an attempt of it, ended."""

    tag: str
    message: str
    duration_ms: float | None = None


class Case(msgspec.Struct):
    """A test case being read; `start` is its first byte in the file, `name` and `classname` are without fillers."""

    attributes: dict[str, str]
    start: int
    name: str
    classname: str
    outcomes: list[Outcome] = []
    tags: list[str] = []


def message(attributes: dict[str, str], text: str) -> str:
    """Return why a test ended so: the attribute, or the text where the attribute has nothing to tell."""
    words = junit_mend.words(attributes.get("message", "")).strip()
    return words if says_much(words) else junit_mend.words(text).strip() or words


def says_much(words: str) -> bool:
    """True for more than the word that everybody writes into this attribute."""
    return len(words) > _LONGEST_NOTHING or words.lower() not in _SAYS_NOTHING


def tries(case: Case) -> list[Try]:
    """Return all attempts of a test in order; the last one is how it ended."""
    own = [outcome for outcome in case.outcomes if outcome.tag in STATUSES]
    flaky = [_attempt(outcome) for outcome in case.outcomes if outcome.tag.startswith("flaky")]
    reruns = [_attempt(outcome) for outcome in case.outcomes if outcome.tag.startswith("rerun")]
    status = _status(own, case.attributes)
    words = "\n\n".join(one.message for one in own if STATUSES[one.tag].is_bad or not status.is_bad)
    return [*flaky, (status, words, None), *reruns]


def tags(name: str, value: str) -> list[str]:
    """Return the tags that a property of a test gives, none for any other property."""
    if name == _CMAKE_LABELS:
        return [tag for tag in value.split(";") if tag]
    if name.lower() in _TAG_LISTS:
        return [tag.strip() for tag in value.split(",") if tag.strip()]
    return []


def _attempt(outcome: Outcome) -> Try:
    return ATTEMPTS[outcome.tag], outcome.message, outcome.duration_ms


def _status(own: list[Outcome], attributes: dict[str, str]) -> Status:
    found = {STATUSES[outcome.tag] for outcome in own}
    for status in _PRECEDENCE:
        if status in found:
            return status
    if own:
        return Status.PASSED
    for name in ("result", "status"):
        said = _WORD_STATUSES.get(attributes.get(name, "").lower())
        if said is not None:
            return said
    return Status.PASSED
