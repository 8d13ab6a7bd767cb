from __future__ import annotations

import pytest

from testflux.kit import errors, settings
from testflux.serve import limiter as limiters
from testflux.serve.limiter import PER_ADDRESS, PER_PERSON, Limiter, Rate, Standing
from testflux.serve.shared import Shared

NOON = 1_782_000_000.0 // 60 * 60


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time as the limiter sees it: change it."""
    now = [NOON]
    monkeypatch.setattr(limiters.time, "time", lambda: now[0])
    return now


def make(**rates: int) -> Limiter:
    return Limiter(Shared(None), {rate: rates.get(rate.value, 0) for rate in Rate})


async def test_so_many_failures_and_no_more() -> None:
    limiter = make()
    for _ in range(PER_PERSON.amount):
        await limiter.check("::1", "ada@example.org")
        await limiter.note_failure("::1", "Ada@Example.org")
    with pytest.raises(errors.RateLimitedError) as raised:
        await limiter.check("::1", "ada@example.org")
    assert 1 <= raised.value.retry_after_s <= 60
    assert raised.value.limit == PER_PERSON.amount
    await limiter.check("::1", "bob@example.org")
    await limiter.check("::2", "ada@example.org")


async def test_many_people_from_one_address() -> None:
    limiter = make()
    for number in range(PER_ADDRESS.amount):
        await limiter.note_failure("::1", f"{number}@example.org")
    with pytest.raises(errors.RateLimitedError) as raised:
        await limiter.check("::1", "new@example.org")
    assert raised.value.limit == PER_ADDRESS.amount


async def test_so_many_requests_a_minute_and_no_more(clock: list[float]) -> None:
    limiter = make(read=2)
    clock[0] += 15
    assert await limiter.take(Rate.READ, "u1") == Standing(2, 1, 45)
    assert await limiter.take(Rate.READ, "u1") == Standing(2, 0, 45)
    with pytest.raises(errors.RateLimitedError) as raised:
        await limiter.take(Rate.READ, "u1")
    assert (raised.value.limit, raised.value.retry_after_s) == (2, 45)
    assert await limiter.take(Rate.READ, "u2") == Standing(2, 1, 45)
    clock[0] += 45
    assert await limiter.take(Rate.READ, "u1") == Standing(2, 1, 60)


async def test_each_kind_is_counted_on_its_own(clock: list[float]) -> None:
    limiter = make(read=1, write=1)
    assert await limiter.take(Rate.READ, "u1") == Standing(1, 0, 60)
    assert await limiter.take(Rate.WRITE, "u1") == Standing(1, 0, 60)
    assert clock == [NOON]


async def test_no_limit_is_no_standing() -> None:
    limiter = make(read=0)
    assert {await limiter.take(Rate.READ, "u1") for _ in range(100)} == {None}


def test_the_rates_are_those_that_were_set() -> None:
    own = settings.load({f"TESTFLUX_RATE_{rate.name}": str(n) for n, rate in enumerate(Rate, 1)})
    assert limiters.rates_of(own) == {rate: n for n, rate in enumerate(Rate, 1)}
