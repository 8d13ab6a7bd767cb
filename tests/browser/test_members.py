"""People, roles and invitations, as an administrator and as who is invited sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

import screens
from running import RunningHouse

CheckAccessibility = Callable[[Page], list[str]]
GOOD = "four unlikely words quilted"
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def people(house: RunningHouse) -> dict[str, Any]:
    """Ada, who was invited and joined, a project, and a role of the organisation's own."""
    with house.client() as client:
        client.post("/projects", json={"slug": "shop", "name": "Web shop"}).raise_for_status()
        role = {"key": "tester", "name": "Tester", "permissions": ["project.read", "upload.create", "run.star"]}
        client.post("/roles", json=role | {"description": "Sends reports"}).raise_for_status()
        invited = {"email": "ada@example.org", "role": "maintainer", "project": "shop"}
        sent = client.post("/invitations", json=invited).raise_for_status().json()
        account = {"token": sent["link"].partition("#")[2], "name": "Ada Lovelace", "password": GOOD}
        client.post("/auth/join", json=account).raise_for_status()
        client.post("/invitations", json={"email": "bob@example.org", "role": "tester"}).raise_for_status()
        ada = client.get("/members", params={"q": "ada@"}).json()["items"][0]
        return {"ada": f"/members/{ada['id']}", "link": sent["link"]}


@pytest.fixture
def stranger(chromium: Browser, house: RunningHouse) -> Iterator[Page]:
    """A window that is not signed in."""
    context = chromium.new_context(base_url=house.url)
    yield context.new_page()
    context.close()


def test_somebody_is_invited_and_joins(page: Page, people: dict[str, Any], stranger: Page) -> None:
    assert people
    page.goto("/members")
    page.get_by_role("button", name="Invite", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill("new@example.org")
    dialog.get_by_label("Where").select_option(label="Web shop")
    dialog.get_by_label("Role").select_option(label="Member")
    dialog.get_by_role("button", name="Invite").click()
    expect(dialog).to_contain_text("This server sends no mail")
    link = dialog.locator("pre").inner_text()
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_role("list", name="Invitations")).to_contain_text("new@example.org")

    stranger.goto(link)
    expect(stranger.get_by_role("main")).to_contain_text("as Member in Web shop")
    stranger.get_by_label("Your name").fill("Newcomer")
    stranger.get_by_label("New password").fill(GOOD)
    stranger.get_by_role("button", name="Join").click()
    # Two slow hashes, on a machine that may be busy with other tests.
    expect(stranger.get_by_role("navigation", name="Main")).to_contain_text("new@example.org", timeout=30_000)
    expect(stranger.get_by_role("link", name="Members")).to_have_count(0)

    page.reload()
    expect(page.get_by_role("table", name="Members")).to_contain_text("Newcomer")
    expect(page.get_by_role("list", name="Invitations")).not_to_contain_text("new@example.org")


def test_a_link_that_was_used_says_so(stranger: Page, people: dict[str, Any]) -> None:
    stranger.goto(people["link"])
    expect(stranger.get_by_role("alert")).to_contain_text("leads nowhere any more")
    stranger.goto("/join")
    expect(stranger.get_by_role("main")).to_contain_text("This link is not whole")


