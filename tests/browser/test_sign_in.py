"""The way in, and looking after it: two steps, a forgotten password, where one is signed in."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from receivers import MailReceiver, running
from running import PASSWORD, RunningHouse
from testflux.access import totp

CheckAccessibility = Callable[[Page], list[str]]
EMAIL = "admin@testflux.local"
NEW = "zebra violin cloud"
LOOKS = [("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)]


@pytest.fixture(scope="module")
def mail() -> Iterator[MailReceiver]:
    with running(MailReceiver) as receiver:
        yield receiver


@pytest.fixture(scope="module")
def house(mail: MailReceiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A running TestFlux that can send mail."""
    folder = tmp_path_factory.mktemp("sign-in")
    for above in (folder, *folder.parents[:2]):
        above.chmod(0o711)
    settings = {
        "TESTFLUX_SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
        "TESTFLUX_MAIL_FROM": "TestFlux <ci@example.org>",
    }
    opened = RunningHouse(folder / "data", **settings).start()
    yield opened
    opened.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def window(chromium: Browser, house: RunningHouse) -> Iterator[BrowserContext]:
    """A fresh window, nobody signed in."""
    context = chromium.new_context(base_url=house.url, viewport={"width": 1440, "height": 900})
    yield context
    context.close()


def code_of(spelt: str, away: int = 0) -> str:
    return totp.code_at(base64.b32decode(spelt.replace(" ", "")), int(time.time()) // totp.STEP_S + away)


def sign_in(page: Page, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(password)
    page.keyboard.press("Enter")


def add_second_factor(page: Page, password: str) -> tuple[str, str]:
    """Set one up under Account; return the app's secret and a recovery code."""
    page.goto("/account")
    page.get_by_role("button", name="Set up").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Your password").fill(password)
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("img", name="QR code for the authenticator app")).to_be_visible()
    dialog.get_by_text("No camera?").click()
    secret = dialog.locator("code").inner_text()
    dialog.get_by_label("Code").fill(code_of(secret, -1))
    page.keyboard.press("Enter")
    codes = dialog.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    first = codes.first.inner_text()
    dialog.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_text("10 recovery codes left.")).to_be_visible()
    return secret, first


