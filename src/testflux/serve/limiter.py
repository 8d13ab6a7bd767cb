"""How often one may fail to sign in, and ask at all: over all servers where they share a Redis, else in this one."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Final, TypeVar

import msgspec
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from testflux.kit import errors
from testflux.kit.settings import Settings
from testflux.serve.shared import Shared

T = TypeVar("T")
PER_PERSON: Final = RateLimitItemPerMinute(10)
PER_ADDRESS: Final = RateLimitItemPerMinute(100)
MINUTE_S: Final = 60
_MOST_PROVEN: Final = 10_000


class Rate(StrEnum):
    """What a request is counted as: under whose name, and how many there may be a minute."""

    READ = "read"
    WRITE = "write"
    UPLOAD = "upload"
    PUBLIC = "public"
    SIGN_IN = "sign_in"
    EXPORT = "export"


class Standing(msgspec.Struct, frozen=True):
    """How many requests are allowed a minute, how many are left, and in how many seconds all are again."""

    limit: int
    remaining: int
    reset_s: int


class Limiter:
    """Counts requests by the minute of the clock, and failed sign-ins within any minute. `rates`: 0 is no limit."""

    def __init__(self, shared: Shared, rates: Mapping[Rate, int]) -> None:
        self._shared = shared
        self._rates = rates
        self._minute = 0
        self._proven: dict[bytes, None] = {}
        self._counts: Counter[str] = Counter()
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._common = None if shared.storage is None else MovingWindowRateLimiter(shared.storage)

    async def take(self, rate: Rate, who: str) -> Standing | None:
        """Count a request; RateLimitedError when there were too many this minute. None: there is no limit."""
        limit, now = self._rates[rate], time.time()
        if not limit:
            return None
        minute, second = divmod(int(now), MINUTE_S)
        shared = await self._shared.count(f"rate:{rate}:{who}:{minute}", 2 * MINUTE_S)
        count = self._count(minute, f"{rate}:{who}") if shared is None else shared
        if count > limit:
            hint = "Ask less often; an administrator can set another limit (TESTFLUX_RATE_…)."
            message = f"Too many requests: {limit} a minute are allowed."
            raise errors.RateLimitedError(message, retry_after_s=MINUTE_S - second, limit=limit, hint=hint)
        return Standing(limit, limit - count, MINUTE_S - second)

    def is_proven(self, credential: bytes) -> bool:
        """Whether a credential, named by its digest, was good lately: others are counted before they are looked up."""
        return credential in self._proven

    def note_proven(self, credential: bytes, *, is_good: bool) -> None:
        """Remember whether a credential was good."""
        self._proven.pop(credential, None)
        if is_good:
            self._proven[credential] = None
        if len(self._proven) > _MOST_PROVEN:
            del self._proven[next(iter(self._proven))]

    async def check(self, address: str, email: str) -> None:
        """Raise RateLimitedError when there were too many failures from there within a minute."""
        for item, names in _failures(address, email):
            if not await self._ask(lambda window, item=item, names=names: window.test(item, "sign-in", *names)):
                stats = await self._ask(lambda w, item=item, names=names: w.get_window_stats(item, "sign-in", *names))
                wait = max(1, round(stats.reset_time - time.time()))
                message = f"Too many failed sign-ins; {item.amount} a minute are allowed."
                hint = f"Wait {wait} seconds, or ask an administrator for a new password."
                raise errors.RateLimitedError(message, retry_after_s=wait, limit=item.amount, hint=hint)

    async def note_failure(self, address: str, email: str) -> None:
        """Count a failed sign-in."""
        for item, names in _failures(address, email):
            await self._ask(lambda window, item=item, names=names: window.hit(item, "sign-in", *names))

    def _count(self, minute: int, name: str) -> int:
        if minute != self._minute:
            self._minute, self._counts = minute, Counter()
        self._counts[name] += 1
        return self._counts[name]

    async def _ask(self, act: Callable[[MovingWindowRateLimiter], Awaitable[T]]) -> T:
        if (common := self._common) is not None:
            answer = await self._shared.ask(lambda: act(common))
            if answer is not None:
                return answer
        return await act(self._own)


def rates_of(settings: Settings) -> dict[Rate, int]:
    """Return the limits that are set."""
    return {
        Rate.READ: settings.rate_read,
        Rate.WRITE: settings.rate_write,
        Rate.UPLOAD: settings.rate_upload,
        Rate.PUBLIC: settings.rate_public,
        Rate.SIGN_IN: settings.rate_sign_in,
        Rate.EXPORT: settings.rate_export,
    }


def _failures(address: str, email: str) -> tuple[tuple[RateLimitItem, tuple[str, ...]], ...]:
    return (PER_PERSON, (address, email.lower())), (PER_ADDRESS, (address,))
