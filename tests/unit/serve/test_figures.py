from __future__ import annotations

from typing import Any

import pytest

from testflux.model.status import Kind
from testflux.serve import figures
from testflux.serve.figures import Lanes


def run(kind: str = "functional", verdict: str = "passed", **more: Any) -> dict[str, Any]:
    counts = dict.fromkeys(("passed", "failed", "broken", "skipped", "flaky"), 0)
    found = dict.fromkeys(("findings_high", "findings_medium", "findings_low", "findings_info"), 0)
    return {"kind": kind, "verdict": verdict, "is_complete": True, "p95": None, **counts, **found, **more}


@pytest.mark.parametrize(
    ("verdicts", "state"),
    [
        ([], "empty"),
        (["empty"], "empty"),
        (["passed", "empty"], "passing"),
        (["passed", "flaky"], "flaky"),
        (["flaky", "incomplete"], "incomplete"),
        (["passed", "incomplete", "failed"], "failing"),
    ],
)
def test_the_worst_lane_counts(verdicts: list[str], state: str) -> None:
    lanes = Lanes([[run(verdict=verdict), run(verdict="failed")] for verdict in verdicts])
    assert figures.state(lanes) == state


def test_the_pass_rate_is_over_all_functional_lanes() -> None:
    lanes = Lanes([[run(passed=9, failed=1)], [run(passed=4, flaky=1, broken=5, skipped=80)], [run("load", passed=1)]])
    assert figures.pass_rate(lanes, 0) == 70
    assert figures.pass_rate(lanes, 1) is None
    assert figures.pass_rate(Lanes([[run(skipped=3)]]), 0) is None


def test_open_findings_come_from_whole_scans_only() -> None:
    broken_off = run("security", findings_high=0, is_complete=False)
    lanes = Lanes([[broken_off, run("security", findings_high=2)], [run("security", findings_low=1)], [run()]])
    assert figures.open_findings(lanes, 0).high == 2
    assert figures.open_findings(lanes, 0).low == 1
    assert figures.open_findings(lanes, 1).high == 2, "one whole scan is all there is"


def test_p95_against_the_median_of_earlier_ones() -> None:
    lane = [run("load", p95=value) for value in (300.0, 100.0, None, 200.0, 1000.0)]
    assert figures.p95(Lanes([[run("load")], lane])) == (300, 0.5)
    assert figures.p95(Lanes([[run("load", p95=5.0)]])) == (5, None)
    assert figures.p95(Lanes([[run()]])) == (None, None)


def test_the_main_lane_is_the_one_with_most_tests() -> None:
    big = [run(passed=50, skipped=50)]
    lanes = Lanes([[run(passed=99)], big, [run("load")]])
    assert lanes.main is big
    assert Lanes([]).main is None
    assert lanes.of(Kind.SECURITY) == []