def test_a_role_is_given_taken_and_given_back(page: Page, people: dict[str, Any]) -> None:
    page.goto("/members")
    page.get_by_role("searchbox", name="Search members").fill("lovelace")
    table = page.get_by_role("table", name="Members")
    expect(table.get_by_role("row")).to_have_count(2)
    table.get_by_role("link", name="Ada Lovelace").click()
    roles = page.get_by_role("list", name="Roles")
    expect(roles).to_contain_text("Maintainer in Web shop")
    form = page.get_by_role("form", name="Give a role")
    form.get_by_label("Role").select_option(label="Tester")
    form.get_by_role("button", name="Give role").click()
    expect(roles.get_by_role("listitem")).to_have_count(2)
    roles.get_by_role("button", name="Take the role Tester").click()
    expect(roles.get_by_role("listitem")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(roles.get_by_role("listitem")).to_have_count(2)
    roles.get_by_role("button", name="Take the role Tester").click()
    expect(roles.get_by_role("listitem")).to_have_count(1)
    assert page.url.endswith(people["ada"])


def test_a_membership_ends_and_is_resumed(page: Page, people: dict[str, Any]) -> None:
    page.goto(people["ada"])
    page.get_by_role("button", name="End membership").click()
    expect(page.get_by_role("button", name="Resume membership")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="End membership")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("dialog")).to_contain_text("They lose every role")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_why_somebody_may_and_may_not(page: Page, people: dict[str, Any]) -> None:
    page.goto(people["ada"])
    card = page.get_by_role("region", name="Why can they do that?")
    card.get_by_label("What").select_option(label="Remove runs.")
    expect(card.get_by_role("status")).to_contain_text("may not do this in the whole organisation")
    expect(card.get_by_role("status")).to_contain_text("one of the roles Owner, Admin, Maintainer")
    card.get_by_label("In").select_option(label="Web shop")
    expect(card.get_by_role("list", name="Because of")).to_contain_text("Maintainer in Web shop")
    expect(card.get_by_role("list", name="Because of")).to_contain_text("given by Administrator")
    page.reload()
    expect(card.get_by_role("list", name="Because of")).to_contain_text("Maintainer in Web shop")


def test_a_role_is_made_changed_and_removed_by_keyboard(page: Page, people: dict[str, Any]) -> None:
    assert people
    page.goto("/roles")
    new = page.get_by_role("button", name="New role")
    expect(new).to_be_enabled()
    new.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("QA lead")
    dialog.get_by_label("Remove runs.").focus()
    page.keyboard.press("Space")
    expect(dialog.get_by_label("Remove runs.")).to_be_checked()
    dialog.get_by_label("Name", exact=True).press("Enter")
    row = page.get_by_role("list", name="Roles").get_by_role("listitem").filter(has_text="QA lead")
    expect(row).to_contain_text("qa-lead")
    matrix = page.get_by_role("table", name="What each role allows")
    expect(matrix.get_by_role("columnheader", name="QA lead")).to_be_visible()
    row.get_by_role("button", name="Change QA lead").click()
    dialog.get_by_label("Description", exact=True).fill("Cleans up")
    dialog.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Cleans up")
    row.get_by_role("button", name="Remove QA lead").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)


def test_an_invitation_is_sent_again_and_revoked(page: Page, people: dict[str, Any]) -> None:
    assert people
    page.goto("/members")
    line = page.get_by_role("list", name="Invitations").get_by_role("listitem").filter(has_text="bob@example.org")
    line.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("dialog", name="A new link").locator("pre")).to_contain_text("/join#")
    page.keyboard.press("Escape")
    line.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(line).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(
    page: Page,
    stranger: Page,
    people: dict[str, Any],
    house: RunningHouse,
    check_accessibility: CheckAccessibility,
    theme: Literal["light", "dark"],
) -> None:
    with house.client() as client:
        body = {"email": f"{theme}@example.org", "role": "tester"}
        link = client.post("/invitations", json=body).raise_for_status().json()["link"]
    objections: dict[str, list[str]] = {}
    for window in (page, stranger):
        window.emulate_media(color_scheme=theme, reduced_motion="reduce")
    for path in ("/members", "/members?q=nobody+is+called+that", people["ada"], "/roles"):
        page.goto(path)
        screens.settle(page)
        objections[path] = check_accessibility(page)
    for opener, path in (("Invite", "/members"), ("New role", "/roles"), ("Remove", people["ada"])):
        page.goto(path)
        page.get_by_role("button", name=opener, exact=True).click()
        page.get_by_role("dialog").wait_for()
        objections[opener] = check_accessibility(page)
    page.goto(f"{people['ada']}?permission=run.delete&project=shop")
    page.get_by_role("list", name="Because of").wait_for()
    objections["why"] = check_accessibility(page)
    for path in (link, "/join"):
        stranger.goto(path)
        screens.settle(stranger)
        objections[path[-20:]] = check_accessibility(stranger)
    assert {name: words for name, words in objections.items() if words} == {}


def test_nothing_sticks_out_sideways(page: Page, people: dict[str, Any]) -> None:
    for path in ("/members", people["ada"], "/roles"):
        page.goto(path)
        screens.settle(page)
        for width in (1440, 768, 390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            expect(page.locator("html")).to_have_js_property("scrollWidth", width)
