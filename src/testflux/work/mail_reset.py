"""Sending somebody the link to set a new password. It is made here, so that neither queue nor request ever holds it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

import structlog

from testflux.access import tokens
from testflux.kit import clock, errors, trail
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY
from testflux.notify import mail_server, reset
from testflux.store import audit, entry, resets
from testflux.store.database import Database

LIFE: Final = timedelta(hours=1)
log = structlog.get_logger("testflux.work")


async def mail_reset(database: Database, settings: Settings, email: str, address: str, request_id: str) -> None:
    """Mail a link to whoever signs in with that address, if anybody does; UnavailableError when it is not sent."""
    if not settings.smtp_url or not settings.mail_from:
        log.warning("no link sent: no mail server is set")
        return
    token, now = tokens.make_refresh_token(), clock.now()
    trail.walk(trail.Trail(actor_kind="nobody", actor_name=email, address=address, request_id=request_id))
    async with database.write(EVERYBODY) as writer:
        person = await entry.find_person(writer, email)
        if person is None or person["password_hash"] is None:
            log.info("no link sent: nobody has a password under this address")
            return
        await resets.add_reset(writer, person["user_id"], tokens.digest(token), now + LIFE)
        for way in await entry.list_ways(writer, person["user_id"]):
            audit.note(
                writer, way["org_id"], "password.ask", audit.Target("person", person["user_id"], person["email"])
            )
    mail = reset.compose(
        person["email"],
        f"{settings.public_url}/reset#{token}",
        now + LIFE,
        address=address,
        sender=settings.mail_from,
        key=f"reset_{tokens.digest(token).hex()[:24]}",
        at=now,
    )
    outcome = await asyncio.to_thread(mail_server.send, mail_server.read_url(settings.smtp_url), mail)
    if not outcome.is_sent:
        raise errors.UnavailableError(f"The link was not sent: {outcome.error}")
    log.info("link sent")
