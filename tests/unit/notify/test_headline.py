from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.model.status import Kind, Verdict
from testflux.notify import headline


def facts(kind: Kind, verdict: Verdict, totals: dict[str, Any], **more: Any) -> headline.Facts:
    return headline.Facts(kind=kind, verdict=verdict, totals=totals, **({"new_failures": 0, "fixed": 0} | more))


def functional(
    verdict: Verdict, *, passed: int = 0, failed: int = 0, broken: int = 0, skipped: int = 0, **more: Any
) -> headline.Facts:
    total = passed + failed + broken + skipped
    totals = {"total": total, "passed": passed, "failed": failed, "broken": broken, "skipped": skipped}
    return facts(Kind.FUNCTIONAL, verdict, totals, **more)


def security(verdict: Verdict, findings: int, high: int = 0, **more: Any) -> headline.Facts:
    by_severity = {"high": high, "medium": findings - high, "low": 0, "informational": 0}
    return facts(Kind.SECURITY, verdict, {"sites": 1, "findings": findings, "by_severity": by_severity}, **more)


def load(
    verdict: Verdict, thresholds: int, missed: int, checks: tuple[int, int] = (0, 0), **more: Any
) -> headline.Facts:
    totals = {
        "thresholds": thresholds,
        "thresholds_failed": missed,
        "checks_passed": checks[0],
        "checks_failed": checks[1],
    }
    return facts(Kind.LOAD, verdict, totals, **more)


P, F = Verdict.PASSED, Verdict.FAILED

FUNCTIONAL = [
    (
        functional(F, passed=10, failed=6, new_failures=6, baseline_number=1279),
        "6 new failures since #1279",
        "6 new failures",
    ),
    (
        functional(F, passed=1, failed=1, broken=3, new_failures=1, baseline_number=7),
        "1 new failure since #7, 3 still failing",
        "1 new failure",
    ),
    (functional(F, passed=1, failed=2, broken=1, baseline_number=7), "3 failures, none new since #7", "3 failures"),
    (functional(F, passed=1_200, failed=34), "34 of 1,234 tests failed", "34 failures"),
    (functional(P, passed=120), "All 120 tests passed", "120 tests"),
    (functional(P, passed=1), "1 test passed", "1 test"),
    (functional(P, passed=118, skipped=2), "118 tests passed, 2 skipped", "120 tests"),
    (functional(P, passed=120, fixed=4, baseline_number=9), "All 120 tests passed, 4 fixed since #9", "120 tests"),
    (functional(Verdict.FLAKY, passed=9, flaky=2), "2 flaky tests, nothing failed", "2 flaky tests"),
    (functional(Verdict.EMPTY), "The report holds nothing to judge", "nothing to judge"),
    (
        functional(Verdict.INCOMPLETE, passed=5),
        "The report breaks off; in what is there: all 5 tests passed",
        "5 tests",
    ),
]
SECURITY = [
    (
        security(F, 7, 3, new_failures=2, baseline_number=12),
        "2 new findings since #12, 7 in all, 3 of high severity",
        "2 new findings",
    ),
    (security(F, 7, 3, baseline_number=12), "7 findings, 3 of high severity, none new since #12", "7 findings"),
    (security(P, 7), "7 findings", "7 findings"),
    (security(P, 0), "No findings", "no findings"),
    (security(P, 0, fixed=1, baseline_number=3), "No findings, 1 fixed since #3", "no findings"),
]
LOAD = [
    (load(F, 5, 2), "2 of 5 thresholds missed", "2 missed thresholds"),
    (
        load(F, 5, 1, new_failures=1, baseline_number=4),
        "1 of 5 thresholds missed, 1 new since #4",
        "1 missed threshold",
    ),
    (load(F, 5, 1, baseline_number=4), "1 of 5 thresholds missed, none new since #4", "1 missed threshold"),
    (load(P, 5, 0), "All 5 thresholds met", "5 thresholds met"),
    (load(P, 1, 0), "1 threshold met", "1 threshold met"),
    (load(P, 0, 0), "No thresholds set", "no thresholds"),
    (load(P, 0, 0, (10, 0)), "No thresholds set; all 10 checks passed", "no thresholds"),
    (load(P, 0, 0, (10, 2)), "No thresholds set; 2 of 12 checks failed", "no thresholds"),
]


@pytest.mark.parametrize(("told", "sentence", "lead"), [*FUNCTIONAL, *SECURITY, *LOAD])
def test_a_run_in_one_sentence(told: headline.Facts, sentence: str, lead: str) -> None:
    assert headline.sentence(told) == sentence
    assert headline.lead(told) == lead


@given(st.sampled_from(Kind), st.sampled_from(Verdict), st.one_of(st.none(), st.integers(1, 9)), st.integers(0, 3))
def test_every_run_has_a_headline_even_without_totals(
    kind: Kind, verdict: Verdict, baseline: int | None, new: int
) -> None:
    told = facts(kind, verdict, {}, baseline_number=baseline, new_failures=new)
    assert headline.sentence(told)
    assert headline.lead(told)
