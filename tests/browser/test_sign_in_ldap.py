"""Signing in at a directory, on TestFlux's own page, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

import slapd
from running import RunningHouse

pytestmark = slapd.needs_slapd


@pytest.fixture(scope="module")
def directory(house: RunningHouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The id of a provider: a real directory."""
    with slapd.Slapd(tmp_path_factory.mktemp("slapd")) as server, house.client() as client:
        config = {
            "kind": "ldap",
            "url": server.tls_url,
            "base_dn": slapd.BASE,
            "bind_dn": slapd.ADMIN_DN,
            "ca_certificates": server.ca,
        }
        body = {
            "name": "Company directory",
            "config": config,
            "secret": slapd.ADMIN_PASSWORD,
            "default_role": "viewer",
            "is_enabled": True,
        }
        yield client.post("/providers", json=body).raise_for_status().json()["id"]


@pytest.mark.usefixtures("directory")
def test_signs_in_and_says_when_not(chromium: Browser, house: RunningHouse) -> None:
    with chromium.new_context(base_url=house.url) as context:
        page = context.new_page()
        page.goto("/sign-in?back=/runs")
        page.get_by_role("link", name="Sign in with Company directory").click()
        say_who(page, "ada", "wrong")
        expect(page.get_by_text("The name or the password is wrong.")).to_be_visible()
        say_who(page, "ada", slapd.PASSWORD)
        expect(page).to_have_url(f"{house.url}/runs")
        expect(page.get_by_text("ada@example.org").first).to_be_visible()


def test_looks_somebody_up(page: Page, directory: str) -> None:
    page.goto(f"/sign-in-providers/{directory}")
    page.get_by_role("button", name="1. Check the provider").click()
    expect(page.get_by_text("bound as cn=admin")).to_be_visible()
    page.get_by_label("2. Name of a person").fill("ada")
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_text("The sign-in works; nobody was signed in.")).to_be_visible()
    expect(page.get_by_text("Ada L.", exact=True)).to_be_visible()


def say_who(page: Page, name: str, password: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
