"""Organisations: one's own with how its people sign in, and all of them for who runs the installation."""

from __future__ import annotations

from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from testflux.model.access import EVERYBODY, Actor, Permission
from testflux.serve import declare
from testflux.serve.shapes.organisations import NewOrganisation, OrganisationChange, Organisations, OrganisationSettings
from testflux.store import audit, database, organisations

_POLICY = ("name", "is_password_allowed", "is_second_factor_required")


@get("/organisation", **declare.route("getOrganisation", Permission.ORG_EDIT))
async def get_organisation(
    actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> OrganisationSettings:
    """Answer the organisation that one looks at, and how its people sign in."""
    async with database.read(actor.tenant) as reader:
        return shape(await organisations.get_organisation(reader, actor.org_id))


@patch("/organisation", **declare.route("changeOrganisation", Permission.ORG_EDIT, 413, 415))
async def change_organisation(
    data: JSONBody[OrganisationChange],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> OrganisationSettings:
    """Change its name, or how its people sign in: who came in another way is out at once, but for owners."""
    async with database.write(actor.tenant) as writer:
        before = await organisations.get_organisation(writer, actor.org_id)
        row = await organisations.save_organisation(
            writer,
            actor.org_id,
            name=data.name,
            is_password_allowed=data.is_password_allowed,
            is_second_factor_required=data.is_second_factor_required,
        )
        audit.note(
            writer,
            actor.org_id,
            "organisation.change",
            audit.Target("organisation", actor.org_id, row["name"]),
            before={name: before[name] for name in _POLICY if before[name] != row[name]},
            after={name: row[name] for name in _POLICY if before[name] != row[name]},
        )
    return shape(row)


@get("/organisations", **declare.route("listOrganisations", Permission.ORG_CREATE))
async def list_organisations(database: NamedDependency[database.Database]) -> Organisations:
    """List every organisation of the installation, by name."""
    async with database.read(EVERYBODY) as reader:
        return Organisations(items=[shape(row) for row in await organisations.list_all(reader)])


@post("/organisations", **declare.route("addOrganisation", Permission.ORG_CREATE, 409, 413, 415))
async def add_organisation(
    data: JSONBody[NewOrganisation], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> OrganisationSettings:
    """Add an organisation; it belongs to whoever adds it, and is empty."""
    async with database.write(EVERYBODY) as writer:
        row = await organisations.add_organisation(writer, data.slug, data.name, actor.user_id)
        target = audit.Target("organisation", row["org_id"], row["name"])
        audit.note(writer, row["org_id"], "organisation.add", target, after={"slug": row["slug"], "name": row["name"]})
    return shape(row)


def shape(row: database.Row) -> OrganisationSettings:
    """Shape an organisation."""
    required = row["required_provider_id"]
    return OrganisationSettings(
        id=str(row["org_id"]),
        required_provider_id=None if required is None else str(required),
        **{name: row[name] for name in ("slug", "created_at", *_POLICY, "member_count", "project_count")},
    )


ROUTES = [get_organisation, change_organisation, list_organisations, add_organisation]
