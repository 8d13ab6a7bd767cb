"""`make screens FOLDER`: photographs every screen of a house full of sample history, light and dark, wide and narrow.

It finds the screens by following links, one of each kind, so that a new screen needs no line here.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

from running import PASSWORD, RunningHouse

WIDTHS = {"wide": (1440, 900), "narrow": (390, 844)}
THEMES = ("light", "dark")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 300  # seconds for the sample history
MOST_SCREENS = 60


def main(folder: Path) -> None:
    """Start a house, fill it, walk through it once, then photograph all that was found."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit("There is no browser to photograph with: install chromium.")
    folder.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="tfx-", ignore_cleanup_errors=True) as name,
        sync_playwright() as playwright,
    ):
        Path(name).chmod(0o711)
        house = RunningHouse(Path(name) / "data").start()
        try:
            photograph(playwright, browser, house, folder)
        finally:
            house.stop()


def photograph(playwright: Playwright, browser: str, house: RunningHouse, folder: Path) -> None:
    """Write one PNG a screen, theme and width."""
    with house.client() as client:
        seeds = fill(client)
        invitation = invite(client)
    with playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"]) as chromium:
        screens = find_screens(sign_in(chromium.new_context(base_url=house.url)).new_page(), seeds)
        for look, (width, height) in WIDTHS.items():
            for theme in THEMES:
                context = chromium.new_context(
                    base_url=house.url,
                    color_scheme=theme,
                    viewport={"width": width, "height": height},
                    reduced_motion="reduce",
                )
                take_door(context.new_page(), folder, f"{theme}-{look}", invitation)
                page = sign_in(context).new_page()
                take(page, screens, folder, f"{theme}-{look}")
                take_palette(page, folder, f"{theme}-{look}")
                context.close()
        print(f"{len(screens) + 3} screens, {len(WIDTHS) * len(THEMES)} pictures each, in {folder}")


def fill(client: httpx.Client) -> list[str]:
    """Load the sample history; return the paths of one run of each kind, the functional one with failures."""
    client.post("/sample").raise_for_status()
    deadline = time.monotonic() + PATIENCE
    while client.get("/sample").raise_for_status().json()["status"] != "present":
        if time.monotonic() > deadline:
            sys.exit(f"The sample history did not load within {PATIENCE} seconds.")
        time.sleep(0.5)
    wanted = ({"kind": "functional", "verdict": "failed"}, {"kind": "security"}, {"kind": "load"})
    runs = [client.get("/runs", params={**each, "limit": "1"}).raise_for_status().json() for each in wanted]
    return [f"/runs/{item['id']}" for answer in runs for item in answer["items"]]


def sign_in(context: BrowserContext) -> BrowserContext:
    """Sign this window in and return it. Each does so itself: a refresh token serves only once."""
    login = {"email": "admin@testflux.local", "password": PASSWORD}
    answer = context.request.post("/api/v1/auth/login", data=login)
    if not answer.ok:
        sys.exit(f"Signing in failed: {answer.text()}")
    return context


def find_screens(page: Page, seeds: list[str]) -> dict[str, str]:
    """Return a path for each kind of screen that links lead to."""
    waiting = ["/", *seeds]
    found: dict[str, str] = {}
    kinds = dict(zip(seeds, ("functional", "security", "load"), strict=True))
    while waiting and len(found) < MOST_SCREENS:
        path = waiting.pop(0)
        name = name_of(path) + (f"-{kinds[path]}" if path in kinds else "")
        if name in found:
            continue
        found[name] = path
        page.goto(path)
        settle(page)
        waiting += list_links(page)
    return found


def list_links(page: Page) -> Iterator[str]:
    """Yield the paths of the app that this screen links to."""
    for href in page.eval_on_selector_all("a[href^='/']", "links => links.map(link => link.getAttribute('href'))"):
        if not href.startswith(("/api", "/metrics", "/assets")):
            yield href.partition("?")[0]


def name_of(path: str) -> str:
    """Name a screen by its path without what differs from thing to thing."""
    general = re.sub(r"/\d+(-\d+)?(?=/|$)", "/one", re.sub(r"^/(p|projects)/[^/]+", "/project", path))
    return general.strip("/").replace("/", "-") or "overview"


def take(page: Page, screens: dict[str, str], folder: Path, look: str) -> None:
    """Photograph each screen in full."""
    for name, path in screens.items():
        page.goto(path)
        settle(page)
        page.screenshot(path=folder / f"{name}-{look}.png", full_page=True)


def invite(client: httpx.Client) -> str:
    """Invite somebody, and return where their link leads."""
    body = {"email": "new@example.org", "role": "maintainer"}
    return client.post("/invitations", json=body).raise_for_status().json()["link"]


def take_door(page: Page, folder: Path, look: str, invitation: str) -> None:
    """Photograph what somebody sees who is not signed in."""
    for name, path in (("sign-in", "/"), ("invitation", invitation)):
        page.goto(path)
        settle(page)
        page.screenshot(path=folder / f"{name}-{look}.png", full_page=True)


def take_palette(page: Page, folder: Path, look: str) -> None:
    """Photograph the command palette, over the overview."""
    page.goto("/")
    settle(page)
    page.keyboard.press("Control+K")
    page.get_by_role("dialog").wait_for()
    page.screenshot(path=folder / f"palette-{look}.png")


def settle(page: Page) -> None:
    """Wait until the screen has all its answers; the live connection stays open and does not count."""
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
