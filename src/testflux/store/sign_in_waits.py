"""Sign-ins tried in vain (the rules: access/waiting.py). A try counts before it is made, so that none slips through."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from testflux.store import queries
from testflux.store.database import Writer

_SQL = queries.load("sign_in_waits")


async def take(
    writer: Writer, email: str, sources: Mapping[str, tuple[timedelta, ...]], now: datetime, forgotten: timedelta
) -> timedelta | None:
    """Count a try from every source and return None; when one has to wait, count nothing and return how long.

    `sources` says for each how long to wait after the first failure, the second, …; the last holds for all after it.
    """
    digest = _digest(email)
    rows = {
        source: await writer.one(_SQL["lock_wait"], email_digest=digest, source=source, now=now)
        for source in sorted(sources)
    }
    if (until := max(row["waits_until"] for row in rows.values())) > now:
        return until - now
    for source, row in rows.items():
        failures = 1 if row["failed_at"] + forgotten < now else row["failures"] + 1
        waits = sources[source]
        waits_until = now + waits[min(failures, len(waits)) - 1]
        await writer.run(
            _SQL["save_wait"], email_digest=digest, source=source, failures=failures, now=now, waits_until=waits_until
        )
    return None


async def drop_waits(writer: Writer, email: str, sources: Iterable[str] | None = None) -> int:
    """Forget the failures from these sources, or (None) from everywhere; return how many sources there were."""
    chosen = None if sources is None else list(sources)
    return await writer.run(_SQL["drop_waits"], email_digest=_digest(email), sources=chosen)


async def drop_old(writer: Writer, before: datetime) -> int:
    """Forget what is held against nobody any more; return how many."""
    return await writer.run(_SQL["drop_old"], before=before)


def _digest(email: str) -> bytes:
    return hashlib.sha256(email.lower().encode("utf-8", "surrogatepass")).digest()
