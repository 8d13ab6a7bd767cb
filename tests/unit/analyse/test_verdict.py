from __future__ import annotations

import msgspec
import pytest

from made import B, F, P, S, Y, finding, functional, load_test, outcomes, result, scan, threshold
from testflux.analyse import verdict
from testflux.model.report import Report
from testflux.model.status import Confidence, Severity, Verdict


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (outcomes(a=P, b=P), Verdict.PASSED),
        (outcomes(a=P, b=S), Verdict.PASSED),
        (outcomes(a=P, b=F), Verdict.FAILED),
        (outcomes(a=P, b=B), Verdict.FAILED),
        (outcomes(a=P, b=Y), Verdict.FLAKY),
        (outcomes(a=F, b=Y), Verdict.FAILED),
        (outcomes(), Verdict.EMPTY),
        (outcomes(a=S), Verdict.EMPTY),
        (functional(result("a"), is_complete=False), Verdict.INCOMPLETE),
        (functional(result("a", Y), is_complete=False), Verdict.INCOMPLETE),
        (functional(is_complete=False), Verdict.INCOMPLETE),
        (functional(result("a", F), is_complete=False), Verdict.FAILED),
        (scan(), Verdict.PASSED),
        (scan(finding("x", Severity.MEDIUM)), Verdict.PASSED),
        (scan(finding("x", Severity.HIGH)), Verdict.FAILED),
        (scan(finding("x", Severity.CRITICAL)), Verdict.FAILED),
        (scan(finding("x", Severity.HIGH, Confidence.FALSE_POSITIVE)), Verdict.PASSED),
        (scan(is_complete=False), Verdict.INCOMPLETE),
        (msgspec.structs.replace(scan(), sites=()), Verdict.EMPTY),
        (msgspec.structs.replace(scan(), sites=(), format="sarif"), Verdict.PASSED),
        (load_test(), Verdict.PASSED),
        (load_test(threshold("a", is_met=True)), Verdict.PASSED),
        (load_test(threshold("a", is_met=True), threshold("b", is_met=False)), Verdict.FAILED),
    ],
)
def test_a_report_is_judged(report: Report, expected: Verdict) -> None:
    assert verdict.judge(report) is expected
