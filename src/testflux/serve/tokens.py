"""API tokens: everybody's own, and those of the organisation, where services have tokens that stand for nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from testflux.access import giving, permissions
from testflux.access import tokens as token_rules
from testflux.access.grants import Grant
from testflux.kit import clock, errors
from testflux.model.access import Actor, Permission, Role
from testflux.serve import declare, paging, users
from testflux.serve.paging import Page
from testflux.serve.shapes.tokens import NewOrganisationToken, NewToken, Token, TokenCreated, TokenPage
from testflux.store import audit, database, projects, tokens

_HINT_LENGTH: Final = 4
_ALL_OF_IT: Final = "admin"
_FOR_EVER: Final = "This token never expires: note where it is kept, and revoke it when it is needed no more."


@get("/me/tokens", **declare.route("listMyTokens", Permission.SELF))
async def list_my_tokens(
    actor: NamedDependency[Actor], database: NamedDependency[database.Database], page: NamedDependency[Page]
) -> TokenPage:
    """List one's own API tokens in this organisation, newest first."""
    return await _list(actor, database, page, _person(actor))


@get("/tokens", **declare.route("listTokens", Permission.TOKEN_MANAGE))
async def list_tokens(
    actor: NamedDependency[Actor], database: NamedDependency[database.Database], page: NamedDependency[Page]
) -> TokenPage:
    """List everybody's and every service's API tokens, newest first."""
    return await _list(actor, database, page, None)


