"""Whether somebody whom an identity provider vouches for may enter, as whom, and with which roles.

What a provider says is worth as much as the organisation that set it up: it may name its own members, people of mail
domains that it has proven to be its own, and strangers, but never the account of somebody who belongs elsewhere.

- The provider's subject is the person. Once tied to an account nothing else is asked.
- An address ties a subject to an account only when it is verified and the account is a member already, or its domain is
  proven to be the organisation's (who owns the domain reads its mail, and could as well set a new password by mail).
- An account is tied to one subject of a provider: an address that was given to somebody else opens no old account.
- A new account is made for a verified address of a proven domain; without any proven domain for any address that is not
  of somebody else's domain, unless the provider lets the whole world in (Google, GitHub without an organisation).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from testflux.kit import errors
from testflux.model.access import Person
from testflux.model.sso import GroupRole

_ASK = "Ask an administrator of the organisation."


class Account(msgspec.Struct, frozen=True):
    """An account that the person might be. `is_linked_otherwise`: another subject of the provider has it."""

    user_id: int
    is_member: bool
    is_disabled: bool
    is_linked_otherwise: bool = False


class DomainOwner(StrEnum):
    """Whose mail domain it is, as far as anybody has proven."""

    US = "us"
    OTHERS = "others"
    NOBODY = "nobody"


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known here: whose account the subject has, and whose account has the address."""

    by_subject: Account | None
    by_email: Account | None
    domain_owner: DomainOwner
    has_domains: bool


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What the organisation decided. `is_open`: anybody in the world can have an account at the provider."""

    adds_people: bool
    is_open: bool


class Verdict(msgspec.Struct, frozen=True):
    """Who enters: an account that is there, or (None) one to be made; what has to be added first."""

    user_id: int | None
    adds_identity: bool
    adds_member: bool


def decide(person: Person, known: Known, rules: Rules) -> Verdict:
    """Return as whom somebody enters; ForbiddenError says why they do not."""
    if (account := known.by_subject) is not None:
        _check_enabled(account)
        if not account.is_member:
            _check_may_add(person, known, rules)
        return Verdict(account.user_id, adds_identity=False, adds_member=not account.is_member)
    if not person.email or not person.is_email_verified:
        message = f"The provider does not vouch for your e-mail address ({person.email or 'it names none'})."
        hint = "Verify the address there, or let an administrator trust the provider's addresses."
        raise errors.ForbiddenError(message, hint=hint, code="email-unverified")
    if (account := known.by_email) is None:
        _check_may_add(person, known, rules)
        return Verdict(None, adds_identity=True, adds_member=True)
    return _tie(account, known, rules)


def _tie(account: Account, known: Known, rules: Rules) -> Verdict:
    is_ours = known.domain_owner is DomainOwner.US
    if not account.is_member and not (is_ours and rules.adds_people):
        raise _not_invited()
    _check_enabled(account)
    if account.is_linked_otherwise:
        message = "Somebody else at the provider has signed in with this e-mail address before."
        raise errors.ForbiddenError(message, hint=_ASK, code="identity-conflict")
    return Verdict(account.user_id, adds_identity=True, adds_member=not account.is_member)


def _check_may_add(person: Person, known: Known, rules: Rules) -> None:
    is_free = known.domain_owner is DomainOwner.NOBODY and not known.has_domains and not rules.is_open
    may_be_told = person.is_email_verified and (known.domain_owner is DomainOwner.US or is_free)
    if not rules.adds_people or not may_be_told:
        raise _not_invited()


def _check_enabled(account: Account) -> None:
    if account.is_disabled:
        raise errors.ForbiddenError("Your account is switched off.", hint=_ASK, code="account-disabled")


def _not_invited() -> errors.ForbiddenError:
    message = "You are not a member of this organisation."
    return errors.ForbiddenError(message, hint="Ask an administrator to invite you.", code="not-invited")


def roles_of(
    groups: Iterable[str], group_roles: Iterable[GroupRole], default_role: str | None
) -> set[tuple[str, int | None]]:
    """Return the roles (with their project) that groups give; the default one when they give none."""
    mine = set(groups)
    given = {(each.role, each.project_id) for each in group_roles if each.group in mine}
    return given or ({(default_role, None)} if default_role else set())


def is_open(kind: str, config: Mapping[str, object]) -> bool:
    """Return whether anybody in the world can get an account at a provider that is set up like this."""
    return (kind == "google" and not config.get("hosted_domain")) or (
        kind == "github" and not config.get("organisations")
    )
