"""`testflux admin user`: people, also when nobody can sign in any more."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable

from testflux.access import passwords, strength
from testflux.cli import admin_access, exits, options, reach
from testflux.kit import clock, errors
from testflux.model.access import EVERYBODY, Role
from testflux.store import resets, sessions, sign_in_waits, users
from testflux.store.database import Reader, Row, Writer

_EVERYBODY = 100_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the acts and their options."""
    acts = parser.add_subparsers(metavar="ACT", required=True, title="acts", help="what to do")
    options.add_act(acts, "list", "list everybody").set_defaults(act=_doing(_list))
    adding = _about_somebody(options.add_act(acts, "add", "add a person; prints a password"), _add)
    adding.add_argument("--name", default="", help="the name to show (default: the address)")
    adding.add_argument("--role", choices=[*Role], default=Role.VIEWER.value, help="default: viewer")
    _add_password_argument(adding)
    resetting = _about_somebody(options.add_act(acts, "password", "set a new password; prints it"), _reset)
    _add_password_argument(resetting)
    resetting.add_argument("--link", action="store_true", help="print a link to set a password of one's own instead")
    changing = _about_somebody(options.add_act(acts, "role", "change the role"), _change_role)
    changing.add_argument("role", choices=[*Role], help="admin manages and uploads, user reads")
    _about_somebody(options.add_act(acts, "disable", "end a person's access"), _disable)
    _about_somebody(options.add_act(acts, "enable", "give access back"), _enable)
    _about_somebody(options.add_act(acts, "unlock", "end the waits after failed sign-ins"), admin_access.unlock)
    factor = options.add_act(acts, "second-factor", "say whether somebody has a second factor")
    _about_somebody(factor, admin_access.remove_second_factor)
    factor.add_argument("--remove", action="store_true", help="take it away: the password is enough then")


def _about_somebody(
    parser: argparse.ArgumentParser, act: Callable[[Writer, int, argparse.Namespace], Awaitable[str]]
) -> argparse.ArgumentParser:
    parser.add_argument("email", help="the address they sign in with")
    parser.set_defaults(act=_doing(act))
    return parser


def _add_password_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


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
    return "".join(_line(row) for row in await users.list_users(reader, org_id, "", _EVERYBODY))


async def _add(writer: Writer, org_id: int, given: argparse.Namespace) -> str:
    if "@" not in given.email:
        raise errors.InvalidError(f"{given.email!r} is no e-mail address.", field="email", hint="E.g. ci@example.org.")
    password, told = _password(given)
    name = given.name or given.email
    password_hash = passwords.make_hash(password)
    await users.add_user(writer, org_id, given.email, name, Role(given.role), password_hash)
    return f"{given.email.lower()} can sign in{told}.\n"


async def _reset(writer: Writer, org_id: int, given: argparse.Namespace) -> str:
    if given.link:
        return await admin_access.make_link(writer, given)
    user = await _get(writer, org_id, given.email)
    password, told = _password(given)
    await resets.save_password(writer, user["user_id"], passwords.make_hash(password), clock.now())
    await sessions.drop_sign_ins_of(writer, user["user_id"], clock.now())
    await sign_in_waits.drop_waits(writer, user["email"])
    await admin_access.note(writer, user, "password.reset", {"by": "an administrator"})
    return f"{user['email']} can sign in{told}, and is signed out everywhere.\n"


async def _change_role(writer: Writer, org_id: int, given: argparse.Namespace) -> str:
    user = await _get(writer, org_id, given.email)
    return _line(await users.save_user(writer, org_id, user["user_id"], role=Role(given.role)))


async def _disable(writer: Writer, org_id: int, given: argparse.Namespace) -> str:
    user = await _get(writer, org_id, given.email)
    changed = await users.save_user(writer, org_id, user["user_id"], is_disabled=True)
    await sessions.drop_sign_ins_of(writer, user["user_id"], clock.now())
    return _line(changed)


async def _enable(writer: Writer, org_id: int, given: argparse.Namespace) -> str:
    user = await _get(writer, org_id, given.email)
    return _line(await users.save_user(writer, org_id, user["user_id"], is_disabled=False))


async def _get(reader: Reader, org_id: int, email: str) -> Row:
    for row in await users.list_users(reader, org_id, "", _EVERYBODY):
        if row["email"] == email.lower():
            return row
    hint = "`testflux admin user list` names everybody."
    raise errors.InvalidError(f"Nobody signs in as {email}.", field="email", hint=hint)


def _password(given: argparse.Namespace) -> tuple[str, str]:
    """Return the password and what to print about it."""
    if not given.password_stdin:
        password = passwords.generate()
        return password, f" with the password {password}"
    password = sys.stdin.readline().rstrip("\n")
    strength.check(password, (given.email,))
    return password, " with that password"


def _line(row: Row) -> str:
    seen = f"last signed in {row['last_sign_in_at']:%Y-%m-%d}" if row["last_sign_in_at"] else "never signed in"
    state = "disabled" if row["is_disabled"] else seen
    return f"{row['email']}  {row['role']}  {row['name']}  ({state})\n"
