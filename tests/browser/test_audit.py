"""Who did what, on the screen: found, opened, exported, reported, and sent elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from running import RunningHouse

CheckAccessibility = Callable[[Page], list[str]]
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module", autouse=True)
def _acts(house: RunningHouse) -> None:  # pyright: ignore[reportUnusedFunction]  (pytest uses it)
    """A project that was added, changed and left alone since."""
    with house.client() as client:
        client.post("/projects", json={"slug": "shop", "name": "Shop"}).raise_for_status()
        client.patch("/projects/shop", json={"name": "Web shop"}).raise_for_status()


def test_an_event_is_found_and_opened(page: Page, check_accessibility: CheckAccessibility) -> None:
    page.goto("/")
    page.get_by_role("link", name="Audit log").click()
    page.get_by_label("Act").select_option("project.change")
    expect(page).to_have_url("/audit?act=project.change")
    row = page.get_by_role("button", name="A project's name, description or default branch was changed")
    expect(row).to_have_count(1)

    row.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("Web shop")).to_be_visible()
    expect(drawer.get_by_text("admin@testflux.local")).to_be_visible()
    assert check_accessibility(page) == []
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(row).to_be_focused()


def test_what_is_not_there_says_so(page: Page) -> None:
    page.goto("/audit?q=nothing+is+called+this")
    expect(page.get_by_text("No event is like that")).to_be_visible()
    page.get_by_role("button", name="Clear filters").first.click()
    expect(page).to_have_url("/audit")
    expect(page.get_by_role("button", name="A project was added")).to_have_count(1)


def test_what_is_shown_is_exported(page: Page) -> None:
    page.goto("/audit?act=project.add")
    with page.expect_download() as waited:
        page.get_by_role("button", name="Export CSV").click()
    lines = waited.value.path().read_text().splitlines()
    assert len(lines) == 2
    assert "project.add" in lines[1]


def test_a_report_is_saved_as_pdf(page: Page, check_accessibility: CheckAccessibility) -> None:
    page.goto("/audit")
    page.get_by_role("button", name="Report", exact=True).click()
    dialog = page.get_by_role("dialog", name="Compliance report")
    assert check_accessibility(page) == []
    dialog.get_by_label("First day (UTC)").fill("2026-01-01")
    dialog.get_by_label("Last day (UTC)").fill("2026-01-31")
    with page.expect_download() as waited:
        dialog.get_by_role("button", name="Save as PDF").click()
    assert waited.value.suggested_filename == "access-2026-01-01-2026-01-31.pdf"
    assert waited.value.path().read_bytes().startswith(b"%PDF-")


def test_a_stream_is_set_up_and_removed(page: Page, check_accessibility: CheckAccessibility) -> None:
    page.goto("/audit/streams")
    expect(page.get_by_text("The log is sent nowhere")).to_be_visible()
    assert check_accessibility(page) == []
    page.get_by_role("button", name="New stream").click()
    dialog = page.get_by_role("dialog", name="New stream")
    dialog.get_by_label("Kind").select_option("syslog")
    dialog.get_by_label("Name").fill("SIEM")
    dialog.get_by_label("Host").fill("log.invalid")
    assert check_accessibility(page) == []
    dialog.get_by_role("button", name="Set up").click()

    expect(page.get_by_text("log.invalid:6514 over TLS")).to_be_visible()
    page.get_by_role("button", name="Send a test to SIEM").click()
    expect(page.get_by_text("The name log.invalid is not known.").first).to_be_visible()
    page.get_by_role("button", name="Remove SIEM").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The log is sent nowhere")).to_be_visible()


def test_the_log_fits_a_phone(page: Page, check_accessibility: CheckAccessibility) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/audit", "/audit/streams"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert check_accessibility(page) == []
