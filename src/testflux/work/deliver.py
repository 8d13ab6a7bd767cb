"""Sending what the delivery log says is due."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from testflux.kit import clock, errors, seal
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY
from testflux.model.message import ChannelKind, Event, Outcome
from testflux.notify import backoff, email, mail_server, signature, webhook
from testflux.store import channels, deliveries
from testflux.store.database import Database, Writer

GRACE = timedelta(minutes=5)
"""A delivery this late has lost its job; nothing takes longer."""

log = structlog.get_logger("testflux.work")


async def deliver(
    database: Database, settings: Settings, key: deliveries.Key, delays: tuple[timedelta, ...] = backoff.DELAYS
) -> None:
    """Send one delivery if it is due, and note what became of it, in one transaction that holds the row's lock.

    Two workers never send the same message: the second finds the row locked or no longer due. A worker killed while
    sending lets go of the lock, and the job's next worker sends. Killed between the receiver's answer and the commit,
    the message goes out again with the same id, so that receivers can drop the repeat.
    """
    async with database.write(EVERYBODY) as writer:
        due = await deliveries.find_due(writer, key)
        if due is not None:
            await _note(writer, due, await _send(settings, due), delays)


async def requeue(database: Database) -> int:
    """Queue deliveries again whose job was lost; return how many."""
    async with database.write(EVERYBODY) as writer:
        return len(await deliveries.save_overdue(writer, GRACE))


async def _send(settings: Settings, due: deliveries.Due) -> Outcome:
    if not due.is_enabled and due.event is not Event.TEST:
        return Outcome(error="The channel is switched off.", may_retry=False)
    try:
        match due.kind:
            case ChannelKind.WEBHOOK:
                return await _post(settings, due)
            case ChannelKind.EMAIL:
                return await _mail(settings, due)
    except errors.TestFluxError as error:
        return Outcome(error=f"{error.message} {error.hint}".strip())


async def _post(settings: Settings, due: deliveries.Due) -> Outcome:
    secret = seal.unseal(settings.secret_key, signature.PURPOSE, due.secret or b"").decode()
    content = webhook.body(due.message, settings.public_url, due.made_at)
    headers = signature.headers(secret, f"msg_{due.key.identifier}", clock.now(), content)
    return await webhook.post(settings, due.config["url"], content, headers)


async def _mail(settings: Settings, due: deliveries.Due) -> Outcome:
    if not settings.smtp_url or not settings.mail_from:
        hint = "Set TESTFLUX_SMTP_URL and TESTFLUX_MAIL_FROM, and start the server again."
        raise errors.SetupError("No mail server is set.", hint=hint)
    mail = email.compose(
        due.message,
        base_url=settings.public_url,
        sender=settings.mail_from,
        recipients=due.config["recipients"],
        key=f"msg_{due.key.identifier}",
        at=due.made_at,
    )
    return await asyncio.to_thread(mail_server.send, mail_server.read_url(settings.smtp_url), mail)


async def _note(writer: Writer, due: deliveries.Due, outcome: Outcome, delays: tuple[timedelta, ...]) -> None:
    told = {"delivery": due.key.identifier, "channel": due.channel_name, "request_id": due.message.request_id}
    if outcome.is_sent:
        await deliveries.save_sent(writer, due, response_code=outcome.response_code, note=outcome.note)
        log.info("delivered", **told)
        return
    if outcome.is_gone:
        await channels.save_channel(writer, due.key.project_id, due.channel_id, is_enabled=False)
    retry_after = backoff.delay_after(due.attempts + 1, delays) if outcome.may_retry else None
    await deliveries.save_failed(
        writer, due, error=outcome.error, response_code=outcome.response_code, retry_after=retry_after
    )
    log.warning("not delivered", **told, reason=outcome.error, retry_after=str(retry_after))
