"""API tokens."""

from __future__ import annotations

from typing import Any

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from testflux.access import tokens as token_rules
from testflux.kit import clock, errors
from testflux.model.access import Actor, Permission
from testflux.serve import declare, paging, users
from testflux.serve.paging import Page
from testflux.serve.shapes.accounts import NewToken, Token, TokenCreated, TokenPage
from testflux.store import database, tokens

_HINT_LENGTH = 4


@get("/tokens", **declare.route("listTokens", Permission.TOKEN_MANAGE))
async def list_tokens(
    actor: NamedDependency[Actor], database: NamedDependency[database.Database], page: NamedDependency[Page]
) -> TokenPage:
    """List API tokens, newest first."""
    before = page.after(tuple[paging.Number])
    async with database.read(actor.tenant) as reader:
        rows = await tokens.list_tokens(reader, actor.org_id, before and before[0], page.limit + 1)
    shown, more = paging.cut(rows, page.limit)
    items = [Token(**_fields(row)) for row in shown]
    return TokenPage(items=items, next_cursor=paging.place(shown[-1]["token_id"]) if more else None)


@post("/tokens", **declare.route("addToken", Permission.TOKEN_MANAGE, 413, 415))
async def add_token(
    data: JSONBody[NewToken], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> TokenCreated:
    """Make an API token; it is shown this once."""
    if data.expires_at is not None and data.expires_at <= clock.now():
        raise errors.InvalidError("The time is in the past.", field="expires_at", hint="Choose a later one.")
    token = token_rules.make_api_token()
    async with database.write(actor.tenant) as writer:
        row = await tokens.add_token(
            writer,
            actor.org_id,
            actor.user_id,
            data.name,
            token_rules.digest(token),
            token[-_HINT_LENGTH:],
            sorted(set(data.scopes)),
            data.expires_at,
        )
    return TokenCreated(**_fields(row), token=token)


@delete("/tokens/{token_id:str}", **declare.route("dropToken", Permission.TOKEN_MANAGE, 404))
async def drop_token(
    token_id: FromPath[str], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> None:
    """Revoke an API token."""
    async with database.write(actor.tenant) as writer:
        await tokens.drop_token(writer, actor.org_id, users.number_of(token_id), clock.now())


def _fields(row: database.Row) -> dict[str, Any]:
    names = ("name", "scopes", "hint", "created_by", "created_at", "expires_at", "last_used_at")
    return {"id": str(row["token_id"])} | {name: row[name] for name in names}


ROUTES = [list_tokens, add_token, drop_token]
