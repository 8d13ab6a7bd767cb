"""What a compliance report is made of: who has access, and what the audit log says of a period."""

from __future__ import annotations

from datetime import date
from typing import Final

from testflux.store import queries
from testflux.store.database import Reader, Row

MOST: Final = 1000
"""How many events a section shows; the log has them all."""

_SQL = queries.load("audit_report")


async def list_access(reader: Reader, org_id: int) -> list[Row]:
    """Return every member with each role they have, where, since when and by whom."""
    return await reader.all(_SQL["list_access"], org_id=org_id)


async def list_tokens(reader: Reader, org_id: int) -> list[Row]:
    """Return the tokens that work."""
    return await reader.all(_SQL["list_working_tokens"], org_id=org_id)


async def get_organisation(reader: Reader, org_id: int) -> Row:
    """Return an organisation's slug and name."""
    return await reader.one(_SQL["get_organisation"], org_id=org_id)


async def list_of(reader: Reader, org_id: int, first: date, last: date, nouns: list[str]) -> list[Row]:
    """Return the events about some kinds of things in a period, oldest first, one more than MOST at most."""
    return await reader.all(_SQL["list_of"], org_id=org_id, first=first, last=last, nouns=nouns, limit=MOST + 1)


async def list_failed_sign_ins(reader: Reader, org_id: int, first: date, last: date) -> list[Row]:
    """Return who failed to sign in from where in a period, how often, first and last; the most frequent first."""
    return await reader.all(_SQL["list_failed_sign_ins"], org_id=org_id, first=first, last=last, limit=MOST)
