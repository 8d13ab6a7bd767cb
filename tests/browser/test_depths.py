"""The depths of a report in a browser: steps, screenshots, attempts, output, keywords, series, requests, folders."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

import screens
import tiny_reports
from running import RunningHouse
from testflux.kit import clock
from tiny_reports import PICTURE, keyword, message

CheckAccessibility = Callable[[Page], list[str]]
DOT = base64.b64decode(PICTURE)
ZAP = Path(__file__).resolve().parents[1] / "reports" / "zap" / "plus-2.17.json"
LINKED = '</td></tr><tr><td colspan="3"><img src="shot-1.png"><script>document.title = "taken over"</script>'
EMBEDDED = f'<b onclick="x">shown</b><img alt="embedded" src="data:image/png;base64,{PICTURE}">'
PRESS = keyword(
    "Press pay",
    keyword(
        "Wait for thanks",
        message("Arguments: [ 'thanks' ]", "TRACE"),
        message(LINKED, is_html=True),
        message(EMBEDDED, is_html=True),
        message("No thanks after 5 seconds.", "FAIL"),
        status="FAIL",
        arguments="thanks timeout=5s",
    ),
    status="FAIL",
)
LOOP = keyword("Fill basket", *(keyword("Add", arguments=f"item-{number}") for number in range(130)))
INSIDE = {"Pays": keyword("Open basket", message("opened")) + LOOP + PRESS}
# The worker counts keywords behind the run, and the first module waits for the house.
pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def runs(house: RunningHouse) -> dict[str, str]:
    """The page of a run of each kind."""
    robot = tiny_reports.robot({"Pays": "No thanks after 5 seconds.", "Rests": "SKIP"}, clock.now(), inside=INSIDE)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("out/output.xml", robot)
        archive.writestr("out/shot-1.png", DOT)
    reports = {
        "robot.zip": packed.getvalue(),
        "broken.xml": robot[: robot.index(b"</test>") + 20],
        "junit.xml": tiny_reports.junit(),
        "samples.json": tiny_reports.k6_samples(clock.now()),
        "zap.json": ZAP.read_bytes(),
    }
    with house.client() as client:
        client.post("/projects", json={"slug": "depths", "name": "Depths"}).raise_for_status()
        return {name: send(client, name, content) for name, content in reports.items()}


def send(client: httpx.Client, name: str, content: bytes) -> str:
    answer = client.post(
        "/projects/depths/uploads",
        params={"filename": name, "name": name},
        content=content,
        headers={"Prefer": "wait=60"},
        timeout=90,
    ).json()
    uploads = answer.get("uploads", [answer])
    assert [upload["status"] for upload in uploads] == ["stored"], answer
    return uploads[0]["runs"][0]["url"]


def open_test(page: Page, path: str, name: str) -> Locator:
    """Open a test of a run from the list of its tests."""
    page.goto(f"{path}?tab=tests")
    page.get_by_role("table", name="Tests of this run").get_by_role("button", name=name, exact=True).click()
    return page.get_by_role("region", name="Test detail")


def test_the_failed_path_is_open_with_its_screenshots(page: Page, runs: dict[str, str]) -> None:
    detail = open_test(page, runs["robot.zip"], "Pays")
    tree = detail.get_by_role("tree")
    expect(tree.get_by_role("treeitem", name=re.compile("Wait for thanks"))).to_be_visible()
    expect(tree.get_by_role("treeitem", name=re.compile("opened"))).to_have_count(0)
    expect(tree.get_by_role("img", name="embedded")).to_be_visible()
    expect(tree.get_by_role("img", name="shot-1.png")).to_be_visible()
    assert tree.get_by_text("shown").evaluate("element => element.outerHTML") == "<b>shown</b>"
    assert "taken over" not in page.title()
    tree.get_by_role("button", name="Enlarge shot-1.png").click()
    expect(page.get_by_role("dialog", name="shot-1.png").get_by_role("img")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_tree_is_walked_with_keys_and_shows_what_is_asked_for(page: Page, runs: dict[str, str]) -> None:
    detail = open_test(page, runs["robot.zip"], "Pays")
    items = detail.get_by_role("treeitem")
    expect(items.first).to_have_attribute("aria-expanded", "false")
    items.first.focus()
    page.keyboard.press("ArrowRight")
    expect(items.first).to_have_attribute("aria-expanded", "true")
    expect(items.nth(1)).to_contain_text("opened")
    page.keyboard.press("ArrowRight")
    expect(items.nth(1)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(items.nth(1)).to_contain_text("Fill basket")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(items.filter(has_text="Shop.Add")).to_have_count(100)
    items.get_by_role("button", name="Show more of 30").click()
    expect(items.filter(has_text="Shop.Add")).to_have_count(130)
    expect(detail.get_by_text("Arguments: [ 'thanks' ]")).to_have_count(0)
    detail.get_by_label("Messages from level").select_option("TRACE")
    expect(detail.get_by_text("Arguments: [ 'thanks' ]")).to_be_visible()


def test_keywords_are_counted_sorted_and_found(page: Page, runs: dict[str, str]) -> None:
    page.goto(f"{runs['robot.zip']}?tab=keywords")
    table = page.get_by_role("table", name="Keywords of this run")
    expect(table).to_be_visible(timeout=60_000)
    table.get_by_role("button", name="Calls").click()
    expect(table.get_by_role("row").nth(1)).to_contain_text(re.compile("Add.*130"))
    table.get_by_role("button", name="Failed").click()
    expect(table.get_by_role("row").nth(1)).to_contain_text(re.compile("Press pay|Wait for thanks"))
    page.get_by_role("searchbox", name="Search keywords").fill("basket")
    expect(table.get_by_role("row")).to_have_count(3)


def test_attempts_and_output_of_a_test(page: Page, runs: dict[str, str]) -> None:
    detail = open_test(page, runs["junit.xml"], "retries")
    expect(detail.get_by_role("treeitem", name=re.compile("Attempt 1"))).to_be_visible()
    expect(detail.get_by_text("at shop.PayTest:7")).to_be_visible()
    detail = open_test(page, runs["junit.xml"], "writes")
    expect(detail.get_by_role("region", name="Standard output")).to_contain_text("plain words red words")
    expect(detail.get_by_role("region", name="Standard error")).to_contain_text("complaints")


def test_a_report_that_breaks_off_says_so_everywhere(page: Page, runs: dict[str, str]) -> None:
    page.goto(runs["broken.xml"])
    expect(page.get_by_role("region", name="Incomplete report")).to_contain_text("1 complete test was kept")
    page.goto("/p/depths/runs")
    row = page.get_by_role("row").filter(has_text="broken.xml")
    expect(row.get_by_text("incomplete")).to_be_visible()


def test_a_load_test_over_its_time_and_by_request(page: Page, runs: dict[str, str]) -> None:
    page.goto(runs["samples.json"])
    charts = page.get_by_role("region", name="Over time")
    for name in ("Response time", "Requests each second", "Failed requests", "Virtual users"):
        expect(charts.get_by_role("figure", name=name)).to_be_visible()
    rate = charts.get_by_role("figure", name="Requests each second")
    rate.get_by_role("button", name="View as table").click()
    expect(rate.get_by_role("table")).to_contain_text("2/s")
    charts.get_by_label("Part of the test").select_option(label=f"GET {tiny_reports.ZAP_URL}/pay")
    expect(rate.get_by_role("table")).to_contain_text("1/s")
    page.get_by_role("tab", name="Breakdown").click()
    table = page.get_by_role("table", name="Requests")
    expect(table.get_by_role("row").filter(has_text="/pay")).to_contain_text("5.00")
    page.get_by_role("button", name="Requests by status").click()
    expect(page.get_by_role("table", name="Requests by status").get_by_role("row")).to_have_count(3)


def test_what_was_sent_and_answered_stands_with_a_finding(page: Page, runs: dict[str, str]) -> None:
    page.goto(runs["zap.json"])
    page.get_by_role("table", name="Findings").get_by_role("row").nth(1).click()
    detail = page.get_by_role("region", name="Finding detail")
    expect(detail.get_by_role("region", name="Request")).to_contain_text("HTTP/1.1")
    expect(detail.get_by_role("region", name="Response")).to_contain_text("HTTP/1.1")


def test_a_folder_goes_as_one(page: Page, runs: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "results"
    (folder / "shots").mkdir(parents=True)
    report = tiny_reports.robot({"Alone": "lost"}, clock.now(), suite="Folder", inside={"Alone": PRESS})
    (folder / "output.xml").write_bytes(report)
    (folder / "shots" / "shot-1.png").write_bytes(DOT)
    assert runs
    page.goto("/upload?project=depths")
    page.get_by_label("Choose a folder of reports").set_input_files(folder)
    sent = page.get_by_role("list", name="Files on their way").get_by_role("listitem")
    expect(sent).to_have_count(1)
    expect(sent).to_contain_text("2 files")
    sent.get_by_role("link", name=re.compile("^Run #")).click(timeout=30_000)
    page.get_by_role("tab", name="About").click()
    expect(page.get_by_role("list", name="Files that came along")).to_contain_text("shots/shot-1.png")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_depths(
    page: Page, runs: dict[str, str], check_accessibility: CheckAccessibility, theme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    objections: dict[str, list[str]] = {}
    open_test(page, runs["robot.zip"], "Pays")
    page.get_by_role("button", name="Unfold", exact=True).click()
    screens.settle(page)
    objections["steps"] = check_accessibility(page)
    open_test(page, runs["junit.xml"], "writes")
    screens.settle(page)
    objections["output"] = check_accessibility(page)
    for path in (
        f"{runs['robot.zip']}?tab=keywords",
        f"{runs['robot.zip']}?tab=about",
        runs["broken.xml"],
        runs["samples.json"],
        f"{runs['samples.json']}?tab=breakdown",
        "/upload?project=depths",
    ):
        page.goto(path)
        screens.settle(page)
        objections[path] = check_accessibility(page)
    assert {name: words for name, words in objections.items() if words} == {}


def test_nothing_in_the_depths_sticks_out_sideways(page: Page, runs: dict[str, str]) -> None:
    for path in (
        runs["robot.zip"],
        f"{runs['robot.zip']}?tab=keywords",
        runs["samples.json"],
        "/upload?project=depths",
    ):
        page.goto(path)
        screens.settle(page)
        for width in (1440, 768, 390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            expect(page.locator("html")).to_have_js_property("scrollWidth", width)
