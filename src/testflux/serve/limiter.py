"""How often somebody may fail to sign in."""

from __future__ import annotations

import time
from typing import Final

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import ConfigurationError
from limits.storage import storage_from_string

from testflux.kit import errors

PER_PERSON: Final = RateLimitItemPerMinute(10)
PER_ADDRESS: Final = RateLimitItemPerMinute(100)


class Limiter:
    """Counts failed sign-ins, per person and address, and per address; over all servers when there is a Redis."""

    def __init__(self, redis_url: str | None = None) -> None:
        self._window = MovingWindowRateLimiter(_storage(redis_url))

    async def check(self, address: str, email: str) -> None:
        """Raise RateLimitedError when there were too many failures from there within a minute."""
        for item, names in ((PER_PERSON, (address, email.lower())), (PER_ADDRESS, (address,))):
            if not await self._window.test(item, "sign-in", *names):
                stats = await self._window.get_window_stats(item, "sign-in", *names)
                wait = max(1, round(stats.reset_time - time.time()))
                message = f"Too many failed sign-ins; {item.amount} a minute are allowed."
                hint = f"Wait {wait} seconds, or ask an administrator for a new password."
                raise errors.RateLimitedError(message, retry_after_s=wait, limit=item.amount, hint=hint)

    async def note_failure(self, address: str, email: str) -> None:
        """Count a failed sign-in."""
        await self._window.hit(PER_PERSON, "sign-in", address, email.lower())
        await self._window.hit(PER_ADDRESS, "sign-in", address)


def _storage(redis_url: str | None) -> Storage:
    if redis_url is None:
        return MemoryStorage()
    try:
        storage = storage_from_string(f"async+{redis_url}", implementation="valkey")
    except ConfigurationError as error:
        message = "TESTFLUX_REDIS_URL is set, but no client for it is installed."
        raise errors.SetupError(message, hint="pip install 'testflux[redis]', or unset the variable.") from error
    assert isinstance(storage, Storage)  # noqa: S101  (the name asks for an asynchronous one)
    return storage
