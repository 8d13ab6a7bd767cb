"""The audit log: who did what."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal

from litestar import get, put
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody, QueryParameter
from litestar.response import Stream

from testflux.kit import errors
from testflux.model.access import Actor, Permission
from testflux.model.acts import ACTS
from testflux.serve import audit_export, declare, paging
from testflux.serve.limiter import Rate
from testflux.serve.paging import Page
from testflux.serve.shapes.audit import (
    AuditAct,
    AuditActor,
    AuditEvent,
    AuditPage,
    AuditRetention,
    AuditState,
    AuditTarget,
)
from testflux.store import audit, audit_chain, audit_log, audit_retention, chores, database, projects

_MOST_ACTS: Final = 20
_NOUNS: Final = frozenset(act.partition(".")[0] for act in ACTS)
_Text = Annotated[str, QueryParameter(max_length=200)]


async def audit_filter(  # noqa: PLR0913, PLR0917  (one argument for each key of the query)
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    from_: Annotated[date | None, QueryParameter(name="from", description="First day, UTC.")] = None,
    to: Annotated[date | None, QueryParameter(description="Last day, UTC.")] = None,
    act: Annotated[
        str | None, QueryParameter(max_length=500, description="Acts or nouns, comma-separated: `channel,run.remove`.")
    ] = None,
    who: Annotated[str, QueryParameter(max_length=200, description="Part of the actor's name.")] = "",
    target: Annotated[str, QueryParameter(max_length=200, description="Part of the target's name, or its id.")] = "",
    project: Annotated[str | None, QueryParameter(max_length=100, description="A project's slug.")] = None,
    address: Annotated[str, QueryParameter(max_length=100, description="The address it came from.")] = "",
    refused: Annotated[bool | None, QueryParameter(description="Only what was refused, or only what was not.")] = None,
    q: Annotated[str, QueryParameter(max_length=200, description="A text in any part of an event.")] = "",
) -> audit_log.Filter:
    """Read which events are wanted from the query."""
    project_id = None
    if project is not None:
        async with database.read(actor.tenant) as reader:
            project_id = (await projects.get_project(reader, actor.tenant, project))["project_id"]
    return audit_log.Filter(
        first=from_,
        last=to,
        acts=_acts(act),
        actor=who,
        target=target,
        address=address,
        project_id=project_id,
        is_refused=refused,
        text=q,
    )


_PROVIDED: Final = {"wanted": Provide(audit_filter)}


@get("/audit", **declare.route("listAuditEvents", Permission.AUDIT_READ, 404, dependencies=_PROVIDED))
async def list_audit_events(
    wanted: NamedDependency[audit_log.Filter],
    page: NamedDependency[Page],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> AuditPage:
    """List what was done in the organisation, newest first."""
    async with database.read(actor.tenant) as reader:
        rows = await audit_log.list_events(
            reader, actor.org_id, wanted, before=page.after(tuple[date, paging.Number]), limit=page.limit + 1
        )
    shown, more = paging.cut(rows, page.limit)
    cursor = paging.place(shown[-1]["day"], shown[-1]["number"]) if more else None
    return AuditPage(items=[_event(row) for row in shown], next_cursor=cursor)


@get("/audit/state", **declare.route("getAuditState", Permission.AUDIT_READ))
async def get_audit_state(actor: NamedDependency[Actor], database: NamedDependency[database.Database]) -> AuditState:
    """Answer where the log ends, when it was last checked, and how long it is kept."""
    async with database.read(actor.tenant) as reader:
        head = await audit.find_head(reader, actor.org_id)
        start, _ = await audit_chain.find_start(reader, actor.org_id)
        checks = {chore.name: chore for chore in await chores.list_chores(reader)}
        days = await audit_retention.get_days(reader, actor.org_id)
    check = checks.get(chores.AUDIT)
    return AuditState(
        number=head.number,
        digest=head.digest.hex(),
        kept_from=start.number + 1,
        checked_at=check.finished_at if check else None,
        broken=check.found if check else 0,
        retention_days=days,
        acts=[AuditAct(act=act, about=about) for act, about in ACTS.items()],
    )


@get(
    "/audit/export",
    **declare.route(
        "exportAuditEvents",
        Permission.AUDIT_READ,
        404,
        dependencies=_PROVIDED,
        rate=Rate.EXPORT,
        media_types=("text/csv", "application/x-ndjson"),
    ),
)
async def export_audit_events(
    wanted: NamedDependency[audit_log.Filter],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    format_: Annotated[Literal["csv", "ndjson"], QueryParameter(name="format")] = "ndjson",
) -> Stream:
    """Download events, oldest first. NDJSON lines carry the digests that chain them. The export is noted itself."""
    async with database.write(actor.tenant) as writer:
        head = await audit.find_head(writer, actor.org_id)
        after = {"format": format_, "filter": _said(wanted), "number": head.number, "digest": head.digest.hex()}
        audit.note(writer, actor.org_id, "audit.export", audit.Target("audit", head.number), after=after)
    write = audit_export.write_csv if format_ == "csv" else audit_export.write_ndjson
    return Stream(
        write(database, actor.tenant, actor.org_id, wanted),
        media_type="text/csv; charset=utf-8" if format_ == "csv" else "application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="audit.{format_}"'},
    )


@put("/audit/retention", **declare.route("saveAuditRetention", Permission.ORG_EDIT, 413, 415))
async def save_audit_retention(
    data: JSONBody[AuditRetention], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> AuditRetention:
    """Set how long the audit log is kept; it takes effect the next night."""
    async with database.write(actor.tenant) as writer:
        before = {"days": await audit_retention.get_days(writer, actor.org_id)}
        await audit_retention.save_days(writer, actor.org_id, data.days)
        changed = audit.changes(before, {"days": data.days})
        audit.note(writer, actor.org_id, "audit.retain", audit.Target("organisation", actor.org_id), **changed)
    return data


def _acts(text: str | None) -> tuple[str, ...]:
    named = tuple(part.strip() for part in (text or "").split(",") if part.strip())
    unknown = [name for name in named if name not in ACTS and name not in _NOUNS]
    if unknown or len(named) > _MOST_ACTS:
        hint = "docs/reference/audit.md lists the acts; the part before the dot stands for all of its kind."
        message = f"{unknown[0]!r} is no act." if unknown else f"At most {_MOST_ACTS} acts can be asked for."
        raise errors.InvalidError(message, field="act", hint=hint)
    return named


def _said(wanted: audit_log.Filter) -> dict[str, Any]:
    return {name: value for name in wanted.__struct_fields__ if (value := getattr(wanted, name)) not in (None, "", ())}


def _event(row: database.Row) -> AuditEvent:
    return AuditEvent(
        number=row["number"],
        happened_at=row["happened_at"],
        act=row["act"],
        about=ACTS.get(row["act"], ""),
        actor=AuditActor(kind=row["actor_kind"], id=row["actor_id"], name=row["actor_name"]),
        target=AuditTarget(kind=row["target_kind"], id=row["target_id"], name=row["target_name"]),
        project=row["project_slug"],
        is_refused=row["is_refused"],
        address=row["address"],
        request_id=row["request_id"],
        before=row["before"],
        after=row["after"],
        digest=row["digest"].hex(),
    )


ROUTES = [list_audit_events, get_audit_state, export_audit_events, save_audit_retention]
