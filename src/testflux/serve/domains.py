"""Mail domains: an organisation proves by a record in the DNS that one is its own."""

from __future__ import annotations

import secrets
from typing import Final

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from testflux.kit import clock, errors, txt
from testflux.model.access import Actor, Permission
from testflux.serve import declare
from testflux.serve.shapes.providers import DomainEntry, DomainList, NewDomain
from testflux.store import audit, database, domains

_LABEL: Final = "_testflux"
_VALUE: Final = "testflux-domain="


@get("/domains", **declare.route("listDomains", Permission.SSO_MANAGE))
async def list_domains(actor: NamedDependency[Actor], database: NamedDependency[database.Database]) -> DomainList:
    """List the organisation's mail domains."""
    async with database.read(actor.tenant) as reader:
        return DomainList(items=[_shape(row) for row in await domains.list_domains(reader, actor.org_id)])


@post("/domains", **declare.route("addDomain", Permission.SSO_MANAGE, 409, 413, 415))
async def add_domain(
    data: JSONBody[NewDomain], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> DomainEntry:
    """Add a mail domain; the answer says which DNS record proves it."""
    async with database.write(actor.tenant) as writer:
        row = await domains.add_domain(writer, actor.org_id, data.domain, secrets.token_urlsafe(24))
        audit.note(writer, actor.org_id, "domain.add", audit.Target("domain", data.domain, data.domain))
    return _shape(row)


@post("/domains/{domain:str}/verify", **declare.route("verifyDomain", Permission.SSO_MANAGE, 404, 409, status_code=200))
async def verify_domain(
    domain: FromPath[str], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> DomainEntry:
    """Look for the record in the DNS, and if it is there take the domain as the organisation's own."""
    async with database.read(actor.tenant) as reader:
        entry = _shape(await domains.get_domain(reader, actor.org_id, domain))
    found = await txt.look_up(entry.record)
    if entry.value not in found:
        there = f"{len(found)} other" if found else "no"
        message = f"The DNS has {there} TXT record at {entry.record}, not the one that is asked for."
        hint = "Add it at your DNS host and try again; a new record can take up to an hour to be seen."
        raise errors.ConflictError(message, hint=hint, code="domain-unproven")
    async with database.write(actor.tenant) as writer:
        row = await domains.save_verified(writer, actor.org_id, domain, clock.now())
        audit.note(writer, actor.org_id, "domain.verify", audit.Target("domain", domain, domain))
    return _shape(row)


@delete("/domains/{domain:str}", **declare.route("dropDomain", Permission.SSO_MANAGE, 404))
async def drop_domain(
    domain: FromPath[str], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> None:
    """Remove a mail domain: providers add nobody of it any more; who is there stays."""
    async with database.write(actor.tenant) as writer:
        await domains.get_domain(writer, actor.org_id, domain)
        await domains.drop_domain(writer, actor.org_id, domain)
        audit.note(writer, actor.org_id, "domain.remove", audit.Target("domain", domain, domain))


def _shape(row: database.Row) -> DomainEntry:
    return DomainEntry(
        domain=row["domain"],
        record=f"{_LABEL}.{row['domain']}",
        value=_VALUE + row["token"],
        verified_at=row["verified_at"],
    )


ROUTES = [list_domains, add_domain, verify_domain, drop_domain]
