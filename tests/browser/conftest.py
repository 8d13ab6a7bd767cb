"""A real browser on a running TestFlux. Where there is no browser these tests are left out, and the summary says so."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

import screens
from running import RunningHouse

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """rules => axe.run(document, { runOnly: rules }).then(result => result.violations.map(
    violation => violation.id + ": " + violation.nodes.map(node => node.target.join(" ")).join(", ")))"""

CheckAccessibility = Callable[[Page], list[str]]

# Other tests fill the disk beside these, and an answer that waits for the disk is late, not wrong.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser of this machine."""
    program = next(filter(None, map(shutil.which, screens.BROWSERS)), None)
    if program is None:
        pytest.skip("no browser: install chromium")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program, args=["--no-sandbox"]) as it,
    ):
        yield it


@pytest.fixture(scope="module")
def house() -> Iterator[RunningHouse]:
    """A running TestFlux without any data, for the tests of a module."""
    with tempfile.TemporaryDirectory(prefix="tfx-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        running = RunningHouse(Path(name) / "data").start()
        yield running
        running.stop()


@pytest.fixture
def context(chromium: Browser, house: RunningHouse) -> Iterator[BrowserContext]:
    """A fresh window, signed in as the administrator; an error in its console fails the test."""
    opened = chromium.new_context(base_url=house.url, viewport={"width": 1280, "height": 900})
    errors: list[str] = []
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("weberror", lambda error: errors.append(str(error.error)))
    yield screens.sign_in(opened)
    opened.close()
    assert errors == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page of that window."""
    return context.new_page()


@pytest.fixture(scope="session")
def check_accessibility() -> CheckAccessibility:
    """`check_accessibility(page)` returns what axe objects to: rule and elements."""
    source = AXE.read_text()

    def check(page: Page) -> list[str]:
        page.evaluate(source)
        return page.evaluate(RUN_AXE, RULES)

    return check
