from __future__ import annotations

from typing import Any

import pytest

from testflux.access import github
from testflux.kit import errors
from testflux.model.access import Person
from testflux.model.sso import GitHubConfig

USER = {"id": 7, "login": "ana", "name": None}
MAILS = [
    {"email": "b@example.org", "primary": False, "verified": True},
    {"email": "a@example.org", "primary": True, "verified": True},
]
ORGANISATIONS = [{"login": "Acme"}, {"login": "other"}]
TEAMS = [
    {"slug": "qa", "organization": {"login": "Acme"}},
    {"slug": "qa", "organization": {"login": "other"}},
]


def person(mails: Any = MAILS, *organisations: str) -> Person:
    config = GitHubConfig(client_id="c", organisations=organisations)
    return github.person(USER, mails, ORGANISATIONS, TEAMS, config)


def test_a_person() -> None:
    assert person() == Person(
        subject="7",
        email="a@example.org",
        name="ana",
        groups=("Acme", "other", "Acme/qa", "other/qa"),
        is_email_verified=True,
    )


def test_only_the_organisations_asked_for_count() -> None:
    assert person(MAILS, "acme").groups == ("Acme", "Acme/qa")
    with pytest.raises(errors.ForbiddenError) as caught:
        person(MAILS, "third")
    assert caught.value.code == "wrong-account"


def test_only_a_verified_primary_address_counts() -> None:
    assert not person([{"email": "a@example.org", "primary": True, "verified": False}]).is_email_verified
    assert person([{"email": "a@example.org", "primary": False, "verified": True}]).email == ""
    assert person([]).is_email_verified is False


def test_what_is_no_answer_of_github() -> None:
    for user in ({}, [], {"id": "7", "login": "ana"}, None):
        with pytest.raises(errors.UnavailableError):
            github.person(user, [], [], [], GitHubConfig(client_id="c"))


def test_where_it_is_asked() -> None:
    own = GitHubConfig(client_id="c", url="https://git.example.org/")
    assert github.api(GitHubConfig(client_id="c")) == "https://api.github.com"
    assert github.api(own) == "https://git.example.org/api/v3"
    assert github.metadata(own).token_endpoint == "https://git.example.org/login/oauth/access_token"
    assert github.shown(person(), USER)["login"] == "ana"
