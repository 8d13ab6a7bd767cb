"""Who comes in as whom: every combination of what is known, against the rules in words."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from testflux.access import vouching
from testflux.access.vouching import Account, DomainOwner, Known, Rules, Verdict
from testflux.kit import errors
from testflux.model.access import Person
from testflux.model.sso import GroupRole

MEMBER = Account(1, is_member=True, is_disabled=False)
STRANGER = Account(2, is_member=False, is_disabled=False)
OPEN = Rules(adds_people=True, is_open=True)
OWN = Rules(adds_people=True, is_open=False)
CLOSED = Rules(adds_people=False, is_open=False)


def decide(rules: Rules = OWN, *, is_verified: bool = True, email: str = "a@example.org", **known: Any) -> Verdict:
    nothing: dict[str, Any] = {
        "by_subject": None,
        "by_email": None,
        "domain_owner": DomainOwner.NOBODY,
        "has_domains": False,
    }
    person = Person(subject="s", email=email, name="", is_email_verified=is_verified)
    return vouching.decide(person, Known(**{**nothing, **known}), rules)


def refusal(rules: Rules = OWN, **known: Any) -> str:
    with pytest.raises(errors.ForbiddenError) as caught:
        decide(rules, **known)
    return caught.value.code


def test_whoever_came_before_enters_whatever_the_address_says() -> None:
    for owner, is_verified, email in itertools.product(DomainOwner, (True, False), ("", "b@example.org")):
        verdict = decide(CLOSED, by_subject=MEMBER, domain_owner=owner, is_verified=is_verified, email=email)
        assert verdict == Verdict(1, adds_identity=False, adds_member=False)


def test_the_address_of_somebody_else_never_counts_for_whoever_came_before() -> None:
    assert decide(by_subject=MEMBER, by_email=STRANGER).user_id == 1


def test_whoever_was_removed_comes_back_only_like_somebody_new() -> None:
    assert decide(OWN, by_subject=STRANGER) == Verdict(2, adds_identity=False, adds_member=True)
    assert refusal(CLOSED, by_subject=STRANGER) == "not-invited"
    assert refusal(OPEN, by_subject=STRANGER) == "not-invited"
    assert refusal(OWN, by_subject=STRANGER, is_verified=False) == "not-invited"


def test_a_member_is_found_by_a_verified_address_alone() -> None:
    for rules, owner in itertools.product((OPEN, OWN, CLOSED), DomainOwner):
        verdict = decide(rules, by_email=MEMBER, domain_owner=owner)
        assert verdict == Verdict(1, adds_identity=True, adds_member=False)
        assert refusal(rules, by_email=MEMBER, domain_owner=owner, is_verified=False) == "email-unverified"
        assert refusal(rules, by_email=MEMBER, domain_owner=owner, email="") == "email-unverified"


def test_somebody_elses_account_is_never_opened_but_by_the_owner_of_its_domain() -> None:
    for rules, owner, has_domains in itertools.product((OPEN, OWN, CLOSED), DomainOwner, (True, False)):
        if owner is DomainOwner.US and rules.adds_people:
            verdict = decide(rules, by_email=STRANGER, domain_owner=owner, has_domains=has_domains)
            assert verdict == Verdict(2, adds_identity=True, adds_member=True)
        else:
            assert refusal(rules, by_email=STRANGER, domain_owner=owner, has_domains=has_domains) == "not-invited"


def test_an_address_given_to_another_person_opens_no_old_account() -> None:
    old = Account(1, is_member=True, is_disabled=False, is_linked_otherwise=True)
    assert refusal(by_email=old) == "identity-conflict"
    assert refusal(by_email=old, domain_owner=DomainOwner.US) == "identity-conflict"


def test_a_disabled_account_stays_closed() -> None:
    off = Account(1, is_member=True, is_disabled=True)
    assert refusal(by_subject=off) == "account-disabled"
    assert refusal(by_email=off) == "account-disabled"


def test_a_new_account_needs_a_verified_address_of_a_domain_that_may_be_added() -> None:
    new = Verdict(None, adds_identity=True, adds_member=True)
    for rules, owner, has_domains in itertools.product((OPEN, OWN, CLOSED), DomainOwner, (True, False)):
        known: dict[str, Any] = {"domain_owner": owner, "has_domains": has_domains}
        is_free = owner is DomainOwner.NOBODY and not has_domains and not rules.is_open
        if rules.adds_people and (owner is DomainOwner.US or is_free):
            assert decide(rules, **known) == new
        else:
            assert refusal(rules, **known) == "not-invited"
        assert refusal(rules, **known, is_verified=False) == "email-unverified"


def test_groups_give_roles_and_nothing_else_does() -> None:
    given = [GroupRole("qa", "member"), GroupRole("qa", "maintainer", 3), GroupRole("boss", "owner")]
    assert vouching.roles_of(["qa", "x"], given, "viewer") == {("member", None), ("maintainer", 3)}
    assert vouching.roles_of(["QA"], given, "viewer") == {("viewer", None)}
    assert vouching.roles_of([], given, None) == set()


def test_who_lets_the_whole_world_in() -> None:
    assert vouching.is_open("google", {"hosted_domain": ""})
    assert vouching.is_open("github", {"organisations": []})
    assert not vouching.is_open("google", {"hosted_domain": "example.org"})
    assert not vouching.is_open("github", {"organisations": ["acme"]})
    assert not vouching.is_open("oidc", {})
