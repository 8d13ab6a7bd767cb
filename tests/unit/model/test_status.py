from __future__ import annotations

from testflux.model import status


def test_stored_status_numbers_never_change() -> None:
    assert {s.label: int(s) for s in status.Status} == {"passed": 1, "failed": 2, "broken": 3, "skipped": 4, "flaky": 5}


def test_stored_severity_numbers_never_change() -> None:
    expected = {"informational": 0, "low": 1, "medium": 2, "high": 3, "critical": 4}
    assert {s.label: int(s) for s in status.Severity} == expected


def test_only_failed_and_broken_need_somebody_to_look() -> None:
    assert [s for s in status.Status if s.is_bad] == [status.Status.FAILED, status.Status.BROKEN]


def test_a_confidence_of_two_words_is_written_with_a_space() -> None:
    assert status.Confidence.FALSE_POSITIVE.label == "false positive"
