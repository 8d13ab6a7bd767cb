from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from testflux.sample import commits, dice
from testflux.sample.occasion import Occasion, Schedule

MONDAY = date(2026, 11, 23)


def test_every_third_day_is_counted_from_the_offset() -> None:
    schedule = Schedule(2, every=3, offset=1)
    assert [days for days in range(10) if schedule.runs_on(MONDAY, days)] == [1, 4, 7]


def test_workdays_leave_out_the_weekend() -> None:
    schedule = Schedule(2, workdays=True)
    week = [MONDAY + timedelta(days=days) for days in range(7)]
    assert [schedule.runs_on(day, 0) for day in week] == [True] * 5 + [False] * 2


def test_host_names_environment_and_project() -> None:
    occasion = Occasion("webshop", "smoke", "production", "main", datetime(2026, 1, 1, tzinfo=UTC), 0)
    assert occasion.host == "production.webshop.example.test"


def test_same_words_give_the_same_numbers() -> None:
    assert dice.roll("a", 1).random() == dice.roll("a", 1).random()
    assert dice.roll("a", 1).random() != dice.roll("a", 2).random()


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds must be naive
def test_commit_looks_like_one_and_never_goes_back(moment: datetime) -> None:
    commit = commits.newest("webshop", moment)
    assert len(commit) == 40
    assert set(commit) <= set("0123456789abcdef")
    assert commits.newest("webshop", moment + timedelta(days=4)) != commit


def test_runs_of_a_pull_request_have_their_own_commits() -> None:
    assert len({commits.of_branch("webshop", "fix/x", attempt) for attempt in range(4)}) == 4
