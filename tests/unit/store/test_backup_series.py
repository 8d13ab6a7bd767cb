from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from testflux.store import backup_series
from testflux.store.backup_series import Keep

NIGHT = datetime(2026, 6, 15, 2, 30, tzinfo=UTC)
moments = st.lists(st.integers(0, 4000).map(lambda hours: NIGHT + timedelta(hours=11 * hours)), unique=True)
keeps = st.builds(Keep, st.integers(0, 10), st.integers(0, 10), st.integers(0, 20))


def nightly(count: int) -> list[datetime]:
    return [NIGHT - timedelta(days=days) for days in range(count)]


def test_seven_days_four_weeks_and_twelve_months_of_a_year_of_nights() -> None:
    kept = backup_series.choose(nightly(500), Keep(7, 4, 12))
    days = sorted({moment.date() for moment in kept}, reverse=True)
    assert days[:7] == [date(2026, 6, day) for day in (15, 14, 13, 12, 11, 10, 9)]
    assert days[7:9] == [date(2026, 6, 7), date(2026, 5, 31)], "the Sundays of the weeks before; one ends May"
    assert days[9] == date(2026, 4, 30), "four weeks with the present one; from here on, the ends of months"
    assert date(2025, 7, 31) in days
    assert min(days) == date(2025, 7, 31), "the twelfth month"


def test_of_several_a_day_the_last_is_kept() -> None:
    hours = [NIGHT.replace(hour=hour) for hour in range(24)]
    assert backup_series.choose(hours, Keep(1, 0, 0)) == {NIGHT.replace(hour=23)}


def test_days_without_a_backup_count_for_nothing() -> None:
    """Who was away for a year does not come back to find all of them gone."""
    old = [moment - timedelta(days=400) for moment in nightly(3)]
    assert backup_series.choose(old, Keep(7, 4, 12)) == set(old)


@given(moments=moments, keep=keeps)
def test_the_newest_stays_whatever_is_set(moments: list[datetime], keep: Keep) -> None:
    kept = backup_series.choose(moments, keep)
    assert kept <= set(moments)
    assert not moments or max(moments) in kept
    assert len(kept) <= max(keep.daily + keep.weekly + keep.monthly, 1)
    assert len({moment.date() for moment in kept}) >= min(keep.daily, len({moment.date() for moment in moments}))


@given(moments=moments, keep=keeps)
def test_choosing_again_changes_nothing(moments: list[datetime], keep: Keep) -> None:
    kept = backup_series.choose(moments, keep)
    assert backup_series.choose(kept, keep) == kept


def test_only_what_is_of_the_series_is_listed_and_removed(tmp_path: Path) -> None:
    for moment in nightly(4):
        backup_series.next_path(tmp_path, moment).mkdir()
    broken = backup_series.next_path(tmp_path, NIGHT - timedelta(days=9))
    broken.with_name(f"{broken.name}.unfinished").mkdir()
    others = [tmp_path / name for name in ("testflux-by-hand", "other.unfinished", "testflux-20260615")]
    for other in others:
        other.mkdir()
    (tmp_path / "testflux-20260101T000000Z").write_text("a file")

    assert list(backup_series.list_backups(tmp_path)) == nightly(4)
    dropped = backup_series.drop_old(tmp_path, Keep(2, 0, 0))
    assert len(dropped) == 3
    assert list(backup_series.list_backups(tmp_path)) == nightly(2)
    assert all(other.exists() for other in others)
    assert len(list(tmp_path.iterdir())) == 2 + len(others) + 1


def test_a_folder_that_is_not_there_holds_none(tmp_path: Path) -> None:
    assert backup_series.list_backups(tmp_path / "new") == {}
