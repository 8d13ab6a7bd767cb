"""Setting up where the organisation's people sign in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

import msgspec
from litestar import delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from testflux.access import giving, grants
from testflux.kit import errors
from testflux.model.access import Actor, Permission, Role
from testflux.model.sso import GroupRole
from testflux.serve import declare, provider_rules, users
from testflux.serve.house import House
from testflux.serve.shapes.providers import (
    GroupGrant,
    NewProvider,
    Provider,
    ProviderChange,
    ProviderConfig,
    ProviderList,
    RequiredProvider,
)
from testflux.store import audit, database, providers, roles

T = TypeVar("T")


@get("/providers", **declare.route("listProviders", Permission.SSO_MANAGE))
async def list_providers(actor: NamedDependency[Actor], house: NamedDependency[House]) -> ProviderList:
    """List the organisation's sign-in providers."""
    async with house.database.read(actor.tenant) as reader:
        slugs = await providers.list_slugs(reader, actor.org_id)
        rows = await providers.list_providers(reader, actor.org_id)
    return ProviderList(items=[_shape(house, row, slugs) for row in rows])


@get("/providers/{provider_id:str}", **declare.route("getProvider", Permission.SSO_MANAGE, 404))
async def get_provider(
    provider_id: FromPath[str], actor: NamedDependency[Actor], house: NamedDependency[House]
) -> Provider:
    """Answer how a provider is set up; its secret is never answered."""
    async with house.database.read(actor.tenant) as reader:
        row = await providers.get_provider(reader, actor.org_id, users.number_of(provider_id))
        return _shape(house, row, await providers.list_slugs(reader, actor.org_id))


@post("/providers", **declare.route("addProvider", Permission.SSO_MANAGE, 409, 413, 415))
async def add_provider(
    data: JSONBody[NewProvider], actor: NamedDependency[Actor], house: NamedDependency[House]
) -> Provider:
    """Set up a provider. Test its connection, then switch it on."""
    provider_rules.check(house.settings, data.config)
    async with house.database.write(actor.tenant) as writer:
        slugs = await providers.list_slugs(writer, actor.org_id)
        setup = providers.Setup(
            kind=_kind(data.config),
            name=data.name,
            config=msgspec.to_builtins(data.config),
            secret=providers.sealed(house.settings.secret_key, data.secret) if data.secret else None,
            default_role=data.default_role,
            group_roles=_group_roles(data.group_roles, slugs),
            adds_people=data.adds_people,
            is_enabled=data.is_enabled,
        )
        await _check_roles(writer, actor, setup)
        row = await providers.add_provider(writer, actor.org_id, setup)
        _note(writer, actor, "provider.add", row, after=_said(row))
        return _shape(house, row, slugs)


@patch("/providers/{provider_id:str}", **declare.route("changeProvider", Permission.SSO_MANAGE, 404, 409, 413, 415))
async def change_provider(
    provider_id: FromPath[str],
    data: JSONBody[ProviderChange],
    actor: NamedDependency[Actor],
    house: NamedDependency[House],
) -> Provider:
    """Change a provider. Set up in another way it has to be tested anew; switched off, its sign-ins end."""
    async with house.database.write(actor.tenant) as writer:
        old = await providers.get_provider(writer, actor.org_id, users.number_of(provider_id))
        slugs = await providers.list_slugs(writer, actor.org_id)
        config = _given(data.config, cast("ProviderConfig", msgspec.convert(old["config"], ProviderConfig)))
        if _kind(config) != old["kind"]:
            raise errors.InvalidError("The kind of a provider stays.", field="config", hint="Set up another one.")
        provider_rules.check(house.settings, config)
        provider_rules.check_secret(old, config, is_given=data.secret is not msgspec.UNSET)
        group_roles = data.group_roles
        setup = providers.Setup(
            kind=old["kind"],
            name=_given(data.name, old["name"]),
            config=msgspec.to_builtins(config),
            secret=None if data.secret is msgspec.UNSET else providers.sealed(house.settings.secret_key, data.secret),
            default_role=_given(data.default_role, old["default_role"]),
            group_roles=providers.group_roles_of(old)
            if group_roles is msgspec.UNSET
            else _group_roles(group_roles, slugs),
            adds_people=_given(data.adds_people, old["adds_people"]),
            is_enabled=_given(data.is_enabled, old["is_enabled"]),
        )
        if old["is_required"] and not setup.is_enabled:
            raise _is_required(old)
        await _check_roles(writer, actor, setup)
        row = await providers.save_provider(writer, actor.org_id, old["provider_id"], setup)
        has_secret = {"secret": "replaced"} if setup.secret else {}
        _note(writer, actor, "provider.change", row, before=_said(old), after=_said(row) | has_secret)
        return _shape(house, row, slugs)


