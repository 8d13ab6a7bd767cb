"""How often a password or a code may be tried: each try counts before it is made (the rules: access/waiting.py)."""

from __future__ import annotations

import math
from datetime import timedelta

from testflux.access import waiting
from testflux.kit import clock, errors
from testflux.model.access import EVERYBODY
from testflux.store import database, entry, sign_in_waits

_ANYWHERE = ""
_MAIL = "mail"
_MAILS = (timedelta(0), timedelta(0), waiting.LONGEST)


async def begin(database: database.Database, email: str, address: str) -> None:
    """Count a try; RateLimitedError when this source, or all strange ones together, have to wait."""
    source = waiting.source_of(address)
    sources = {source: waiting.waits_after(waiting.FREE)}
    async with database.write(EVERYBODY) as writer:
        known = {waiting.source_of(each) for each in await entry.list_addresses(writer, email)}
        if source not in known:
            sources[_ANYWHERE] = waiting.waits_after(waiting.FREE_TOGETHER)
        wait = await sign_in_waits.take(writer, email, sources, clock.now(), waiting.FORGOTTEN)
    if wait is not None:
        seconds = max(1, math.ceil(wait.total_seconds()))
        hint = f"Wait {seconds} seconds; a new password, by mail or by an administrator, ends the wait."
        message = "Too many failed sign-ins with this e-mail address."
        raise errors.RateLimitedError(message, retry_after_s=seconds, limit=waiting.FREE, hint=hint)


async def succeed(writer: database.Writer, email: str, address: str) -> None:
    """Forget the failures of this source, and of all strange ones together: it was the person."""
    await sign_in_waits.drop_waits(writer, email, (waiting.source_of(address), _ANYWHERE))


async def may_mail(writer: database.Writer, email: str) -> bool:
    """Count a wish for mail; False when there were too many for that address, whoever had them."""
    return await sign_in_waits.take(writer, email, {_MAIL: _MAILS}, clock.now(), waiting.LONGEST) is None
