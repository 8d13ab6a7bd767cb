"""The compliance report of a period."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Final, Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from testflux.kit import clock, errors
from testflux.model.access import Actor, Permission
from testflux.model.audit import Link
from testflux.model.compliance import Report, Section
from testflux.notify import compliance, compliance_html, compliance_pdf
from testflux.serve import declare
from testflux.serve.house import House
from testflux.serve.limiter import Rate
from testflux.store import audit, audit_chain, audit_log, database
from testflux.store import audit_report as rows

_DAY: Final = "A UTC day; the period holds it."
_SECTIONS: Final = (
    ("Changes of members and roles", "Who came, went, was invited, and was given or lost a role.", compliance.CHANGES),
    ("Tokens made and revoked", "What stands for a person or a service.", compliance.TOKENS),
    ("Changes of how people sign in", "Single sign-on, mail domains, passwords, second factors.", compliance.WAYS),
    (
        "Removals, and changes of what is kept",
        "Projects, runs, how long things are kept, and what was done with this log.",
        compliance.REMOVALS,
    ),
)


@get(
    "/audit/report",
    **declare.route(
        "getAuditReport",
        Permission.AUDIT_READ,
        rate=Rate.EXPORT,
        media_type="application/octet-stream",
        media_types=("application/pdf", "text/html"),
    ),
)
async def get_audit_report(
    actor: NamedDependency[Actor],
    house: NamedDependency[House],
    from_: Annotated[date, QueryParameter(name="from", description=_DAY)],
    to: Annotated[date, QueryParameter(description=_DAY)],
    format_: Annotated[Literal["html", "pdf"], QueryParameter(name="format")] = "pdf",
) -> Response[bytes]:
    """Make a report of a period: who had access to what, and what changed. Making it is an event itself."""
    if to < from_:
        hint = "Choose a first day that is not after the last."
        raise errors.InvalidError("The period ends before it begins.", field="to", hint=hint)
    async with house.database.write(actor.tenant) as writer:
        after = {"from": from_, "to": to, "format": format_}
        audit.note(writer, actor.org_id, "audit.report", audit.Target("audit", f"{from_}..{to}"), after=after)
    verdict = await audit_chain.verify(house.database, house.settings.secret_key, actor.org_id)
    async with house.database.read(actor.tenant) as reader:
        report = await _read(reader, actor, from_, to, verdict)
    write = compliance_pdf.write if format_ == "pdf" else compliance_html.write
    content = await asyncio.to_thread(write, report)
    kind = "application/pdf" if format_ == "pdf" else "text/html; charset=utf-8"
    name = f"access-{from_}-{to}.{format_}"
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


async def _read(reader: database.Reader, actor: Actor, first: date, last: date, verdict: audit_chain.Verdict) -> Report:
    org_id = actor.org_id
    organisation = await rows.get_organisation(reader, org_id)
    start = await audit_log.find_place(reader, org_id, first)
    end = await audit_log.find_end(reader, org_id, last)
    made_at = clock.now()
    sections = [
        compliance.access(await rows.list_access(reader, org_id), last),
        compliance.tokens(await rows.list_tokens(reader, org_id), last),
        *[await _events(reader, org_id, first, last, each) for each in _SECTIONS],
        compliance.failed_sign_ins(await rows.list_failed_sign_ins(reader, org_id, first, last)),
        compliance.counts(await audit_log.count_events(reader, org_id, first, last)),
    ]
    return Report(
        organisation=f"{organisation['name']} ({organisation['slug']})",
        first=first,
        last=last,
        made_at=made_at,
        made_by=actor.email,
        facts=[
            ("Made", f"{made_at:%Y-%m-%d %H:%M:%S} UTC by {actor.token_name or actor.email}"),
            ("Audit log", _say(verdict)),
            ("Before the period", _place(start)),
            ("End of the period", _place(end)),
        ],
        sections=sections,
    )


async def _events(
    reader: database.Reader, org_id: int, first: date, last: date, section: tuple[str, str, tuple[str, ...]]
) -> Section:
    title, about, nouns = section
    found = await rows.list_of(reader, org_id, first, last, list(nouns))
    return compliance.events(title, about, found, rows.MOST)


def _say(verdict: audit_chain.Verdict) -> str:
    if verdict.fault is not None:
        return f"NOT WHOLE. {verdict.fault}"
    kept = f" from event {verdict.kept_from} on" if verdict.kept_from > 1 else ""
    sealed = f"sealed by the server up to event {verdict.sealed_number}" if verdict.sealed_number else "not sealed yet"
    return f"Whole{kept}, checked for this report: {verdict.events:,} events, {sealed}."


def _place(place: Link) -> str:
    return f"event {place.number}, {place.digest.hex()}" if place.number else "no event yet"


ROUTES = [get_audit_report]
