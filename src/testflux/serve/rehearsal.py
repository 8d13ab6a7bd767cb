"""Trying a provider out: everything a sign-in does, up to the door, and a page that says what was found.

What it found is kept for ten minutes for whoever began it, and for nobody else.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec
from litestar.response import Redirect

from testflux.access import tokens, vouching
from testflux.kit import clock, errors, seal
from testflux.model.access import EVERYBODY, Person
from testflux.serve import entrance, flows, vouch
from testflux.serve.entrance import AnyRequest
from testflux.serve.house import House
from testflux.serve.shapes.providers import TestResult, TestRole
from testflux.store import audit, database, providers, users
from testflux.store import flows as flow_rows

PAGE: Final = "/sign-in-providers"
_PURPOSE: Final = "provider-test-result"


async def rehearse(
    house: House, provider: database.Row, person: Person, claims: Mapping[str, Any], user_id: int
) -> TestResult:
    """Say what would become of a person at the door, and note it when an owner's try-out went well."""
    async with house.database.write(EVERYBODY) as writer:
        result = await _judge(writer, provider, person, claims)
        org_id, provider_id = provider["org_id"], provider["provider_id"]
        if result.is_ok and await providers.is_owner(writer, org_id, user_id):
            await providers.save_tested(writer, org_id, provider_id, clock.now())
        target = audit.Target("provider", provider_id, provider["name"])
        audit.note(writer, org_id, "provider.test", target, after={"is_ok": result.is_ok, "code": result.code})
    return result


def failed(provider: database.Row, error: errors.TestFluxError) -> TestResult:
    """Return the result of a try-out that did not come back with a person."""
    return TestResult(is_ok=False, provider=provider["name"], code=error.code, reason=error.message, hint=error.hint)


async def walk(request: AnyRequest, house: House, provider: database.Row, user_id: int) -> None:
    """Say that whoever began the try-out acts, though the browser came back without their token."""
    async with house.database.read(EVERYBODY) as reader:
        user = await users.get_user(reader, provider["org_id"], user_id)
    entrance.walk(request, user["email"], user_id)


async def show(house: House, provider: database.Row, result: TestResult, user_id: int) -> Redirect:
    """Keep a result and lead the browser to the page that shows it."""
    token = secrets.token_urlsafe(32)
    content = seal.seal(house.settings.secret_key, flows.PURPOSE, msgspec.json.encode(result))
    async with house.database.write(EVERYBODY) as writer:
        await flow_rows.add_flow(
            writer,
            tokens.digest(token),
            _PURPOSE,
            content,
            clock.now() + flows.LIFE,
            provider_id=provider["provider_id"],
            user_id=user_id,
        )
    return Redirect(f"{PAGE}/{provider['provider_id']}?test={token}", status_code=302)


async def find(house: House, token: str, user_id: int) -> TestResult:
    """Return a kept result to whoever began the try-out; NotFoundError for anybody else, and after ten minutes."""
    async with house.database.read(EVERYBODY) as reader:
        row = await flow_rows.find_flow(reader, tokens.digest(token), _PURPOSE, user_id, clock.now())
    if row is None:
        raise errors.NotFoundError("The result of the test is gone.", hint="Test the connection again.")
    content = seal.unseal(house.settings.secret_key, flows.PURPOSE, row["content"])
    return msgspec.json.decode(content, type=TestResult)


async def _judge(
    reader: database.Reader, provider: database.Row, person: Person, claims: Mapping[str, Any]
) -> TestResult:
    code, reason, hint = "", "", ""
    account: Literal["known", "linked", "joined", "new", "none"] = "none"
    try:
        account = _account((await vouch.judge(reader, provider, person)).verdict)
    except errors.ForbiddenError as error:
        code, reason, hint = error.code, error.message, error.hint
    group_roles = providers.group_roles_of(provider)
    roles = vouching.roles_of(person.groups, group_roles, provider["default_role"])
    slugs = await providers.list_slugs(reader, provider["org_id"])
    return TestResult(
        is_ok=not code,
        provider=provider["name"],
        subject=person.subject,
        email=person.email,
        is_email_verified=person.is_email_verified,
        name=person.name,
        groups=list(person.groups),
        account=account,
        roles=[
            TestRole(role, None if number is None else slugs[number])
            for role, number in sorted(roles, key=str)
            if number is None or number in slugs
        ],
        code=code,
        reason=reason,
        hint=hint,
        claims=dict(claims),
    )


def _account(verdict: vouching.Verdict) -> Literal["known", "linked", "joined", "new"]:
    if verdict.user_id is None:
        return "new"
    if verdict.adds_member:
        return "joined"
    return "linked" if verdict.adds_identity else "known"