@delete("/providers/{provider_id:str}", **declare.route("dropProvider", Permission.SSO_MANAGE, 404, 409))
async def drop_provider(
    provider_id: FromPath[str], actor: NamedDependency[Actor], house: NamedDependency[House]
) -> None:
    """Remove a provider: whoever came through it is signed out, and has no more roles than people gave them."""
    async with house.database.write(actor.tenant) as writer:
        row = await providers.get_provider(writer, actor.org_id, users.number_of(provider_id))
        if row["is_required"]:
            raise _is_required(row)
        await providers.drop_provider(writer, actor.org_id, row["provider_id"])
        if not await providers.has_owner(writer, actor.org_id):
            message, hint = "Every owner is one by a group of this provider.", "Make somebody an owner first."
            raise errors.ConflictError(message, hint=hint, code="last-owner")
        _note(writer, actor, "provider.remove", row, before=_said(row))


@put("/organisation/required-provider", **declare.route("requireProvider", Permission.SSO_MANAGE, 404, 409, 413, 415))
async def require_provider(
    data: JSONBody[RequiredProvider], actor: NamedDependency[Actor], house: NamedDependency[House]
) -> RequiredProvider:
    """Let everybody come through one provider alone (null: in any way again).

    An owner has to have come through it in a try-out as it is set up now. Owners whom a person made owners can always
    sign in with their password, and at least one must be able to.
    """
    async with house.database.write(actor.tenant) as writer:
        row: database.Row | None = None
        if data.provider is not None:
            row = await providers.get_provider(writer, actor.org_id, users.number_of(data.provider))
            _check_tested(row)
            if not await providers.count_break_glass(writer, actor.org_id):
                message = "No owner could sign in if the provider were away."
                hint = "Let an owner whom a person made one set a password first."
                raise errors.ConflictError(message, hint=hint, code="provider-untested")
        await providers.save_required(writer, actor.org_id, None if row is None else row["provider_id"])
        target = audit.Target("organisation", actor.org_id)
        audit.note(
            writer, actor.org_id, "organisation.change", target, after={"required_provider": row and row["name"]}
        )
    return RequiredProvider(data.provider)


def _check_tested(row: database.Row) -> None:
    if row["tested_at"] is None or not row["is_enabled"]:
        message = f"{row['name']} is switched off." if row["tested_at"] else f"{row['name']} has not been tested."
        hint = "Switch it on, and let an owner sign in under 'Test connection' as it is set up now."
        raise errors.ConflictError(message, hint=hint, code="provider-untested")


async def _check_roles(writer: database.Writer, actor: Actor, setup: providers.Setup) -> None:
    """Nobody lets a provider give more than they could give themselves; a role must exist."""
    wanted = [GroupRole("", setup.default_role)] if setup.default_role else []
    own = {row["key"]: tuple(row["permissions"]) for row in await roles.list_roles(writer, actor.org_id)}
    for each in [*wanted, *setup.group_roles]:
        if each.role not in own and each.role not in frozenset(Role):
            raise errors.InvalidError(f"There is no role {each.role!r}.", field="group_roles", hint="List the roles.")
        giving.check(actor, [grants.Grant(each.role, each.project_id, None, own.get(each.role))])


def _group_roles(given: Sequence[GroupGrant], slugs: dict[int, str]) -> list[GroupRole]:
    numbers = {slug: number for number, slug in slugs.items()}
    for each in given:
        if each.project is not None and each.project not in numbers:
            message = f"There is no project {each.project[:80]!r}."
            raise errors.InvalidError(message, field="group_roles", hint="Write the project's short name.")
    return [GroupRole(each.group, each.role, numbers.get(each.project or "")) for each in given]


def _shape(house: House, row: database.Row, slugs: dict[int, str]) -> Provider:
    return Provider(
        id=str(row["provider_id"]),
        kind=row["kind"],
        name=row["name"],
        config=cast("ProviderConfig", msgspec.convert(row["config"], ProviderConfig)),
        has_secret=row["secret"] is not None,
        default_role=row["default_role"],
        group_roles=[
            GroupGrant(each.group, each.role, None if each.project_id is None else slugs[each.project_id])
            for each in providers.group_roles_of(row)
            if each.project_id is None or each.project_id in slugs
        ],
        adds_people=row["adds_people"],
        is_enabled=row["is_enabled"],
        is_required=row["is_required"],
        people=row["people"],
        redirect_uri=provider_rules.redirect_uri(house.settings.public_url, row["kind"], row["provider_id"]),
        created_at=row["created_at"],
        tested_at=row["tested_at"],
    )


def _kind(config: ProviderConfig) -> str:
    return str(config.__struct_config__.tag)


def _given(value: T | msgspec.UnsetType, old: T) -> T:
    return old if isinstance(value, msgspec.UnsetType) else value


def _said(row: database.Row) -> dict[str, Any]:
    """What the audit log keeps of a provider: everything but its secret."""
    names = ("kind", "name", "config", "default_role", "group_roles", "adds_people", "is_enabled")
    return {name: row[name] for name in names}


def _note(
    writer: database.Writer,
    actor: Actor,
    act: str,
    row: database.Row,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    target = audit.Target("provider", row["provider_id"], row["name"])
    audit.note(writer, actor.org_id, act, target, before=before, after=after)


def _is_required(row: database.Row) -> errors.ConflictError:
    message = f"Everybody has to sign in through {row['name']}."
    return errors.ConflictError(message, hint="Let people sign in in any way first.", code="provider-required")


ROUTES = [list_providers, get_provider, add_provider, change_provider, drop_provider, require_provider]
