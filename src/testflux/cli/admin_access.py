"""`testflux admin user unlock|second-factor|operator`, and links to set a password: for people who cannot get in."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Final

from testflux.access import tokens
from testflux.cli import options
from testflux.kit import clock, errors
from testflux.store import audit, entry, resets, second_factors, sessions, sign_in_waits, users
from testflux.store.database import Row, Writer

_LIFE: Final = timedelta(hours=1)


async def find_person(writer: Writer, email: str) -> Row:
    """Return who signs in with that address (store/entry.py); InvalidError when nobody does."""
    person = await entry.find_person(writer, email)
    if person is None:
        hint = "`testflux admin user list` names everybody."
        raise errors.InvalidError(f"Nobody signs in as {email}.", field="email", hint=hint)
    return person


async def unlock(writer: Writer, _org_id: int, given: argparse.Namespace) -> str:
    """End every wait after failed sign-ins."""
    person = await find_person(writer, given.email)
    ended = await sign_in_waits.drop_waits(writer, person["email"])
    await note(writer, person, "sign_in.unlock", {"sources": ended})
    return f"{person['email']} can try to sign in at once ({ended} sources had failed before).\n"


async def remove_second_factor(writer: Writer, _org_id: int, given: argparse.Namespace) -> str:
    """Take a second factor away, with its recovery codes."""
    person = await find_person(writer, given.email)
    if not person["has_second_factor"]:
        return f"{person['email']} has no second factor.\n"
    if not given.remove:
        left = (await second_factors.get_second_factor(writer, person["user_id"]))["codes_left"]
        return f"{person['email']} has a second factor and {left} recovery codes; --remove takes them away.\n"
    await second_factors.drop_second_factor(writer, person["user_id"])
    await sessions.drop_sign_ins_of(writer, person["user_id"], clock.now())
    await note(writer, person, "second_factor.remove", {})
    return f"{person['email']} signs in with the password alone, and is signed out everywhere.\n"


async def save_operator(writer: Writer, _org_id: int, given: argparse.Namespace) -> str:
    """Make somebody an operator of the installation, or one no more."""
    person = await find_person(writer, given.email)
    await users.save_operator(writer, person["user_id"], is_operator=not given.remove)
    await note(writer, person, "operator.remove" if given.remove else "operator.add", {})
    return f"{person['email']} {'is no operator any more' if given.remove else 'is an operator'}.\n"


async def make_link(writer: Writer, given: argparse.Namespace) -> str:
    """Make a link by which somebody sets a password of their own; what they have now stays good until then."""
    person = await find_person(writer, given.email)
    token, ends = tokens.make_refresh_token(), clock.now() + _LIFE
    await resets.add_reset(writer, person["user_id"], tokens.digest(token), ends)
    await note(writer, person, "password.ask", {"by": "link"})
    url = options.load_settings(given).public_url
    return f"{url}/reset#{token}\nGood once, until {ends:%H:%M} UTC, for {person['email']}.\n"


async def note(writer: Writer, person: Row, act: str, told: dict[str, object]) -> None:
    """Write down, in each of a person's organisations, what was done to their account."""
    target = audit.Target("person", person["user_id"], person["email"])
    for way in await entry.list_ways(writer, person["user_id"]):
        audit.note(writer, way["org_id"], act, target, after=told)