def remove_second_factor(page: Page, password: str) -> None:
    page.goto("/account")
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_label("Your password").fill(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Set up")).to_be_visible()


def test_from_a_wrong_password_to_two_steps(window: BrowserContext, chromium: Browser, house: RunningHouse) -> None:
    page = window.new_page()
    sign_in(page, "not the password")
    expect(page.get_by_role("alert")).to_contain_text("The e-mail address or the password is wrong.")
    sign_in(page, PASSWORD)
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in to TestFlux")
    secret, recovery_code = add_second_factor(page, PASSWORD)
    other = chromium.new_context(base_url=house.url)
    second = other.new_page()
    sign_in(second, PASSWORD)
    expect(second.get_by_role("heading", name="Second step")).to_be_visible()
    expect(second.get_by_label("Code")).to_be_focused()
    second.get_by_label("Code").fill("000000")
    second.keyboard.press("Enter")
    expect(second.get_by_role("alert")).to_contain_text("The code is wrong")
    second.get_by_label("Code").fill(code_of(secret))
    second.keyboard.press("Enter")
    expect(second.get_by_role("navigation").first).to_be_visible()
    second.goto("/account")
    signed_in = second.get_by_role("table", name="Where you are signed in")
    expect(signed_in.get_by_text("Password and code")).to_have_count(2)
    signed_in.get_by_role("button", name=re.compile("^End Chrome")).first.click()
    expect(signed_in.get_by_text("Password and code")).to_have_count(1)
    page.reload()
    expect(page.get_by_role("heading", name="Sign in to TestFlux")).to_be_visible()
    sign_in(page, PASSWORD)
    page.get_by_role("button", name="Use a recovery code").click()
    page.get_by_label("Recovery code").fill(recovery_code)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation").first).to_be_visible()
    remove_second_factor(page, PASSWORD)
    other.close()


def test_a_forgotten_password(window: BrowserContext, house: RunningHouse, mail: MailReceiver) -> None:
    page = window.new_page()
    page.goto("/sign-in")
    page.get_by_role("link", name="Forgotten your password?").click()
    expect(page.get_by_role("heading", name="Forgotten password")).to_be_visible()
    page.get_by_label("E-mail").fill(EMAIL)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("If somebody signs in as")
    deadline = time.monotonic() + 30
    while not mail.received and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    body = mail.received[-1].get_body(("plain",))
    assert body is not None
    link = re.search(r"http\S+/reset#\S+", body.get_content())
    assert link is not None
    assert link[0].startswith(house.url)
    page.goto(link[0])
    field = page.get_by_label("New password")
    field.fill("Password1234!")
    expect(page.get_by_text("guessers try first")).to_be_visible()
    page.get_by_role("button", name="Set the password").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill(NEW)
    expect(page.get_by_text("Very good.")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your password is set")).to_be_visible()
    page.get_by_role("link", name="Sign in").click()
    sign_in(page, NEW)
    expect(page.get_by_role("navigation").first).to_be_visible()
    page.goto("/account")
    page.get_by_label("Present password").fill(NEW)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password was changed.")).to_be_visible()


def test_where_a_second_factor_is_required_it_comes_first(
    window: BrowserContext, house: RunningHouse, check_accessibility: CheckAccessibility
) -> None:
    with house.client() as client:
        client.patch("/organisation", json={"is_second_factor_required": True}).raise_for_status()
    page = window.new_page()
    sign_in(page, PASSWORD)
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    page.goto("/runs")
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    page.get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("No camera?").click()
    page.get_by_label("Code").fill(code_of(page.locator("code").inner_text()))
    assert check_accessibility(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Recovery codes").get_by_role("listitem")).to_have_count(10)
    assert check_accessibility(page) == []
    page.get_by_role("button", name="I have kept them").click()
    expect(page).to_have_url(f"{house.url}/runs")
    expect(page.get_by_role("navigation").first).to_be_visible()
    page.evaluate(
        """async () => {
            const {access_token} = await (await fetch("/api/v1/auth/refresh", {method: "POST"})).json();
            await fetch("/api/v1/organisation", {
                method: "PATCH",
                headers: {"Authorization": `Bearer ${access_token}`, "Content-Type": "application/json"},
                body: JSON.stringify({is_second_factor_required: false}),
            });
        }"""
    )
    remove_second_factor(page, PASSWORD)


def test_who_manages_people_makes_a_link(window: BrowserContext, house: RunningHouse) -> None:
    command = [sys.executable, "-m", "testflux.cli.main", "admin", "user", "add", "ada@example.org", "--name", "Ada"]
    subprocess.run([*command, "--data", str(house.data)], env=house.environment, check=True, capture_output=True)
    page = window.new_page()
    sign_in(page, PASSWORD)
    expect(page.get_by_role("navigation").first).to_be_visible()
    page.goto("/members")
    page.get_by_role("link", name="Ada").click()
    page.get_by_role("button", name="Password link").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Make the link").click()
    link = dialog.locator("pre")
    expect(link).to_contain_text(f"{house.url}/reset#")
    ada = window.new_page()
    ada.goto(link.inner_text())
    ada.get_by_label("New password").fill(NEW)
    ada.keyboard.press("Enter")
    expect(ada.get_by_role("heading", name="Your password is set")).to_be_visible()


def test_caps_lock_is_told(window: BrowserContext) -> None:
    page = window.new_page()
    page.goto("/sign-in")
    field = page.get_by_label("Password", exact=True)
    field.focus()
    field.evaluate(
        "field => field.dispatchEvent(new KeyboardEvent('keydown', {key: 'A', bubbles: true, modifierCapsLock: true}))"
    )
    expect(page.get_by_text("Caps Lock is on.")).to_be_visible()


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_door_is_accessible_and_fits(
    window: BrowserContext, check_accessibility: CheckAccessibility, theme: Literal["light", "dark"], width: int
) -> None:
    page = window.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")

    def check() -> None:
        page.wait_for_load_state("networkidle")
        if (folder := os.environ.get("PICTURES")) is not None:
            name = page.url.partition("#")[0].rpartition("/")[2]
            page.screenshot(path=f"{folder}/{name}-{theme}-{width}.png", full_page=True)
        assert check_accessibility(page) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url

    page.goto("/forgotten")
    check()
    page.goto("/reset#token")
    page.get_by_label("New password").fill("qwertyuiop12")
    expect(page.get_by_text("guessers try first")).to_be_visible()
    check()
    sign_in(page, "wrong")
    expect(page.get_by_role("alert")).to_be_visible()
    check()
    sign_in(page, PASSWORD)
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in to TestFlux")
    page.goto("/account")
    expect(page.get_by_role("button", name="Set up")).to_be_visible()
    check()
