"""What turned bad and what turned good against the baseline. The rules in words: docs/explain/verdicts.md."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Generic, TypeVar

import msgspec

from testflux.model.status import Confidence, Severity

Key = TypeVar("Key")


class Changes(msgspec.Struct, Generic[Key], frozen=True):
    """Things (tests, findings, thresholds) by how they changed. Without a baseline nothing has."""

    new: frozenset[Key] = frozenset()
    still: frozenset[Key] = frozenset()
    fixed: frozenset[Key] = frozenset()


def compare(bad: AbstractSet[Key], good: AbstractSet[Key], bad_before: AbstractSet[Key] | None) -> Changes[Key]:
    """Compare what is bad and good now with what was bad in the baseline (None: there is no baseline).

    What is bad and was not there before is new as well; what was bad and is not there now is not fixed.
    """
    if bad_before is None:
        return Changes()
    return Changes(frozenset(bad - bad_before), frozenset(bad & bad_before), frozenset(bad_before & good))


def finding_state(*, was_in_baseline: bool, was_seen_before: bool) -> str:
    """Name what a finding is to its lane: existing, reopened (seen before, but not in the baseline) or new."""
    if was_in_baseline:
        return "existing"
    return "reopened" if was_seen_before else "new"


def counts(severity: Severity, confidence: Confidence) -> bool:
    """Whether a finding is counted among new failures and fixed ones: medium or worse, and not marked as false."""
    return severity >= Severity.MEDIUM and confidence is not Confidence.FALSE_POSITIVE
