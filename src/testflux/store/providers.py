"""Where the people of an organisation sign in besides here: OpenID Connect, OAuth, SAML, LDAP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from psycopg.types.json import Jsonb

from testflux.kit import errors, seal
from testflux.model.sso import GroupRole
from testflux.store import queries
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("providers")
PURPOSE: Final = "secret of the identity provider"
"""What providers' secrets are sealed for (kit/seal.py)."""


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """How a provider is set up. `secret` is sealed (`sealed`); saved as None, the one that is there stays."""

    kind: str
    name: str
    config: Mapping[str, Any]
    secret: bytes | None = None
    default_role: str | None = None
    group_roles: Sequence[GroupRole] = ()
    adds_people: bool = True
    is_enabled: bool = True


async def list_providers(reader: Reader, org_id: int) -> list[Row]:
    """List an organisation's providers by name, with `is_required` and how many `people` came through each."""
    return await reader.all(_SQL["list_providers"], org_id=org_id, provider_id=None)


async def get_provider(reader: Reader, org_id: int, provider_id: int) -> Row:
    """Return a provider of an organisation; NotFoundError for another one's, too."""
    row = await reader.find(_SQL["list_providers"], org_id=org_id, provider_id=provider_id)
    if row is None:
        raise _nothing()
    return row


async def get_enabled(reader: Reader, provider_id: int, *, or_off: bool = False) -> Row:
    """Return a provider that vouches for people now, of whatever organisation; NotFoundError when switched off.

    With `or_off` one that is switched off, too: it can be tried out before anybody else sees it.
    """
    row = await reader.find(_SQL["find_enabled"], provider_id=provider_id, or_off=or_off)
    if row is None:
        raise _nothing()
    return row


async def list_offered(reader: Reader, *, slug: str | None = None, domain: str | None = None) -> list[Row]:
    """List what a sign-in page offers: of an organisation, of a mail domain's owner, or of the only organisation."""
    return await reader.all(_SQL["list_offered"], slug=slug, domain=domain)


async def add_provider(writer: Writer, org_id: int, setup: Setup) -> Row:
    """Add a provider; ConflictError when the name is taken."""
    row = await writer.find(_SQL["add_provider"], org_id=org_id, **_values(setup))
    if row is None:
        raise _taken(setup.name)
    return await get_provider(writer, org_id, row["provider_id"])


async def save_provider(writer: Writer, org_id: int, provider_id: int, setup: Setup) -> Row:
    """Set a provider up anew, but for its kind, and return it; ConflictError when the name is taken."""
    if await writer.find(_SQL["find_name"], org_id=org_id, provider_id=provider_id, name=setup.name):
        raise _taken(setup.name)
    await writer.run(_SQL["save_provider"], org_id=org_id, provider_id=provider_id, **_values(setup))
    return await get_provider(writer, org_id, provider_id)


async def save_tested(writer: Writer, org_id: int, provider_id: int, now: datetime) -> None:
    """Note that an owner came through the provider as it is set up now."""
    await writer.run(_SQL["save_tested"], org_id=org_id, provider_id=provider_id, now=now)


async def save_required(writer: Writer, org_id: int, provider_id: int | None) -> None:
    """Let everybody but owners enter through this provider alone; None: any way again."""
    await writer.run(_SQL["save_required"], org_id=org_id, provider_id=provider_id)


async def drop_provider(writer: Writer, org_id: int, provider_id: int) -> None:
    """Remove a provider: its sign-ins end, the roles its groups gave are taken."""
    await writer.run(_SQL["drop_provider"], org_id=org_id, provider_id=provider_id)


async def list_slugs(reader: Reader, org_id: int) -> dict[int, str]:
    """Return the slugs of an organisation's projects by their number."""
    return {row["project_id"]: row["slug"] for row in await reader.all(_SQL["list_slugs"], org_id=org_id)}


async def has_owner(reader: Reader, org_id: int) -> bool:
    """Whether anybody is left who can manage everything."""
    return await reader.find(_SQL["find_any_owner"], org_id=org_id) is not None


async def is_owner(reader: Reader, org_id: int, user_id: int) -> bool:
    """Whether a person (not a group) made somebody an owner."""
    return await reader.find(_SQL["find_owner"], org_id=org_id, user_id=user_id) is not None


async def count_break_glass(reader: Reader, org_id: int) -> int:
    """Count the owners who can enter by a password when no provider can be reached."""
    return (await reader.one(_SQL["count_break_glass"], org_id=org_id))["count"]


def group_roles_of(row: Row) -> list[GroupRole]:
    """Read which role each group of a provider gives."""
    return msgspec.convert(row["group_roles"], list[GroupRole])


def sealed(secret_key: str, secret: str) -> bytes:
    """Seal a client secret or a bind password."""
    return seal.seal(secret_key, PURPOSE, secret.encode())


def secret_of(secret_key: str, row: Row) -> str:
    """Open a provider's secret, empty when it has none; SetupError with another key."""
    return "" if row["secret"] is None else seal.unseal(secret_key, PURPOSE, row["secret"]).decode()


def _values(setup: Setup) -> dict[str, object]:
    group_roles = Jsonb(msgspec.to_builtins(list(setup.group_roles)))
    return {**msgspec.structs.asdict(setup), "config": Jsonb(dict(setup.config)), "group_roles": group_roles}


def _nothing() -> errors.NotFoundError:
    return errors.NotFoundError("There is no such sign-in provider.", hint="It may have been removed or switched off.")


def _taken(name: str) -> errors.ConflictError:
    hint = "Choose another name; people see it on the button."
    return errors.ConflictError(f"Another provider is called {name!r}.", hint=hint, code="name-taken")
