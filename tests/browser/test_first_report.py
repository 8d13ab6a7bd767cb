"""The whole main job in a browser: sign in, drop a report of each kind, see it arrive, read it, come back to it."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from running import RunningHouse

REPORTS = Path(__file__).resolve().parents[1] / "reports"
FUNCTIONAL = REPORTS / "robot" / "shop.xml"
SECURITY = REPORTS / "zap" / "plus-2.17.json"
LOAD = REPORTS / "k6" / "handle-summary.json"
DROP = """([area, files]) => {
    const carried = new DataTransfer();
    for (const [name, content] of files) {
        const bytes = Uint8Array.from(atob(content), character => character.charCodeAt(0));
        carried.items.add(new File([bytes], name));
    }
    for (const type of ["dragenter", "dragover", "drop"])
        area.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: carried }));
}"""


@pytest.fixture(scope="module")
def project(house: RunningHouse) -> str:
    """A project that was sent a report of each kind."""
    with house.client() as client:
        client.post("/projects", json={"slug": "shop", "name": "Shop"}).raise_for_status()
        for path in (FUNCTIONAL, SECURITY, LOAD):
            answer = client.post(
                "/projects/shop/uploads",
                params={"filename": path.name},
                content=path.read_bytes(),
                headers={"Prefer": "wait=60"},
                timeout=90,
            )
            assert answer.raise_for_status().json()["status"] == "stored"
    return "shop"


@pytest.fixture
def empty_project(house: RunningHouse) -> str:
    """A project that nothing was sent to yet."""
    with house.client() as client:
        client.post("/projects", json={"slug": "drops", "name": "Drops"}).raise_for_status()
    return "drops"


def drop(page: Page, *files: tuple[str, bytes]) -> None:
    """Let files fall on the upload page, as a hand would."""
    area = page.get_by_role("region", name="Drop reports here").element_handle()
    page.evaluate(DROP, [area, [[name, base64.b64encode(content).decode()] for name, content in files]])


def test_reports_of_each_kind_are_dropped_and_arrive_live(
    page: Page, context: BrowserContext, empty_project: str
) -> None:
    watching = context.new_page()
    watching.goto(f"/p/{empty_project}/runs")
    expect(watching.get_by_text("live", exact=True)).to_be_visible()
    page.goto(f"/upload?project={empty_project}")
    drop(page, *((path.name, path.read_bytes()) for path in (FUNCTIONAL, SECURITY, LOAD)))
    sent = page.get_by_role("list", name="Files on their way")
    expect(sent.get_by_role("listitem")).to_have_count(3)
    expect(sent.get_by_role("link", name=re.compile("^Run #"))).to_have_count(3, timeout=30_000)
    for number in ("#1", "#2", "#3"):
        expect(watching.get_by_role("link", name=re.compile(rf"{number}\b")).first).to_be_visible(timeout=30_000)


def test_a_report_that_cannot_be_read_says_why_and_the_next_one_works(page: Page, project: str) -> None:
    page.goto(f"/upload?project={project}")
    drop(page, ("output.xml", b"<robot generator='Robot 7.5'><suite name='S'>"))
    sent = page.get_by_role("list", name="Files on their way")
    expect(sent.get_by_text("report-truncated")).to_be_visible(timeout=30_000)
    expect(sent.get_by_text(re.compile(r"At line 1, column \d+"))).to_be_visible()
    drop(page, (FUNCTIONAL.name, FUNCTIONAL.read_bytes()))
    expect(sent.get_by_text("sent before")).to_be_visible(timeout=30_000)


def open_run(page: Page, project: str, kind: str) -> None:
    """Open the newest run of a kind from the list."""
    page.goto(f"/p/{project}/runs?kind={kind}")
    page.get_by_role("link", name=re.compile(r"#\d")).first.click()
    page.wait_for_url("**/runs/*-*")


def test_a_failure_is_opened(page: Page, project: str) -> None:
    open_run(page, project, "functional")
    causes = page.get_by_role("list", name="Failure causes")
    cause = causes.get_by_role("listitem").filter(has_text="The total is wrong: {n} != {n}").first
    cause.get_by_role("button").first.click()
    message = "The total is wrong: 42.50 != 43.00"
    expect(page.get_by_role("region", name="Test detail")).to_contain_text(message)
    page.reload()
    expect(page.get_by_role("region", name="Test detail")).to_contain_text(message)


def test_a_finding_is_opened(page: Page, project: str) -> None:
    open_run(page, project, "security")
    page.get_by_role("table", name="Findings").get_by_role("row").nth(1).click()
    expect(page.get_by_role("region", name="Finding detail")).to_contain_text("What to do")


def test_a_threshold_is_read(page: Page, project: str) -> None:
    open_run(page, project, "load")
    table = page.get_by_role("table", name="Thresholds")
    expect(table).to_contain_text("missed")
    expect(table).to_contain_text("p(95)")


def test_a_filtered_list_is_the_same_after_a_reload(page: Page, project: str) -> None:
    page.goto(f"/p/{project}/runs")
    page.get_by_label("Filter by kind").select_option("security")
    expect(page).to_have_url(re.compile(r"kind=security"))
    expect(page.get_by_role("link", name=re.compile(r"#\d"))).to_have_count(1)
    address = page.url
    shown = page.get_by_role("link", name=re.compile(r"#\d")).all_inner_texts()
    page.reload()
    expect(page.get_by_role("link", name=re.compile(r"#\d"))).to_have_count(1)
    assert page.url == address
    assert page.get_by_role("link", name=re.compile(r"#\d")).all_inner_texts() == shown
