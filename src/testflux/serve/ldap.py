"""Signing in with a directory, and trying one out."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from testflux.access import ldap
from testflux.kit import addresses, errors
from testflux.model.access import EVERYBODY, Actor, Permission
from testflux.model.sso import LdapConfig
from testflux.serve import declare, entrance, rehearsal, tries, users, vouch
from testflux.serve.entrance import AnyRequest
from testflux.serve.house import House
from testflux.serve.shapes.accounts import AccessGrant
from testflux.serve.shapes.directories import DirectoryQuestion, DirectorySignIn
from testflux.serve.shapes.providers import ProviderCheck, Step, TestResult
from testflux.store import database, providers


@post("/auth/ldap/{provider_id:str}", **declare.route("signInAtDirectory", None, 404, 413, 415, status_code=200))
async def sign_in(
    request: AnyRequest, provider_id: FromPath[str], data: JSONBody[DirectorySignIn], house: NamedDependency[House]
) -> Response[AccessGrant]:
    """Sign in with the name and password of a directory. The directory judges the password; it is not kept."""
    entrance.refuse_foreign(request, house.settings.public_url)
    provider = await _provider(house, users.number_of(provider_id))
    address, name = entrance.address_of(request), data.username.strip().lower()
    counted = f"{name}\n{provider['provider_id']}"
    entrance.walk(request, name)
    await house.limiter.check(address, counted)
    await tries.begin(house.database, counted, address)
    try:
        directory = await _directory(house, provider)
        person = await asyncio.to_thread(ldap.sign_in, directory, data.username, data.password)
    except errors.TestFluxError as error:
        await house.limiter.note_failure(address, counted)
        await vouch.note_failure(request, house, provider, error, name)
        raise
    async with house.database.write(EVERYBODY) as writer:
        await tries.succeed(writer, counted, address)
    return await vouch.admit(request, house, provider, person)


@post(
    "/providers/{provider_id:str}/lookup",
    **declare.route("lookUpInDirectory", Permission.SSO_MANAGE, 404, 413, 415, status_code=200),
)
async def look_up(
    provider_id: FromPath[str],
    data: JSONBody[DirectoryQuestion],
    actor: NamedDependency[Actor],
    house: NamedDependency[House],
) -> TestResult:
    """Look somebody up: what the directory has of them, and what would become of them at the door.

    With their password it is a try-out; an owner's own shows that people can sign in this way.
    """
    async with house.database.read(actor.tenant) as reader:
        provider = _checked(await providers.get_provider(reader, actor.org_id, users.number_of(provider_id)))
    try:
        directory = await _directory(house, provider)
        found = await asyncio.to_thread(ldap.look_up, directory, data.username)
        if data.password:
            await asyncio.to_thread(ldap.sign_in, directory, data.username, data.password)
    except errors.TestFluxError as error:
        return rehearsal.failed(provider, error)
    claims = {"dn": found.dn, **found.attributes}
    return await rehearsal.rehearse(house, provider, found.person, claims, actor.user_id if data.password else 0)


def check(config: LdapConfig) -> None:
    """Raise InvalidError when a configuration cannot work."""
    ldap.host_of(config.url)
    for field, place in (("user_filter", "{username}"), ("group_filter", "")):
        written: str = getattr(config, field)
        if place not in written or not written.startswith("(") or not written.endswith(")"):
            message = f"The filter has to stand in parentheses{f' and hold {place}' if place else ''}."
            raise errors.InvalidError(message, field=f"config.{field}", hint="For example (uid={username}).")


async def ask(house: House, provider: database.Row) -> ProviderCheck:
    """Connect, encrypt and bind, step by step, up to the first that fails."""
    config, steps, name = _config(provider), list[Step](), "Name of the server"
    try:
        directory = await _directory(house, provider)
        steps.append(Step(name=name, is_ok=True, said=f"Found at {', '.join(directory.addresses)}."))
        name = "Encryption and account"
        version = await asyncio.to_thread(ldap.check, directory)
        who = config.bind_dn or "nobody in particular"
        steps.append(Step(name=name, is_ok=True, said=f"{version}; bound as {who}."))
    except errors.TestFluxError as error:
        steps.append(Step(name=name, is_ok=False, said=f"{error.message} {error.hint}".strip()))
    return ProviderCheck(is_ok=all(step.is_ok for step in steps), steps=steps)


async def _directory(house: House, provider: database.Row) -> ldap.Directory:
    config = _config(provider)
    host, port = ldap.host_of(config.url)
    found = await addresses.resolve(host, port, house.settings.outgoing_private)
    secret = providers.secret_of(house.settings.secret_key, provider)
    return ldap.Directory(**msgspec.structs.asdict(config), addresses=tuple(found), bind_password=secret)


async def _provider(house: House, provider_id: int) -> database.Row:
    async with house.database.read(EVERYBODY) as reader:
        return _checked(await providers.get_enabled(reader, provider_id))


def _checked(provider: database.Row) -> database.Row:
    if provider["kind"] != "ldap":
        raise errors.NotFoundError("This provider is no directory.", hint="Begin again on the sign-in page.")
    return provider


def _config(provider: database.Row) -> LdapConfig:
    return msgspec.convert(provider["config"], LdapConfig)


ROUTES: Final[list[Any]] = [sign_in, look_up]
