from __future__ import annotations

import pytest

from testflux.kit import errors
from testflux.serve.limiter import PER_ADDRESS, PER_PERSON, Limiter


async def test_so_many_failures_and_no_more() -> None:
    limiter = Limiter()
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
    limiter = Limiter()
    for number in range(PER_ADDRESS.amount):
        await limiter.note_failure("::1", f"{number}@example.org")
    with pytest.raises(errors.RateLimitedError) as raised:
        await limiter.check("::1", "new@example.org")
    assert raised.value.limit == PER_ADDRESS.amount


def test_an_address_that_is_no_redis() -> None:
    with pytest.raises(errors.SetupError):
        Limiter("nonsense://127.0.0.1")
