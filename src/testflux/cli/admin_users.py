"""`testflux admin user`: people, also when nobody can sign in any more."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable

from testflux.access import passwords, permissions, strength
from testflux.cli import admin_access, exits, options, reach
from testflux.kit import clock, errors
from testflux.model.access import EVERYBODY, Role
from testflux.store import members, partitions, resets, roles, sessions, sign_in_waits, users
from testflux.store.database import Reader, Row, Writer

Act = Callable[[Writer, int, argparse.Namespace], Awaitable[str]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the acts and their options."""
    acts = parser.add_subparsers(metavar="ACT", required=True, title="acts", help="what to do")
    _in_organisation(options.add_act(acts, "list", "list everybody with their roles"), _list)
    adding = _about_somebody(options.add_act(acts, "add", "add a person; prints a password"), _add)
    adding.add_argument("--name", default="", help="the name to show (default: the address)")
    adding.add_argument("--role", default=Role.VIEWER.value, help=f"{_ROLES}; default: viewer")
    _add_password_argument(adding)
    resetting = _about_somebody(options.add_act(acts, "password", "set a new password; prints it"), _reset)
    _add_password_argument(resetting)
    resetting.add_argument("--link", action="store_true", help="print a link to set a password of one's own instead")
    changing = _about_somebody(options.add_act(acts, "role", "give one role everywhere, take the others"), _change_role)
    changing.add_argument("role", help=_ROLES)
    _about_somebody(options.add_act(acts, "disable", "end a person's membership"), _disable)
    _about_somebody(options.add_act(acts, "enable", "resume it"), _enable)
    _about_somebody(options.add_act(acts, "unlock", "end the waits after failed sign-ins"), admin_access.unlock)
    operating = options.add_act(acts, "operator", "let somebody run this installation: organisations, health")
    _about_somebody(operating, admin_access.save_operator)
    operating.add_argument("--remove", action="store_true", help="take it away")
    factor = options.add_act(acts, "second-factor", "say whether somebody has a second factor")
    _about_somebody(factor, admin_access.remove_second_factor)
    factor.add_argument("--remove", action="store_true", help="take it away: the password is enough then")


_ROLES = f"{', '.join(Role)}, or the organisation's own"


def _about_somebody(parser: argparse.ArgumentParser, act: Act) -> argparse.ArgumentParser:
    parser.add_argument("email", help="the address they sign in with")
    return _in_organisation(parser, act)


def _in_organisation(parser: argparse.ArgumentParser, act: Act) -> argparse.ArgumentParser:
    parser.add_argument("--organisation", metavar="SLUG", help="its short name (default: the first)")
    parser.set_defaults(act=_doing(act))
    return parser


def _add_password_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


def _doing(act: Act) -> Callable[[argparse.Namespace], int]:
    async def do(given: argparse.Namespace) -> str:
        async with reach.database(options.load_settings(given)) as database:
            async with database.write(EVERYBODY) as writer:  # where the audit log of this month goes
                await partitions.ensure(writer, clock.now().date())
            async with database.write(EVERYBODY) as writer:
                return await act(writer, await _org(writer, given.organisation), given)

    def run(given: argparse.Namespace) -> int:
        sys.stdout.write(asyncio.run(do(given)))
        return exits.FINE

    return run


async def _org(writer: Writer, slug: str | None) -> int:
    org_id = await users.add_org(writer) if slug is None else await users.find_org(writer, slug)
    if org_id is None:
        message, hint = f"There is no organisation {slug!r}.", "Leave the option out for the first one."
        raise errors.InvalidError(message, field="--organisation", hint=hint)
    return org_id


async def _list(reader: Reader, org_id: int, _: argparse.Namespace) -> str:
    return "".join(map(_line, await members.list_members(reader, org_id)))


async def _add(writer: Writer, org_id: int, given: argparse.Namespace) -> str:
    if "@" not in given.email:
        raise errors.InvalidError(f"{given.email!r} is no e-mail address.", field="email", hint="E.g. ci@example.org.")
    await _check_role(writer, org_id, given.role)
    account = await users.find_account(writer, given.email)
    if account is not None and await members.find_by_email(writer, org_id, given.email) is None:
        await members.add_member(writer, org_id, account["user_id"], given.email.lower())
        await members.add_grant(writer, org_id, account["user_id"], given.role)
        return f"{given.email.lower()} belongs to this organisation, too, and signs in as before.\n"
    password, told = _password(given)
    password_hash = passwords.make_hash(password)
    await users.add_user(writer, org_id, given.email, given.name or given.email, given.role, password_hash)
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
    await _check_role(writer, org_id, given.role)
    user = await _get(writer, org_id, given.email)
    return _line(await members.save_role(writer, org_id, user["user_id"], given.role))


async def _disable(writer: Writer, org_id: int, given: argparse.Namespace) -> str:
    user = await _get(writer, org_id, given.email)
    return _line(await members.save_access(writer, org_id, user["user_id"], clock.now(), is_disabled=True))


async def _enable(writer: Writer, org_id: int, given: argparse.Namespace) -> str:
    user = await _get(writer, org_id, given.email)
    return _line(await members.save_access(writer, org_id, user["user_id"], clock.now(), is_disabled=False))


async def _get(reader: Reader, org_id: int, email: str) -> Row:
    found = await members.find_by_email(reader, org_id, email)
    if found is None:
        hint = "`testflux admin user list` names everybody."
        raise errors.InvalidError(f"Nobody signs in as {email}.", field="email", hint=hint)
    return await members.get_member(reader, org_id, found["user_id"])


async def _check_role(reader: Reader, org_id: int, role: str) -> None:
    own = [row["key"] for row in await roles.list_roles(reader, org_id)]
    if role not in permissions.ABOUT_ROLES and role not in own:
        hint = f"Choose one of {', '.join([*Role, *own])}."
        raise errors.InvalidError(f"There is no role {role!r}.", field="role", hint=hint)


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
    given = [grant["role"] + (f" in {grant['slug']}" if grant["slug"] else "") for grant in row["grants"]]
    return f"{row['email']}  {', '.join(given) or 'no role'}  {row['name']}  ({state})\n"
