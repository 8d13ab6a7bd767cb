"""Signing in with OpenID Connect in a real browser, at a real provider on another site; setting it up on the pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import oidc_made
import oidc_op
from running import RunningHouse

pytestmark = oidc_op.needs_oidc_op
CheckAccessibility = Callable[[Page], list[str]]


@pytest.fixture(scope="module")
def op() -> Iterator[oidc_op.OidcOp]:
    with oidc_op.OidcOp() as running:
        yield running


@pytest.fixture
def stranger(chromium: Browser, house: RunningHouse) -> Iterator[Page]:
    """A page of somebody who is not signed in."""
    context = chromium.new_context(base_url=house.url)
    yield context.new_page()
    context.close()


def set_up(house: RunningHouse, op: oidc_op.OidcOp, name: str) -> dict[str, Any]:
    scopes = ["openid", "profile", "email", "groups"]
    config = {"kind": "oidc", "issuer": op.url, "client_id": oidc_made.CLIENT, "scopes": scopes}
    body = {
        "name": name,
        "config": config,
        "secret": oidc_made.CLIENT_SECRET,
        "group_roles": [{"group": "qa", "role": "maintainer"}],
        "is_enabled": True,
    }
    with house.client() as client:
        provider = client.post("/providers", json=body).raise_for_status().json()
    op.start(provider["redirect_uri"])
    return provider


def drop(house: RunningHouse, provider: dict[str, Any]) -> None:
    with house.client() as client:
        client.delete(f"/providers/{provider['id']}").raise_for_status()


def say_who(page: Page, op: oidc_op.OidcOp, name: str) -> None:
    expect(page).to_have_url(re.compile(f"^{op.url}/interaction/"))
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Sign in").click()


def test_signs_in_with_the_role_of_a_group(house: RunningHouse, op: oidc_op.OidcOp, stranger: Page) -> None:
    provider = set_up(house, op, "Provider")
    stranger.goto("/account")
    stranger.get_by_role("link", name="Sign in with Provider").click()
    say_who(stranger, op, "ada")
    expect(stranger).to_have_url(f"{house.url}/account")
    expect(stranger.get_by_role("heading", name="ada@example.org")).to_be_visible()
    stranger.reload()
    expect(stranger.get_by_role("heading", name="ada@example.org")).to_be_visible()
    with house.client() as client:
        people = client.get("/members").json()["items"]
    roles = {person["email"]: [each["role"] for each in person["roles"]] for person in people}
    assert roles["ada@example.org"] == ["maintainer"]
    drop(house, provider)


def test_says_why_somebody_does_not_come_in(
    house: RunningHouse, op: oidc_op.OidcOp, stranger: Page, check_accessibility: CheckAccessibility
) -> None:
    provider = set_up(house, op, "Provider")
    for name, words in {"grace": "You have no role in this organisation", "eve": "e-mail address is verified"}.items():
        stranger.context.clear_cookies()
        stranger.goto("/sign-in")
        stranger.get_by_role("link", name="Sign in with Provider").click()
        say_who(stranger, op, name)
        expect(stranger.get_by_role("alert")).to_contain_text(words)
    assert check_accessibility(stranger) == []
    drop(house, provider)


def test_a_provider_is_set_up_tested_and_switched_on(
    op: oidc_op.OidcOp, page: Page, check_accessibility: CheckAccessibility
) -> None:
    page.goto("/sign-in-providers")
    expect(page.get_by_role("heading", name="Sign-in providers")).to_be_visible()
    assert check_accessibility(page) == []
    page.get_by_role("link", name="New provider").click()
    expect(page.get_by_role("heading", name="New sign-in provider")).to_be_visible()
    assert check_accessibility(page) == []
    page.get_by_role("link", name="OpenID Connect").click()
    page.get_by_label("Name on the sign-in button").fill("Our provider")
    page.get_by_label("Issuer").fill(op.url)
    page.get_by_label("Client ID").fill(oidc_made.CLIENT)
    page.get_by_label("Scopes").fill("openid profile email groups")
    page.get_by_label("Client secret").fill(oidc_made.CLIENT_SECRET)
    page.get_by_role("button", name="Add a group").click()
    page.get_by_label("Group", exact=True).fill("qa")
    page.get_by_label("Role", exact=True).select_option("member")
    assert check_accessibility(page) == []
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("heading", name="Our provider")).to_be_visible()
    address = page.get_by_text(re.compile(r"/api/v1/auth/oidc/\d+/callback$")).inner_text()
    op.start(address)
    page.get_by_role("button", name="Check the provider").click()
    expect(page.get_by_text("Signing keys: fine")).to_be_visible()
    page.get_by_role("button", name="Try a sign-in").click()
    say_who(page, op, "lin")
    expect(page.get_by_text("The sign-in works; nobody was signed in.")).to_be_visible()
    expect(page.get_by_text("a new account")).to_be_visible()
    assert check_accessibility(page) == []
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("On the sign-in page;")).to_be_visible()
    page.goto("/sign-in-providers")
    page.get_by_role("button", name="Require Our provider").click()
    expect(page.get_by_text("Everybody but owners signs in through Our provider")).to_be_visible()
    page.get_by_role("button", name="Lift the requirement").click()
    expect(page.get_by_role("button", name="Require Our provider")).to_be_visible()


def test_a_domain_waits_to_be_proven(page: Page, check_accessibility: CheckAccessibility) -> None:
    page.goto("/sign-in-providers")
    page.get_by_role("textbox", name="Domain").fill("Example.org")
    page.get_by_role("button", name="Add domain").click()
    expect(page.get_by_text("_testflux.example.org")).to_be_visible()
    assert check_accessibility(page) == []
    page.get_by_role("button", name="Remove example.org").click()
    page.get_by_role("button", name="Remove the domain").click()
    expect(page.get_by_text("_testflux.example.org")).to_have_count(0)
