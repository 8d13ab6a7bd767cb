"""Oneself: what one may do here, and in which organisation one looks around."""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from testflux.access import entry, tokens
from testflux.kit import clock, errors
from testflux.model.access import EVERYBODY, Actor, Permission
from testflux.serve import declare
from testflux.serve import users as user_routes
from testflux.serve.house import House
from testflux.serve.shapes.organisations import Me, Organisation, Place, Switch
from testflux.store import audit, database, organisations, users


@get("/me", **declare.route("getMe", Permission.SELF, is_open=True))
async def get_me(actor: NamedDependency[Actor], database: NamedDependency[database.Database]) -> Me:
    """Answer who is signed in, in which organisation, and what they may do there."""
    async with database.read(EVERYBODY) as reader:
        person = user_routes.shape(await users.get_user(reader, actor.org_id, actor.user_id))
        is_bound = actor.token_id is not None
        rows = await organisations.list_of_person(reader, actor.org_id, actor.user_id, is_bound=is_bound)
    places = {row["org_id"]: shape(row) for row in rows}
    return Me(
        **{name: getattr(person, name) for name in person.__struct_fields__},
        permissions=sorted(actor.permissions),
        projects={grant.slug: sorted(grant.permissions) for grant in actor.projects.values()},
        organisation=places[actor.org_id],
        organisations=list(places.values()),
        is_operator=Permission.ORG_CREATE in actor.permissions,
    )


@post(
    "/auth/switch", **declare.route("switchOrganisation", Permission.SELF, 404, 413, 415, is_open=True, status_code=200)
)
async def switch_organisation(
    data: JSONBody[Switch], actor: NamedDependency[Actor], house: NamedDependency[House]
) -> Place:
    """Look at another organisation that one belongs to, in this browser. A token stays in its own."""
    if actor.sign_in_id is None:
        raise errors.ForbiddenError("A token belongs to one organisation.", hint="Make a token in the other one.")
    async with house.database.write(EVERYBODY) as writer:
        row = await organisations.find_entrance(writer, actor.user_id, actor.sign_in_id, data.organisation)
        if row is None:
            raise no_organisation(data.organisation)
        if row["is_foreign"]:
            message = f"Another organisation's provider signed you in, which says nothing to {row['name']}."
            raise errors.ForbiddenError(message, hint="Sign out, and sign in there.", code="sign-in-elsewhere")
        rules = entry.Rules(
            name=row["name"],
            is_password_allowed=row["is_password_allowed"],
            required_provider_id=row["required_provider_id"],
            is_owner=row["is_owner"],
        )
        entry.check(rules, row["provider_id"])
        await organisations.save_place(writer, actor.sign_in_id, row["org_id"])
        audit.note(
            writer, row["org_id"], "organisation.switch", audit.Target("organisation", row["org_id"], row["name"])
        )
    return Place(
        access_token=tokens.sign_access(house.settings.secret_key, actor.user_id, actor.sign_in_id, clock.now()),
        token_type="Bearer",  # noqa: S106  (the scheme's name)
        expires_in=int(tokens.ACCESS_LIFE.total_seconds()),
        organisation=shape(row),
    )


def no_organisation(slug: str) -> errors.NotFoundError:
    """Return the error of a slug that names no organisation, or none of the caller's."""
    hint = "GET /api/v1/me lists those you belong to."
    return errors.NotFoundError(f"There is no organisation {slug!r}.", hint=hint, code="organisation-not-found")


def shape(row: database.Row) -> Organisation:
    """Shape an organisation."""
    return Organisation(id=str(row["org_id"]), slug=row["slug"], name=row["name"])


ROUTES = [get_me, switch_organisation]
