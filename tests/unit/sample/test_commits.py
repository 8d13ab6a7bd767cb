from __future__ import annotations

from datetime import UTC, datetime, timedelta

from testflux.sample import commits

MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def test_morning_still_has_the_commit_of_the_evening() -> None:
    evening = datetime(2026, 11, 25, 23, 0, tzinfo=UTC)
    assert commits.newest("webshop", evening) == commits.newest("webshop", evening + timedelta(hours=7))


def test_working_day_brings_a_new_commit() -> None:
    for days in range(4):
        morning = MONDAY + timedelta(days=days)
        assert commits.newest("webshop", morning) != commits.newest("webshop", morning + timedelta(hours=17))


def test_projects_share_no_commits() -> None:
    assert commits.newest("webshop", MONDAY) != commits.newest("search", MONDAY)


def test_year_of_commits_never_repeats_itself() -> None:
    mornings = [MONDAY + timedelta(days=7 * week) for week in range(52)]
    assert len({commits.newest("webshop", morning) for morning in mornings}) == 52
