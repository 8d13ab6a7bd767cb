"""API tokens in the browser: one's own, a service's, shown once and taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

import screens
from running import RunningHouse


@pytest.fixture(scope="module")
def _projects(house: RunningHouse) -> None:
    with house.client() as client:
        for slug in ("shop", "bank"):
            client.post("/projects", json={"slug": slug, "name": slug.title()}).raise_for_status()


def test_a_token_of_ones_own_is_shown_once_and_taken_back(page: Page, house: RunningHouse) -> None:
    page.goto("/tokens")
    page.get_by_role("button", name="New token").click()
    page.get_by_label("Name").fill("laptop")
    page.get_by_label("It may").select_option("read")
    page.get_by_role("button", name="Make token").click()
    expect(page.get_by_text(re.compile(r"^tfx_[0-9A-Za-z]{49}$"))).to_be_visible()
    page.get_by_role("button", name="Done").click()
    row = page.get_by_role("table", name="Your tokens").get_by_role("row").filter(has_text="laptop")
    expect(row).to_contain_text("all projects")
    row.get_by_role("button", name="Revoke laptop").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("No token yet")).to_be_visible()
    with house.client() as client:
        assert client.get("/me/tokens").json()["items"] == []


@pytest.mark.usefixtures("_projects")
def test_a_service_is_given_a_role_and_some_projects(page: Page, house: RunningHouse) -> None:
    page.goto("/tokens")
    page.get_by_role("tab", name="All of the organisation").click()
    page.get_by_role("button", name="New service token").click()
    page.get_by_label("Name").fill("CI of shop")
    page.get_by_label("Its role").select_option("member")
    page.get_by_label("It works in").select_option("some")
    page.get_by_role("checkbox", name="Shop").check()
    page.get_by_label("It ends after").select_option("never")
    page.get_by_role("button", name="Make token").click()
    expect(page.get_by_text("This token never expires")).to_be_visible()
    page.get_by_role("button", name="Done").click()
    screens.settle(page)
    with house.client() as client:
        (made,) = client.get("/tokens").json()["items"]
    assert (made["kind"], made["role"], made["projects"], made["expires_at"]) == ("service", "member", ["shop"], None)
