"""A folder of old reports becomes runs of the past, and can be given again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from running import RunningHouse

REPORT = """<testsuite name="shop" tests="1"><testcase classname="shop.pay" name="card" time="{}"/></testsuite>"""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Three old reports without a time of their own, a torn one, and a picture."""
    contents = {f"{year}/report.xml": REPORT.format(year - 2000) for year in (2022, 2023, 2024)}
    contents |= {"2024/torn.xml": "<testsuite><testcase", "2024/shop.png": "no report"}
    for name, content in contents.items():
        path = tmp_path / "archive" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        moment = 1_640_995_200 + (int(name[:4]) - 2022) * 31_536_000 + 86_400
        os.utime(path, (moment, moment))
    return tmp_path / "archive"


def test_a_folder_is_imported_once(house: RunningHouse, page: Page, archive: Path) -> None:
    with house.client() as client:
        client.post("/projects", json={"slug": "shop", "name": "Shop"}).raise_for_status()
    page.goto("/upload")
    page.get_by_role("link", name="Import history").click()
    page.get_by_label("Lane").fill("nightly")
    page.get_by_label("Choose a folder of reports").set_input_files(archive)
    files = page.get_by_role("list", name="Files of the import")
    expect(page.get_by_role("main").get_by_role("status")).to_have_text(
        "Done: 3 stored, 1 skipped, 1 rejected.", timeout=60_000
    )
    expect(files.get_by_role("listitem").first).to_contain_text("2022/report.xml")
    page.get_by_role("button", name="rejected").click()
    expect(files.get_by_role("listitem")).to_have_count(1)
    expect(files).to_contain_text("torn.xml")
    with house.client() as client:
        runs = client.get("/projects/shop/runs").raise_for_status().json()["items"]
    assert [(run["started_at"][:4], run["name"]) for run in runs] == [
        ("2024", "nightly"),
        ("2023", "nightly"),
        ("2022", "nightly"),
    ]
    page.reload()
    page.get_by_label("Choose a folder of reports").set_input_files(archive)
    expect(page.get_by_role("main").get_by_role("status")).to_have_text(
        "Done: 3 already there, 1 skipped, 1 rejected.", timeout=60_000
    )
