"""How long things are kept."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from testflux.kit import clock, errors
from testflux.model.access import Actor, Permission
from testflux.model.retention import Ages, Kept
from testflux.serve import declare
from testflux.serve.shapes.storage import MOST_DAYS, OwnRetention, ProjectRetention, Retention, RetentionPreview
from testflux.store import audit, database, projects, retention

_FOR_EVER = "for_ever"
_INHERITED = "inherited"
_KINDS = tuple(kind.value for kind in Kept)
OrgAge = Annotated[str, QueryParameter(max_length=10, description="Days, or for_ever.")]
OwnAge = Annotated[str, QueryParameter(max_length=10, description="Days, for_ever or inherited.")]


@get("/retention", **declare.route("getRetention", Permission.STORAGE_MANAGE))
async def get_retention(actor: NamedDependency[Actor], database: NamedDependency[database.Database]) -> Retention:
    """Answer how long the organisation keeps what."""
    async with database.read(actor.tenant) as reader:
        return shape(await retention.get_org_ages(reader, actor.org_id))


@put("/retention", **declare.route("saveRetention", Permission.STORAGE_MANAGE, 413, 415))
async def save_retention(
    data: JSONBody[Retention], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> Retention:
    """Set how long the organisation keeps what; it takes effect the next night."""
    async with database.write(actor.tenant) as writer:
        before = msgspec.structs.asdict(shape(await retention.get_org_ages(writer, actor.org_id)))
        await retention.save_org_ages(writer, actor.org_id, _ages(data))
        changed = audit.changes(before, msgspec.structs.asdict(data))
        audit.note(writer, actor.org_id, "retention.change", audit.Target("organisation", actor.org_id), **changed)
    return data


@get("/retention/preview", **declare.route("previewRetention", Permission.STORAGE_MANAGE))
async def preview_retention(
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    results: OrgAge = _FOR_EVER,
    evidence: OrgAge = _FOR_EVER,
    rows: OrgAge = _FOR_EVER,
    audit: OrgAge = _FOR_EVER,
) -> RetentionPreview:
    """Count what would be deleted under these ages of the organisation; projects that differ keep their own."""
    wanted = _read({"results": results, "evidence": evidence, "rows": rows, "audit": audit}, (_FOR_EVER,))
    ages = Ages(**{kind.value: days for kind, days in wanted.items()})
    async with database.read(actor.tenant) as reader:
        policies = await retention.list_policies(reader, actor.tenant)
        owns = await retention.list_owns(reader, actor.tenant)
        row = await retention.preview(reader, retention.changed(policies, ages, owns), clock.now().date())
    return RetentionPreview(**row)


@get("/projects/{slug:str}/retention", **declare.route("getProjectRetention", Permission.STORAGE_MANAGE, 404))
async def get_project_retention(
    slug: FromPath[str], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> ProjectRetention:
    """Answer how long a project keeps what, and what of that is its own."""
    async with database.read(actor.tenant) as reader:
        project = await projects.get_project(reader, actor.tenant, slug)
        return await _project(reader, actor, project["project_id"])


@put(
    "/projects/{slug:str}/retention", **declare.route("saveProjectRetention", Permission.STORAGE_MANAGE, 404, 413, 415)
)
async def save_project_retention(
    slug: FromPath[str],
    data: JSONBody[OwnRetention],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> ProjectRetention:
    """Set where a project differs from its organisation; it takes effect the next night."""
    async with database.write(actor.tenant) as writer:
        project = await projects.get_project(writer, actor.tenant, slug)
        number = project["project_id"]
        before = await _project(writer, actor, number)
        await retention.save_own(writer, number, _own(data))
        after = await _project(writer, actor, number)
        changed = audit.changes(msgspec.structs.asdict(before.own), msgspec.structs.asdict(after.own))
        target = audit.Target("project", number, slug)
        audit.note(writer, actor.org_id, "retention.change", target, project_id=number, **changed)
        return after


@get(
    "/projects/{slug:str}/retention/preview",
    **declare.route("previewProjectRetention", Permission.STORAGE_MANAGE, 404),
)
async def preview_project_retention(
    slug: FromPath[str],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    results: OwnAge = _INHERITED,
    evidence: OwnAge = _INHERITED,
    rows: OwnAge = _INHERITED,
    audit: OwnAge = _INHERITED,
) -> RetentionPreview:
    """Count what would be deleted of a project under these ages of its own."""
    given = {"results": results, "evidence": evidence, "rows": rows, "audit": audit}
    own = _read(given, (_FOR_EVER, _INHERITED))
    async with database.read(actor.tenant) as reader:
        project_id = (await projects.get_project(reader, actor.tenant, slug))["project_id"]
        ages = retention.combine(await retention.get_org_ages(reader, actor.org_id), own)
        policy = retention.Policy(project_id=project_id, slug=slug, ages=ages)
        return RetentionPreview(**await retention.preview(reader, [policy], clock.now().date()))


def shape(ages: Ages) -> Retention:
    """Shape ages."""
    return Retention(**{kind: _say(getattr(ages, kind)) for kind in _KINDS})


async def _project(reader: database.Reader, actor: Actor, project_id: int) -> ProjectRetention:
    org_ages = await retention.get_org_ages(reader, actor.org_id)
    own = await retention.get_own(reader, project_id)
    return ProjectRetention(
        own=OwnRetention(**{kind.value: _say(days) for kind, days in own.items()}),
        organisation=shape(org_ages),
        effective=shape(retention.combine(org_ages, own)),
    )


def _say(days: int | None) -> Any:
    return _FOR_EVER if days is None else days


def _ages(data: Retention) -> Ages:
    given = msgspec.structs.asdict(data)
    return Ages(**{kind: None if days == _FOR_EVER else days for kind, days in given.items()})


def _own(data: OwnRetention) -> retention.Own:
    given = msgspec.structs.asdict(data)
    return {Kept(kind): None if days == _FOR_EVER else days for kind, days in given.items() if days != _INHERITED}


def _read(given: dict[str, str], words: tuple[str, ...]) -> retention.Own:
    """Read ages from a query; InvalidError names one that cannot be."""
    own: retention.Own = {}
    for kind, text in given.items():
        if text == _FOR_EVER:
            own[Kept(kind)] = None
        elif text.isdecimal() and 1 <= int(text) <= MOST_DAYS:
            own[Kept(kind)] = int(text)
        elif text not in words:
            hint = f"It takes a number of days from 1 to {MOST_DAYS}, or {' or '.join(words)}."
            raise errors.InvalidError(f"{text!r} is no age.", field=kind, hint=hint)
    return own


ROUTES = [
    get_retention,
    save_retention,
    preview_retention,
    get_project_retention,
    save_project_retention,
    preview_project_retention,
]
