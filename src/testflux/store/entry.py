"""Who comes to the door, and where they may come in."""

from __future__ import annotations

from testflux.store import queries
from testflux.store.database import Reader, Row

_SQL = queries.load("entry")


async def find_person(reader: Reader, email: str) -> Row | None:
    """Return who signs in with an address, with `password_hash` and `has_second_factor`; None for nobody."""
    return await reader.find(_SQL["find_person"], email=email.lower())


async def find_by_id(reader: Reader, user_id: int) -> Row | None:
    """Return the same of somebody known already; None once they are disabled."""
    return await reader.find(_SQL["find_by_id"], user_id=user_id)


async def list_ways(reader: Reader, user_id: int) -> list[Row]:
    """List a person's organisations with how one gets in there, the one they looked at last first."""
    return await reader.all(_SQL["list_ways"], user_id=user_id)


async def list_addresses(reader: Reader, email: str) -> list[str]:
    """List where whoever has that e-mail address was signed in from lately."""
    return [row["address"] for row in await reader.all(_SQL["list_addresses"], email=email.lower())]
