from __future__ import annotations

from datetime import UTC, datetime

import pytest

from testflux.parse import zap_fields


def test_the_moment_in_utc_is_preferred_to_the_words() -> None:
    report = zap_fields.start("zap-json", "2.17.0", "2025-10-22T16:09:39.782827Z", "Wed, 22 Oct 2025 17:09:39")
    assert report.started_at == datetime(2025, 10, 22, 16, 9, 39, 782_827, tzinfo=UTC)
    assert not report.local_times
    assert (report.tool.name, report.tool.version) == ("ZAP", "2.17.0")


def test_words_are_local_and_unknown_words_are_said() -> None:
    report = zap_fields.start("zap-xml", "2.10.0", "", "Wed, 22 Oct 2025 17:09:39")
    assert report.started_at == datetime(2025, 10, 22, 17, 9, 39, tzinfo=UTC)
    assert report.local_times
    report = zap_fields.start("zap-xml", "2.10.0", "", "some day in spring")
    assert report.started_at is None
    assert not report.local_times
    assert [warning.code for warning in report.warnings] == ["time-unreadable"]
    assert zap_fields.start("zap-xml", "", "", "").warnings == []


@pytest.mark.parametrize(
    ("text", "number"), [("3", 3), (" 3\n", 3), ("-1", -1), ("", None), ("x", None), ("9" * 30, None)]
)
def test_whole_numbers(text: str, number: int | None) -> None:
    assert zap_fields.integer(text) == number


def test_no_weakness_number_is_none() -> None:
    assert [zap_fields.identifier(text) for text in ("79", "0", "-1", "")] == [79, None, None, None]


def test_levels_outside_are_none() -> None:
    assert [zap_fields.level(text, 4) for text in ("0", "4", "5", "-1", "")] == [0, 4, None, None, None]


def test_a_risk_without_its_code_is_told_from_the_words() -> None:
    assert zap_fields.risk("3", "Low (Medium)") == 3
    assert zap_fields.risk("", "Medium (High)") == 2
    assert zap_fields.risk("", "Mittel (Hoch)") is None
    assert zap_fields.risk("", "") is None


def test_truth_is_said_in_words() -> None:
    assert [zap_fields.truth(text) for text in ("true", " False ", "", "1")] == [True, False, None, None]


def test_confidence_is_a_code_or_a_word() -> None:
    words = ("0", "4", "5", "False Positive", " low", "Medium", "HIGH", "User Confirmed", "Hoch", "")
    assert [zap_fields.confidence(word) for word in words] == [0, 4, None, 0, 1, 2, 3, 4, None, None]


@pytest.mark.parametrize(
    ("level", "key", "is_said", "is_complete"),
    [
        ("High", "insight.auth.failure", True, False),
        ("high", "insight.network.failure.total", True, False),
        ("Medium", "insight.auth.failure", True, True),
        ("High", "insight.memory", True, True),
        ("Low", "insight.auth.failure", False, True),
        ("", "", False, True),
    ],
)
def test_what_blinds_a_scan_makes_it_incomplete(level: str, key: str, *, is_said: bool, is_complete: bool) -> None:
    report = zap_fields.start("zap-json", "2.17.0", "", "")
    zap_fields.add_insight(report, {"level": level, "key": key})
    assert bool(report.warnings) is is_said
    assert report.is_complete is is_complete
