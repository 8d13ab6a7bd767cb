"""Parts of one CI run are one run whose files are named, and any two runs can be compared."""

from __future__ import annotations

from typing import Final

import httpx
from playwright.sync_api import Page, expect

from running import RunningHouse

BAD: Final = "<failure message='no'/>"


def send(client: httpx.Client, build: str, **outcomes: str) -> str:
    cases = "".join(
        f'<testcase classname="shop" name="{name}" time="1">{bad}</testcase>' for name, bad in outcomes.items()
    )
    answer = client.post(
        "/projects/shop/uploads",
        params={"filename": f"{build}-{'-'.join(outcomes)}.xml", "name": "ci", "build_key": build},
        content=f'<testsuite name="shop">{cases}</testsuite>',
        headers={"Prefer": "wait=30"},
    )
    (run,) = answer.raise_for_status().json()["runs"]
    return run["id"]


def test_a_run_in_parts_is_compared_with_any_other(house: RunningHouse, page: Page) -> None:
    with house.client() as client:
        client.post("/projects", json={"slug": "shop", "name": "Shop"}).raise_for_status()
        first = send(client, "1", pay="", ship=BAD, search="")
        send(client, "2", pay="", ship="")
        run = send(client, "3", pay=BAD)
        assert send(client, "3", ship="") == run
        assert send(client, "3", new="") == run
    page.goto(f"/runs/{run}")
    page.get_by_role("link", name="3 files").click()
    expect(page.get_by_role("region", name="3 report files").get_by_role("row")).to_have_count(4)
    page.get_by_role("tab", name="Changes").click()
    page.get_by_label("Compare with").select_option(first)
    for title, test in (("New failures", "pay"), ("Fixed", "ship"), ("Added", "new"), ("Removed", "search")):
        expect(page.get_by_role("list", name=title, exact=True).get_by_role("listitem")).to_contain_text([test])
    page.reload()
    page.get_by_role("list", name="New failures").get_by_role("link").click()
    expect(page.get_by_role("heading", name="pay")).to_be_visible()
    expect(page.get_by_role("tab", name="Tests")).to_have_attribute("aria-selected", "true")
