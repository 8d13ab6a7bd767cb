"""Looking after the audit log: it is walked each night and sealed each hour."""

from __future__ import annotations

from datetime import date

import structlog

from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY
from testflux.store import audit, audit_chain, audit_retention, months
from testflux.store.database import Database

log = structlog.get_logger("testflux.work")


async def check(database: Database, settings: Settings) -> int:
    """Walk every chain; one that is not whole is an alert. Returns how many are not.

    Each chain's end goes into the log of the server, where whoever can write to the database cannot change it.
    """
    async with database.read(EVERYBODY) as reader:
        heads = await audit.list_heads(reader)
    broken = 0
    for org_id in heads:
        verdict = await audit_chain.verify(database, settings.secret_key, org_id)
        told = {"organisation": org_id, "number": verdict.head.number, "digest": verdict.head.digest.hex()}
        if verdict.fault is None:
            log.info("audit log is whole", **told, sealed=verdict.sealed_number)
        else:
            log.error("audit log is not whole", **told, reason=verdict.fault)
            broken += 1
    return broken


async def seal(database: Database, settings: Settings) -> int:
    """Vouch for every chain that has grown; returns how many."""
    async with database.read(EVERYBODY) as reader:
        heads = await audit.list_heads(reader)
    sealed = 0
    for org_id in heads:
        async with database.write(EVERYBODY) as writer:
            sealed += await audit.note_seal(writer, settings.secret_key, org_id)
    return sealed


async def drop_old(database: Database, settings: Settings, today: date) -> None:
    """Remove what is past its age, and the partitions in which nobody keeps anything any more."""
    empty_before = await audit_retention.drop_old(database, settings.secret_key, today)
    if empty_before is None:
        return
    async with months.alone(database) as hands:
        for month in await months.list_older(hands, "audit_event", empty_before) if hands else ():
            if hands and await months.drop_month(hands, month):
                log.info("dropped a month", partition=month.name)
