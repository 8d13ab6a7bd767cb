"""From a person whom an identity provider vouches for to a sign-in here (the rules: access/vouching.py)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import msgspec
from litestar import Response
from litestar.datastructures import Cookie
from litestar.response import Redirect

from testflux.access import vouching
from testflux.kit import clock, errors
from testflux.model.access import EVERYBODY, Person
from testflux.serve import entrance, request_id
from testflux.serve.entrance import AnyRequest
from testflux.serve.house import House
from testflux.store import audit, database, domains, identities, providers, users

_SIGN_IN: Final = "/sign-in"
_LONGEST_SUBJECT: Final = 1000
_LONGEST_NAME: Final = 200


class Judged(msgspec.Struct, frozen=True):
    """Who enters, and with which roles of the provider's."""

    verdict: vouching.Verdict
    roles: set[identities.Given]


class _Entered(msgspec.Struct, frozen=True):
    user: database.Row
    sign_in_id: UUID
    cookie: Cookie


async def admit(
    request: AnyRequest, house: House, provider: database.Row, person: Person, *, next_path: str = "/"
) -> Response[Any]:
    """Let a person in whom `provider` (a row of `providers.get_enabled`) vouches for.

    ForbiddenError says why not; the audit log has it either way. Answers with an access token for LDAP, where our own
    page asked; else by leading the browser to `next_path`, where the page gets its access token by the refresh cookie.
    """
    now = clock.now()
    try:
        entered = await _let_in(request, house, provider, person, now)
    except errors.ForbiddenError as error:
        await note_failure(request, house, provider, error, person.email)
        raise
    if provider["kind"] == "ldap":
        return entrance.grant(house.settings, entered.user, entered.sign_in_id, entered.cookie, now)
    return Redirect(local_path(next_path), status_code=302, cookies=[entered.cookie])


async def judge(reader: database.Reader, provider: database.Row, person: Person) -> Judged:
    """Say as whom a person would enter, and what their groups give; ForbiddenError says why they would not."""
    org_id, provider_id, email = provider["org_id"], provider["provider_id"], person.email.lower()
    if not 0 < len(person.subject) <= _LONGEST_SUBJECT:
        raise errors.ForbiddenError("The provider does not say who you are.", hint="Its answer names no subject.")
    owner = await domains.find_owner(reader, email.rpartition("@")[2])
    known = vouching.Known(
        by_subject=_account(await identities.find_by_subject(reader, org_id, provider_id, person.subject)),
        by_email=_account(await identities.find_by_email(reader, org_id, provider_id, email)) if email else None,
        domain_owner=_whose(owner, org_id),
        has_domains=await domains.count_verified(reader, org_id) > 0,
    )
    is_open = vouching.is_open(provider["kind"], provider["config"])
    verdict = vouching.decide(person, known, vouching.Rules(adds_people=provider["adds_people"], is_open=is_open))
    group_roles = providers.group_roles_of(provider)
    roles = vouching.roles_of(person.groups, group_roles, provider["default_role"])
    if verdict.adds_member and not roles:
        raise _no_role()
    return Judged(verdict, roles)


async def note_failure(
    request: AnyRequest, house: House, provider: database.Row, error: errors.TestFluxError, email: str = ""
) -> None:
    """Write down that somebody did not come in through a provider."""
    entrance.walk(request, email or "somebody")
    async with house.database.write(EVERYBODY) as writer:
        target = audit.Target("provider", provider["provider_id"], provider["name"])
        after = {"code": error.code, "reason": error.message}
        audit.note(writer, provider["org_id"], "sign_in.fail", target, after=after, is_refused=True)


def show(error: errors.TestFluxError) -> Redirect:
    """Lead a browser that came back from a provider to the sign-in page, which explains the problem by its code."""
    said = urlencode({"problem": error.code, "request": request_id.current()})
    return Redirect(f"{_SIGN_IN}?{said}", status_code=302)


def local_path(text: str) -> str:
    """Return an address inside this site to go on to: the given one, or the home page for anything else."""
    parts = urlsplit(text) if text.isprintable() and "\\" not in text else None
    if parts is None or parts.scheme or parts.netloc or not text.startswith("/") or text.startswith("//"):
        return "/"
    return text


async def _let_in(request: AnyRequest, house: House, provider: database.Row, person: Person, now: datetime) -> _Entered:
    async with house.database.write(EVERYBODY) as writer:
        user_id = await _receive(request, writer, provider, person, now)
        # Roles that were taken stay taken, also when none is left to enter with.
        entered = None if user_id is None else await _enter(request, writer, provider, user_id, now)
    if entered is None:
        raise _no_role()
    return entered


async def _receive(
    request: AnyRequest, writer: database.Writer, provider: database.Row, person: Person, now: datetime
) -> int | None:
    """Find or make the account, and give and take roles; None when a member has no role left."""
    judged = await judge(writer, provider, person)
    org_id, provider_id, email = provider["org_id"], provider["provider_id"], person.email.lower()
    user_id = judged.verdict.user_id
    if user_id is None:
        name = (person.name.strip() or email)[:_LONGEST_NAME]
        user_id = await identities.add_person(writer, email, name)
    who = audit.Target("member", user_id, email)
    entrance.walk(request, email, user_id)
    if judged.verdict.adds_identity:
        await identities.add_identity(writer, provider_id, person.subject, user_id)
    if judged.verdict.adds_member:
        await identities.add_member(writer, org_id, user_id)
        audit.note(writer, org_id, "member.add", who, after={"provider": provider["name"]})
    given, taken = await identities.save_grants(writer, org_id, user_id, provider_id, judged.roles)
    for act, grants in (("grant.add", given), ("grant.remove", taken)):
        for role, project_id in grants:
            said = {"role": role, "provider": provider["name"]}
            value: dict[str, Any] = {"after": said} if act == "grant.add" else {"before": said}
            audit.note(writer, org_id, act, who, project_id=project_id, **value)
    await identities.save_use(writer, provider_id, person.subject, now)
    if await identities.count_grants(writer, org_id, user_id):
        return user_id
    if judged.verdict.adds_member:
        raise _no_role()
    return None


async def _enter(
    request: AnyRequest, writer: database.Writer, provider: database.Row, user_id: int, now: datetime
) -> _Entered:
    org_id, provider_id = provider["org_id"], provider["provider_id"]
    sign_in_id, cookie = await entrance.enter(request, writer, user_id, org_id, now, provider_id=provider_id)
    user = await users.get_user(writer, org_id, user_id)
    target = audit.Target("member", user_id, user["email"])
    audit.note(writer, org_id, "sign_in.succeed", target, after={"provider": provider["name"]})
    return _Entered(user, sign_in_id, cookie)


def _account(row: database.Row | None) -> vouching.Account | None:
    if row is None:
        return None
    return vouching.Account(row["user_id"], row["is_member"], row["is_disabled"], row["is_linked_otherwise"])


def _whose(owner: int | None, org_id: int) -> vouching.DomainOwner:
    if owner is None:
        return vouching.DomainOwner.NOBODY
    return vouching.DomainOwner.US if owner == org_id else vouching.DomainOwner.OTHERS


def _no_role() -> errors.ForbiddenError:
    message = "You have no role in this organisation: none of your groups gives one."
    return errors.ForbiddenError(message, hint="Ask an administrator of the organisation.", code="no-role")
