"""Mail domains that organisations have proven to be their own."""

from __future__ import annotations

from datetime import datetime

from testflux.kit import errors
from testflux.store import queries
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("domains")


async def list_domains(reader: Reader, org_id: int) -> list[Row]:
    """List an organisation's domains by name."""
    return await reader.all(_SQL["list_domains"], org_id=org_id, domain=None)


async def get_domain(reader: Reader, org_id: int, domain: str) -> Row:
    """Return a domain of an organisation; NotFoundError when it has not added it."""
    row = await reader.find(_SQL["list_domains"], org_id=org_id, domain=domain)
    if row is None:
        raise errors.NotFoundError(f"There is no domain {domain[:80]!r}.", hint="Add it first.")
    return row


async def find_owner(reader: Reader, domain: str) -> int | None:
    """Return the organisation that has proven the domain to be its own."""
    row = await reader.find(_SQL["find_owner"], domain=domain)
    return None if row is None else row["org_id"]


async def count_verified(reader: Reader, org_id: int) -> int:
    """Count the domains that an organisation has proven."""
    return (await reader.one(_SQL["count_verified"], org_id=org_id))["count"]


async def add_domain(writer: Writer, org_id: int, domain: str, token: str) -> Row:
    """Add a domain still to be proven by `token` in its DNS; ConflictError when it is there already."""
    if await writer.find(_SQL["add_domain"], org_id=org_id, domain=domain, token=token) is None:
        raise errors.ConflictError(f"The domain {domain} is there already.", hint="Verify it.", code="name-taken")
    return await get_domain(writer, org_id, domain)


async def save_verified(writer: Writer, org_id: int, domain: str, now: datetime) -> Row:
    """Note that a domain is proven; ConflictError when another organisation proved it first."""
    if await writer.find(_SQL["save_verified"], org_id=org_id, domain=domain, now=now) is None:
        hint = "Ask whoever runs this installation to sort out whose it is."
        message = f"Another organisation has proven {domain} to be its own."
        raise errors.ConflictError(message, hint=hint, code="domain-taken")
    return await get_domain(writer, org_id, domain)


async def drop_domain(writer: Writer, org_id: int, domain: str) -> None:
    """Remove a domain."""
    await writer.run(_SQL["drop_domain"], org_id=org_id, domain=domain)
