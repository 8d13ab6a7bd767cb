from __future__ import annotations

from typing import Any

import pytest

from testflux.access import claims
from testflux.kit import errors
from testflux.model.sso import GoogleConfig, MicrosoftConfig, OidcConfig

OIDC = OidcConfig(issuer="https://login.example.org", client_id="c")
TENANT = "0b1d3c5e-1111-2222-3333-444455556666"
MICROSOFT = MicrosoftConfig(tenant=TENANT, client_id="c")


def test_a_person() -> None:
    said = {
        "sub": "s",
        "email": " Ana@Example.org ",
        "email_verified": True,
        "given_name": "Ana",
        "family_name": "Lu",
        "groups": ["qa", "qa", 5, "", "x" * 501, "dev"],
    }
    person = claims.of_oidc(said, OIDC)
    assert (person.subject, person.email, person.name) == ("s", "Ana@Example.org", "Ana Lu")
    assert person.groups == ("qa", "dev")
    assert person.is_email_verified


@pytest.mark.parametrize(
    ("said", "is_verified"),
    [(True, True), ("true", True), (False, False), ("false", False), (None, False), ("yes", False)],
)
def test_an_address_is_verified_when_the_provider_says_so(said: Any, is_verified: bool) -> None:  # noqa: FBT001
    person = claims.of_oidc({"sub": "s", "email": "a@example.org", "email_verified": said}, OIDC)
    assert person.is_email_verified is is_verified
    trusting = OidcConfig(issuer="i", client_id="c", trusts_email=True)
    assert claims.of_oidc({"sub": "s", "email_verified": said}, trusting).is_email_verified


@pytest.mark.parametrize(
    ("path", "groups"),
    [
        ("groups", ("a",)),
        ("realm_access.roles", ("b", "c")),
        ("resource_access.test.flux.roles", ()),
        ("https://example.org/groups", ("d",)),
        ("one", ("e",)),
        ("one.two", ()),
        ("nothing", ()),
        ("", ()),
    ],
)
def test_where_groups_are(path: str, groups: tuple[str, ...]) -> None:
    said = {
        "groups": ["a"],
        "realm_access": {"roles": ["b", "c"]},
        "https://example.org/groups": ["d"],
        "one": "e",
    }
    assert claims.groups(said, path) == groups


@pytest.mark.parametrize("said", [{"_claim_names": {"groups": "src1"}}, {"hasgroups": True}, {"hasgroups": "true"}])
def test_too_many_groups(said: dict[str, Any]) -> None:
    with pytest.raises(errors.ForbiddenError) as caught:
        claims.groups(said, "groups")
    assert caught.value.code == "too-many-groups"


def test_userinfo_adds_and_never_replaces() -> None:
    merged = claims.merge(
        {"sub": "s", "email": "a@example.org"}, {"sub": "s", "email": "b@example.org", "groups": ["x"]}
    )
    assert merged == {"sub": "s", "email": "a@example.org", "groups": ["x"]}
    for other in ({"sub": "t"}, {}):
        with pytest.raises(errors.UnavailableError, match="somebody else"):
            claims.merge({"sub": "s"}, other)


def test_when_userinfo_is_asked() -> None:
    assert claims.is_enough({"email": "a", "email_verified": True, "groups": []}, "groups")
    assert not claims.is_enough({"email": "a", "email_verified": True}, "groups")
    assert not claims.is_enough({"email_verified": True, "groups": []}, "groups")


def test_google() -> None:
    said = {"sub": "1", "hd": "example.org", "email": "a@example.org", "email_verified": True}
    config = GoogleConfig(client_id="c", hosted_domain="Example.org")
    assert claims.of_google(said, config).groups == ("example.org",)
    for hosted in ({"hd": "evil.example"}, {"hd": None}, {}):
        with pytest.raises(errors.ForbiddenError, match=r"Example\.org"):
            claims.of_google({"sub": "1", "email": "a@example.org", "email_verified": True, **hosted}, config)
    assert claims.of_google({"sub": "1"}, GoogleConfig(client_id="c")).groups == ()


def test_microsoft() -> None:
    said = {
        "sub": "only-here",
        "oid": "o",
        "tid": TENANT.upper(),
        "email": "a@example.org",
        "preferred_username": "a@b.example",
    }
    person = claims.of_microsoft(said, MICROSOFT)
    assert (person.subject, person.email, person.is_email_verified) == ("o", "a@example.org", False)
    assert claims.of_microsoft({**said, "xms_edov": True}, MICROSOFT).is_email_verified
    trusting = MicrosoftConfig(tenant=TENANT, client_id="c", trusts_email=True)
    del said["email"]
    assert claims.of_microsoft(said, trusting).email == "a@b.example"
    assert claims.of_microsoft(said, MICROSOFT).email == ""
    for tenant in ("9188040d-6c67-4c5b-b112-36a304b66dad", "", None):
        with pytest.raises(errors.ForbiddenError, match="another directory"):
            claims.of_microsoft({**said, "tid": tenant}, trusting)
