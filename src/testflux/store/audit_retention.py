"""How long an organisation keeps its audit log. Whole months go; what is removed leaves a sealed event in its place."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import msgspec

from testflux.model import audit as model
from testflux.model.access import EVERYBODY
from testflux.store import audit, queries
from testflux.store.database import Database, Reader

_SQL = queries.load("audit_retention")
_EARLIEST: Final = date(1970, 1, 1)


async def get_days(reader: Reader, org_id: int) -> int | None:
    """Return how many days an organisation keeps its log; None: for ever."""
    return (await reader.one(_SQL["get_days"], org_id=org_id))["audit_days"]


async def save_days(writer: audit.Writer, org_id: int, days: int | None) -> None:
    """Set how many days an organisation keeps its log. Nothing is removed before the night."""
    await writer.run(_SQL["save_days"], org_id=org_id, days=days)


async def drop_old(database: Database, secret_key: str, today: date) -> date | None:
    """Remove the months that are past their age as a whole.

    Returns the day before which nobody has an event any more, None when somebody keeps all. The installation's own log
    goes with that of the organisation that keeps it longest.
    """
    async with database.read(EVERYBODY) as reader:
        rows = await reader.all(_SQL["list_ages"])
    due = {row["org_id"]: _month_before(today, row["audit_days"]) for row in rows if row["audit_days"]}
    empty_before = min(due.values()) if due and len(due) == len(rows) else None
    if empty_before is not None:
        due[model.INSTALLATION] = empty_before
    for org_id, before in due.items():
        await _drop(database, secret_key, org_id, before)
    return empty_before


async def _drop(database: Database, secret_key: str, org_id: int, before: date) -> None:
    """Remove events from before a day, and note in the same transaction where the chain goes on from."""
    async with database.write(EVERYBODY) as writer:
        await writer.find(_SQL["lock_head"], org_id=org_id)
        row = await writer.find(_SQL["find_last_due"], org_id=org_id, before=before, since=_EARLIEST)
        if row is None:
            return
        link = model.Link(row["number"], row["digest"])
        count = await writer.run(_SQL["drop_events"], org_id=org_id, before=before, since=_EARLIEST)
        after = msgspec.to_builtins(model.seal(secret_key, org_id, model.REMOVING, link))
        target = audit.Target("audit", link.number)
        audit.note(writer, org_id, model.REMOVING, target, before={"events": count, "until": before}, after=after)


def _month_before(today: date, days: int) -> date:
    return (today - timedelta(days=days)).replace(day=1)
