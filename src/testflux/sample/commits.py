"""The commits the runs were made from: a few each working day, fewer at weekends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from testflux.sample import dice

_SATURDAY = 5


def newest(project: str, moment: datetime) -> str:
    """Return the hash of the newest commit on the project's main branch at this moment."""
    day = moment.date()
    while True:
        before = [commit for at, commit in _of_day(project, day) if at <= moment]
        if before:
            return before[-1]
        day -= timedelta(days=1)


def of_branch(project: str, branch: str, attempt: int) -> str:
    """Return the hash of the commit that a pull request's run number `attempt` was made from."""
    return _hash(project, branch, attempt)


def _of_day(project: str, day: date) -> list[tuple[datetime, str]]:
    numbers = dice.roll("commits", project, day)
    count = numbers.randint(0, 1) if day.weekday() >= _SATURDAY else numbers.randint(1, 4)
    minutes = sorted(numbers.sample(range(8 * 60, 18 * 60), count))
    midnight = datetime.combine(day, time(), UTC)
    return [(midnight + timedelta(minutes=minute), _hash(project, day, minute)) for minute in minutes]


def _hash(*words: object) -> str:
    return f"{dice.roll('commit', *words).getrandbits(160):040x}"
