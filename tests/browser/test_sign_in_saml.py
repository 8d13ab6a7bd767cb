"""Signing in with SAML in a real browser, at a real identity provider on another site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (it ships no types)
from playwright.sync_api import Browser, Page, expect

import saml_idp
from running import RunningHouse

pytestmark = saml_idp.needs_saml_idp


@pytest.fixture(scope="module")
def idp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[saml_idp.SamlIdp]:
    with saml_idp.SamlIdp(tmp_path_factory.mktemp("idp")) as running:
        yield running


def set_up(house: RunningHouse, idp: saml_idp.SamlIdp, name: str, **changes: Any) -> dict[str, Any]:
    with house.client() as client:
        read = client.post("/providers/saml-metadata", json={"url": f"{idp.url}/metadata"}).raise_for_status().json()
        config = {
            "kind": "saml",
            "entity_id": read["entity_id"],
            "sso_url": read["sso_url"],
            "certificates": [each["certificate"] for each in read["certificates"]],
            **changes,
        }
        roles = [{"group": "qa", "role": "maintainer"}]
        body = {"name": name, "config": config, "group_roles": roles, "default_role": "viewer", "is_enabled": True}
        return client.post("/providers", json=body).raise_for_status().json()


@pytest.fixture
def stranger(chromium: Browser, house: RunningHouse) -> Iterator[Page]:
    """A page of somebody who is not signed in."""
    context = chromium.new_context(base_url=house.url)
    yield context.new_page()
    context.close()


def say_who(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Sign in").click()


def who(page: Page) -> dict[str, Any]:
    """Return who the page is signed in as, as its own refresh cookie says."""
    said = page.evaluate("fetch('/api/v1/auth/refresh', { method: 'POST' }).then(answer => answer.json())")
    return said["user"]


def test_signs_in(house: RunningHouse, idp: saml_idp.SamlIdp, stranger: Page) -> None:
    provider = set_up(house, idp, "by redirect")
    stranger.goto(f"/api/v1/auth/saml/{provider['id']}/start?next=/runs")
    expect(stranger).to_have_url(re.compile(f"^{idp.url}/sso"))
    say_who(stranger, "ada")
    expect(stranger).to_have_url(f"{house.url}/runs")
    assert who(stranger)["email"] == "ada@example.org"


def test_signs_in_with_signed_requests_and_answers(house: RunningHouse, stranger: Page, tmp_path: Path) -> None:
    with saml_idp.SamlIdp(tmp_path) as strict:
        provider = set_up(house, strict, "all signed", signs_requests=True)
        place = f"/api/v1/auth/saml/{provider['id']}"
        with house.client() as client:
            own = client.get(f"/auth/saml/{provider['id']}/metadata").content
            unsigned = set_up(house, strict, "not signed")
        strict.demand_signatures(next(etree.fromstring(own).iter("{*}X509Certificate")).text)
        stranger.goto(f"{place}/start")
        address = stranger.url
        stranger.goto(f"{address}&sign=both")
        say_who(stranger, "grace")
        expect(stranger).to_have_url(f"{house.url}/")
        assert who(stranger)["email"] == "grace@example.org"
        stranger.goto(f"/api/v1/auth/saml/{unsigned['id']}/start")
        say_who(stranger, "grace")
        expect(stranger.locator("body")).to_contain_text("MUST be signed")


def test_the_identity_provider_begins(house: RunningHouse, idp: saml_idp.SamlIdp, stranger: Page) -> None:
    provider = set_up(house, idp, "from there", unasked_allowed=True)
    acs = provider["redirect_uri"]
    query = f"acs={acs}&audience={acs.replace('/acs', '/metadata')}&RelayState=https://evil.example/"
    stranger.goto(f"{idp.url}/sso?{query}")
    say_who(stranger, "ada")
    expect(stranger).to_have_url(f"{house.url}/")
    assert who(stranger)["email"] == "ada@example.org"


def test_what_nobody_asked_for(house: RunningHouse, idp: saml_idp.SamlIdp, stranger: Page) -> None:
    acs = set_up(house, idp, "only from here")["redirect_uri"]
    stranger.goto(f"{idp.url}/sso?acs={acs}&audience={acs.replace('/acs', '/metadata')}")
    say_who(stranger, "ada")
    expect(stranger).to_have_url(re.compile(r"/sign-in\?problem=saml-refused"))
