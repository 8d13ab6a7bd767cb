"""That it is a person who asks about their own account, and still the same one."""

from __future__ import annotations

import asyncio

from testflux.access import passwords
from testflux.kit import errors
from testflux.model.access import EVERYBODY, Actor
from testflux.serve import entrance, tries
from testflux.serve.entrance import AnyRequest
from testflux.store import audit, database, users


def check_person(actor: Actor) -> None:
    """Raise ForbiddenError for an API token: it looks after nobody's account."""
    if actor.token_id is not None:
        raise errors.ForbiddenError("An API token cannot do this.", hint="Sign in as the person.")


def target_of(actor: Actor) -> audit.Target:
    """Return the person as what was acted on."""
    return audit.Target("person", actor.user_id, actor.email)


async def prove(
    request: AnyRequest, database: database.Database, actor: Actor, password: str, *, field: str = "password"
) -> None:
    """Raise InvalidError unless that is the person's password. Tries count as those of signing in do."""
    check_person(actor)
    address = entrance.address_of(request)
    async with database.read(EVERYBODY) as reader:
        stored = await users.get_password_hash(reader, actor.user_id)
    if stored is None:
        message, hint = "You have no password here.", "Your identity provider looks after how you sign in."
        raise errors.ConflictError(message, hint=hint, code="no-password")
    await tries.begin(database, actor.email, address)
    if not await asyncio.to_thread(passwords.fits, password, stored):
        raise errors.InvalidError("The current password is wrong.", field=field, code="wrong-password")
    async with database.write(EVERYBODY) as writer:
        await tries.succeed(writer, actor.email, address)
