"""Two organisations, as who runs the installation and belongs to both sees them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from running import RunningHouse

CheckAccessibility = Callable[[Page], list[str]]
pytestmark = pytest.mark.timeout(300)


def test_an_organisation_is_added_and_looked_into(
    page: Page, house: RunningHouse, check_accessibility: CheckAccessibility
) -> None:
    with house.client() as client:
        client.post("/projects", json={"slug": "shop", "name": "Web shop"}).raise_for_status()
    page.goto("/organisations")
    expect(page.get_by_label("Organisation", exact=True)).to_have_count(0)  # with one there is nothing to choose
    page.get_by_role("button", name="New organisation").click()
    page.get_by_label("Name", exact=True).fill("Acme Ltd")
    page.get_by_role("button", name="Make organisation").click()
    row = page.get_by_role("row").filter(has_text="Acme Ltd")
    expect(row).to_contain_text("acme-ltd")
    assert check_accessibility(page) == []

    switcher = page.get_by_label("Organisation", exact=True)
    expect(switcher).to_have_value("default")
    switcher.focus()
    switcher.select_option(label="Acme Ltd")
    expect(page.get_by_label("Organisation", exact=True)).to_have_value("acme-ltd")
    expect(page.get_by_text("Three steps to the first result")).to_be_visible()
    expect(page.get_by_text("Web shop")).to_have_count(0)
    page.goto("/organisations")
    page.get_by_role("button", name="Go there: ").click()
    expect(page.get_by_label("Organisation", exact=True)).to_have_value("default")


@pytest.mark.parametrize("width", [1440, 390])
def test_an_owner_changes_how_people_sign_in(page: Page, check_accessibility: CheckAccessibility, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/organisation")
    page.get_by_label("Name", exact=True).fill(f"House {width}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The organisation was changed.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Name", exact=True)).to_have_value(f"House {width}")
    expect(page.get_by_label("By password")).to_be_checked()
    assert check_accessibility(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
