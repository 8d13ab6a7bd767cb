from __future__ import annotations

import pytest

from testflux.cli import words


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (3_565_158, "3.4 MiB"), (5 * 1024**4, "5120.0 GiB")],
)
def test_size(count: int, text: str) -> None:
    assert words.size(count) == text


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0 ms"),
        (999, "999 ms"),
        (1000, "1.0 s"),
        (59_949, "59.9 s"),
        (252_000, "4 min 12 s"),
        (7_500_000, "2 h 5 min"),
    ],
)
def test_duration(milliseconds: int, text: str) -> None:
    assert words.duration(milliseconds) == text


@pytest.mark.parametrize(("number", "text"), [(0, "0 tests"), (1, "1 test"), (2345, "2,345 tests")])
def test_count(number: int, text: str) -> None:
    assert words.count(number, "test") == text


def test_irregular_plural() -> None:
    assert words.count(2, "branch", "branches") == "2 branches"


@pytest.mark.parametrize(
    ("kind", "counted", "text"),
    [
        (
            "functional",
            {"total": 1500, "passed": 1490, "failed": 9, "skipped": 1, "broken": 0},
            "1,500 tests: 1,490 passed, 9 failed, 1 skipped",
        ),
        ("functional", {"total": 0, "passed": 0, "failed": 0, "skipped": 0, "broken": 0}, "0 tests: 0 passed"),
        (
            "security",
            {"sites": 1, "alerts": 3, "instances": 9, "findings": 4, "by_severity": {"high": 1, "medium": 0, "low": 3}},
            "4 findings on 1 site: 1 high, 3 low",
        ),
        ("security", {"sites": 2, "findings": 0, "by_severity": {"high": 0}}, "0 findings on 2 sites"),
        (
            "load",
            {"checks_passed": 980, "checks_failed": 20, "thresholds": 3, "thresholds_failed": 1},
            "2 of 3 thresholds held, 980 of 1,000 checks passed",
        ),
        ("load", {"checks_passed": 1, "checks_failed": 0, "thresholds": 0}, "no thresholds, 1 of 1 check passed"),
    ],
)
def test_totals(kind: str, counted: dict[str, int | dict[str, int]], text: str) -> None:
    assert words.totals(kind, counted) == text
