"""`testflux admin token`: tokens for CI."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta

from testflux.access import permissions
from testflux.access import tokens as token_maker
from testflux.cli import exits, options, reach
from testflux.kit import clock, errors
from testflux.model.access import EVERYBODY, Role
from testflux.store import audit, members, tokens, users
from testflux.store.database import Reader, Row, Writer

_ALL = 100_000
_HINT_LENGTH = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the acts and their options."""
    acts = parser.add_subparsers(metavar="ACT", required=True, title="acts", help="what to do")
    options.add_act(acts, "list", "list the tokens").set_defaults(act=_doing(_list))
    adding = options.add_act(acts, "add", "make a token; prints it, this once")
    adding.add_argument("name", help="what it is for, e.g. webshop-ci")
    adding.add_argument(
        "--scope", action="append", choices=permissions.SCOPES, metavar="SCOPE", help="repeatable (default: upload)"
    )
    adding.add_argument("--service", metavar="ROLE", help="make it a service's with this role: it stands for nobody")
    adding.add_argument("--project", action="append", metavar="SLUG", help="repeatable (default: all projects)")
    adding.add_argument("--days", type=int, help="how long it is good for (default: 90, a service's 365; 0: for ever)")
    adding.add_argument("--user", metavar="EMAIL", help="whose it is (default: the first administrator's)")
    adding.set_defaults(act=_doing(_add))
    revoking = options.add_act(acts, "revoke", "end a token")
    revoking.add_argument("id", type=int, help="its number in the list")
    revoking.set_defaults(act=_doing(_revoke))


def _doing(
    act: Callable[[Writer, int, argparse.Namespace], Awaitable[str]],
) -> Callable[[argparse.Namespace], int]:
    async def do(given: argparse.Namespace) -> str:
        async with reach.database(options.load_settings(given)) as database, database.write(EVERYBODY) as writer:
            return await act(writer, await users.add_org(writer), given)

    def run(given: argparse.Namespace) -> int:
        sys.stdout.write(asyncio.run(do(given)))
        return exits.FINE

    return run


async def _list(reader: Reader, org_id: int, _: argparse.Namespace) -> str:
    return "".join(_line(row) for row in await tokens.list_tokens(reader, org_id, None, _ALL))


async def _add(writer: Writer, org_id: int, given: argparse.Namespace) -> str:
    now = clock.now()
    owner = await _owner(writer, org_id, given.user)
    token = token_maker.make_api_token()
    life = token_maker.SERVICE_LIFE if given.service else token_maker.PERSONAL_LIFE
    life = life if given.days is None else timedelta(days=given.days)
    await _check_role(writer, org_id, given.service)
    kept = tokens.Kept(
        name=given.name,
        token_digest=token_maker.digest(token),
        hint=token[-_HINT_LENGTH:],
        scopes=given.scope or ["admin" if given.service else "upload"],
        expires_at=now + life if life else None,
        role=given.service,
        project_ids=list(await tokens.list_limits(writer, org_id, given.project)) if given.project else None,
    )
    row = await tokens.add_token(writer, org_id, owner["user_id"], kept)
    after = {name: row[name] for name in ("kind", "role", "scopes", "projects", "expires_at", "hint")}
    audit.note(writer, org_id, "token.add", audit.Target("token", row["token_id"], given.name), after=after)
    return f"{token}\n"


async def _check_role(reader: Reader, org_id: int, role: str | None) -> None:
    if role is not None and role not in frozenset(Role) and await tokens.find_role(reader, org_id, role) is None:
        hint = f"Built in are {', '.join(Role)}."
        raise errors.InvalidError(f"There is no role {role!r}.", field="--service", hint=hint)


async def _revoke(writer: Writer, org_id: int, given: argparse.Namespace) -> str:
    row = await tokens.drop_token(writer, org_id, given.id, clock.now())
    before = {"kind": row["kind"], "hint": row["hint"]}
    audit.note(writer, org_id, "token.revoke", audit.Target("token", given.id, row["name"]), before=before)
    return f"Token {given.id} is revoked.\n"


async def _owner(reader: Reader, org_id: int, email: str | None) -> Row:
    everybody = [row for row in await members.list_members(reader, org_id) if not row["is_disabled"]]
    if email is not None:
        found = [row for row in everybody if row["email"] == email.lower()]
    else:
        found = sorted(filter(_is_owner, everybody), key=lambda row: row["user_id"])
    if not found:
        hint = "`testflux admin user list` names everybody."
        raise errors.InvalidError(f"Nobody signs in as {email}.", field="--user", hint=hint)
    return found[0]


def _is_owner(row: Row) -> bool:
    return any(grant["role"] == Role.OWNER and grant["project_id"] is None for grant in row["grants"])


def _line(row: Row) -> str:
    until = f"until {row['expires_at']:%Y-%m-%d}" if row["expires_at"] else "until revoked"
    used = f"last used {row['last_used_at']:%Y-%m-%d}" if row["last_used_at"] else "never used"
    may = f"service, {row['role']}" if row["role"] else ",".join(row["scopes"])
    where = "" if row["projects"] is None else f" in {','.join(row['projects'])}"
    about = f"{until}  by {row['created_by']}  ({used})"
    return f"{row['token_id']}  {row['name']}  {may}{where}  …{row['hint']}  {about}\n"
