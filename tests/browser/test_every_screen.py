"""What holds for every screen alike, with the sample history in it. The screens are found by following links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

import screens
from running import RunningHouse

CheckAccessibility = Callable[[Page], list[str]]
# Charts and virtual lists follow a change of width a moment later.
OVERHANG = """async width => {
    for (let tries = 0; tries < 60 && document.documentElement.scrollWidth > width; tries++)
        await new Promise(resolve => setTimeout(resolve, 50));
    return document.documentElement.scrollWidth - width;
}"""
# Each test walks through every screen, and the first one waits for ninety days of sample history.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def found(chromium: Browser, house: RunningHouse) -> dict[str, str]:
    """Every screen by name, with a path to it."""
    with house.client() as client:
        seeds = screens.fill(client)
    context = chromium.new_context(base_url=house.url)
    paths = screens.find_screens(screens.sign_in(context).new_page(), seeds)
    context.close()
    return paths


def test_the_main_screens_are_reached_by_links(found: dict[str, str]) -> None:
    assert {"overview", "health", "runs-one-functional", "runs-one-security", "runs-one-load"} <= set(found)
    assert len(found) > 8


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(
    found: dict[str, str], page: Page, check_accessibility: CheckAccessibility, theme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    objections: dict[str, list[str]] = {}
    for name, path in found.items():
        page.goto(path)
        screens.settle(page)
        objections[name] = check_accessibility(page)
    assert {name: words for name, words in objections.items() if words} == {}


STICKS_OUT = """() => new Promise(done => {
    const latest = performance.now() + 3000;
    const look = () => {
        const pixels = document.documentElement.scrollWidth - innerWidth;
        if (pixels <= 0 || performance.now() > latest) done(pixels);
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
})"""
"""How many pixels are too many, once the page has followed its window: what observes sizes does so a frame later."""


def test_nothing_sticks_out_sideways(found: dict[str, str], page: Page) -> None:
    too_wide: dict[str, int] = {}
    for name, path in found.items():
        page.goto(path)
        screens.settle(page)
        for width in (1920, 768, 390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            too_wide[f"{name} at {width}"] = page.evaluate(STICKS_OUT)
    assert {name: pixels for name, pixels in too_wide.items() if pixels > 0} == {}


def test_every_screen_has_a_title_and_one_heading_and_keeps_them(found: dict[str, str], page: Page) -> None:
    titles: dict[str, str] = {}
    for name, path in found.items():
        page.goto(path)
        screens.settle(page)
        titles[name] = page.title()
        headings = page.locator("h1").all_inner_texts()
        assert len(headings) == 1, name
        page.reload()
        screens.settle(page)
        assert (page.title(), page.locator("h1").all_inner_texts()) == (titles[name], headings), name
    assert "" not in titles.values()
    assert len(set(titles.values())) > len(titles) / 2, titles