@post("/me/tokens", **declare.route("addMyToken", Permission.SELF, 404, 413, 415))
async def add_my_token(
    data: JSONBody[NewToken], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> TokenCreated:
    """Make an API token that may do what one may oneself, and no more; it is shown this once."""
    return await _add_personal(data, actor, database)


@post("/tokens", **declare.route("addToken", Permission.TOKEN_MANAGE, 404, 413, 415))
async def add_token(
    data: JSONBody[NewOrganisationToken], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> TokenCreated:
    """Make the token of a service, with a role of its own; without one, a personal token. It is shown this once."""
    if data.role is None:
        return await _add_personal(data, actor, database)
    async with database.write(actor.tenant) as writer:
        await _check_role(writer, actor, data.role)
        return await _add(writer, actor, data, token_rules.SERVICE_LIFE, role=data.role)


@delete("/me/tokens/{token_id:str}", **declare.route("dropMyToken", Permission.SELF, 404))
async def drop_my_token(
    token_id: FromPath[str], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> None:
    """Revoke one of one's own API tokens."""
    await _drop(actor, database, token_id, _person(actor))


@delete("/tokens/{token_id:str}", **declare.route("dropToken", Permission.TOKEN_MANAGE, 404))
async def drop_token(
    token_id: FromPath[str], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> None:
    """Revoke any API token of the organisation."""
    await _drop(actor, database, token_id, None)


async def _list(actor: Actor, database: database.Database, page: Page, user_id: int | None) -> TokenPage:
    before = page.after(tuple[paging.Number])
    async with database.read(actor.tenant) as reader:
        place = before and before[0]
        rows = await tokens.list_tokens(reader, actor.org_id, place, page.limit + 1, user_id=user_id)
    shown, more = paging.cut(rows, page.limit)
    items = [Token(**_fields(row)) for row in shown]
    return TokenPage(items=items, next_cursor=paging.place(shown[-1]["token_id"]) if more else None)


async def _add_personal(data: NewToken, actor: Actor, database: database.Database) -> TokenCreated:
    _person(actor)
    _check_scopes(actor, data.scopes)
    async with database.write(actor.tenant) as writer:
        return await _add(writer, actor, data, token_rules.PERSONAL_LIFE)


async def _add(
    writer: database.Writer, actor: Actor, data: NewToken, life: timedelta, role: str | None = None
) -> TokenCreated:
    limits = await _limits(writer, actor, data.projects)
    expires_at = _end(data.expires_at, life)
    token = token_rules.make_api_token()
    kept = tokens.Kept(
        name=data.name,
        token_digest=token_rules.digest(token),
        hint=token[-_HINT_LENGTH:],
        scopes=sorted(set(data.scopes)) or [_ALL_OF_IT],
        expires_at=expires_at,
        role=role,
        project_ids=None if limits is None else list(limits),
    )
    row = await tokens.add_token(writer, actor.org_id, actor.user_id, kept)
    made = TokenCreated(**_fields(row), token=token, warnings=[] if expires_at else [_FOR_EVER])
    told = ("kind", "role", "scopes", "projects", "expires_at", "hint")
    after = {name: getattr(made, name) for name in told}
    audit.note(writer, actor.org_id, "token.add", audit.Target("token", made.id, made.name), after=after)
    return made


async def _drop(actor: Actor, database: database.Database, token_id: str, user_id: int | None) -> None:
    async with database.write(actor.tenant) as writer:
        number = users.number_of(token_id)
        row = await tokens.drop_token(writer, actor.org_id, number, clock.now(), user_id=user_id)
        target = audit.Target("token", number, row["name"])
        before = {"kind": row["kind"], "hint": row["hint"]}
        audit.note(writer, actor.org_id, "token.revoke", target, before=before)


async def _limits(reader: database.Reader, actor: Actor, slugs: list[str] | None) -> dict[int, str] | None:
    """Return the projects a token is limited to; NotFoundError for one that its maker does not see."""
    if slugs is None:
        return None
    found = await tokens.list_limits(reader, actor.org_id, slugs)
    for project_id, slug in found.items():
        if not actor.may_read(project_id):
            raise projects.no_project(slug)
    return found


async def _check_role(reader: database.Reader, actor: Actor, role: str) -> None:
    """Raise unless there is such a role, and it allows nothing that the actor may not."""
    own = None if role in frozenset(Role) else await tokens.find_role(reader, actor.org_id, role)
    if own is None and role not in frozenset(Role):
        hint = "GET /api/v1/roles lists them."
        raise errors.InvalidError(f"There is no role {role!r}.", field="role", hint=hint)
    giving.check(actor, [Grant(role, permissions=None if own is None else tuple(own["permissions"]))])


def _check_scopes(actor: Actor, scopes: list[str]) -> None:
    """Raise unless each scope is one, and the actor may do what it names, at least in one project."""
    if not scopes:
        raise errors.InvalidError("The token would be for nothing.", field="scopes", hint=f"E.g. {_ALL_OF_IT}.")
    for place, scope in enumerate(scopes):
        if scope not in permissions.SCOPES:
            hint = f"It takes {', '.join(permissions.SCOPES)}."
            raise errors.InvalidError(f"There is no scope {scope!r}.", field=f"scopes[{place}]", hint=hint)
        missing = permissions.of_scopes([scope]) - _held(actor)
        if missing and scope != _ALL_OF_IT:
            message = f"You may not do that yourself: {', '.join(sorted(missing))}."
            raise errors.ForbiddenError(message, hint="Ask somebody who may.", code="outranked")


def _held(actor: Actor) -> frozenset[Permission]:
    return actor.permissions.union(*(grant.permissions for grant in actor.projects.values()))


def _person(actor: Actor) -> int:
    """Return whose own tokens these are; ForbiddenError for tokens, that must not make others outlive them."""
    if actor.token_id is not None:
        hint = "Sign in as the person, or make a service token."
        raise errors.ForbiddenError("A token has no tokens of its own.", hint=hint)
    return actor.user_id


def _end(wanted: datetime | msgspec.UnsetType | None, life: timedelta) -> datetime | None:
    now = clock.now()
    if isinstance(wanted, msgspec.UnsetType):
        return now + life
    if wanted is not None and wanted <= now:
        raise errors.InvalidError("The time is in the past.", field="expires_at", hint="Choose a later one.")
    return wanted


def _fields(row: database.Row) -> dict[str, Any]:
    names = (
        "name",
        "kind",
        "role",
        "scopes",
        "projects",
        "hint",
        "created_by",
        "created_at",
        "expires_at",
        "last_used_at",
    )
    return {"id": str(row["token_id"])} | {name: row[name] for name in names}


ROUTES = [list_my_tokens, add_my_token, drop_my_token, list_tokens, add_token, drop_token]
