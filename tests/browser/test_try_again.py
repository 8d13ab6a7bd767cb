"""What was set aside is listed by itself and read after all."""

from __future__ import annotations

import psycopg
from playwright.sync_api import Page, expect

from running import RunningHouse
from testflux.store import embedded

REPORT = b"""<robot generator="Robot 7.0 (Python 3.11)" generated="2026-06-15T12:00:00.000000" schemaversion="5">
<suite name="Shop"><test name="Pay"><status status="PASS" start="2026-06-15T12:00:00.000000" elapsed="0.1"/></test>
<status status="PASS" start="2026-06-15T12:00:00.000000" elapsed="1.5"/></suite></robot>"""
SET_ASIDE = """update upload set blob_digest = (select blob_digest from upload where file_name = 'good.xml'),
error = '{"code": "internal", "message": "Something in TestFlux failed.", "hint": "Tell an administrator."}'
where file_name = 'poison.xml'"""


def test_what_was_set_aside_is_tried_again(house: RunningHouse, page: Page) -> None:
    with house.client() as client:
        client.post("/projects", json={"slug": "shop", "name": "Shop"}).raise_for_status()
        for name, content in (("good.xml", REPORT), ("torn.xml", b"<robot>"), ("poison.xml", b"<robot><suite>")):
            client.post(
                "/projects/shop/uploads",
                params={"filename": name},
                content=content,
                headers={"Prefer": "wait=30"},
            ).raise_for_status()
    dsn = embedded.find_running_dsn(house.data / "postgres")
    assert dsn is not None
    with psycopg.connect(dsn, autocommit=True) as database:
        database.execute(SET_ASIDE)
    page.goto("/p/shop/uploads")
    uploads = page.get_by_role("list", name="Uploads")
    expect(uploads.get_by_role("listitem")).to_have_count(3)
    expect(uploads.get_by_role("button", name="Try good.xml again")).to_have_count(0)
    page.get_by_label("Status").select_option("set-aside")
    expect(uploads.get_by_role("listitem")).to_have_count(1)
    uploads.get_by_role("button", name="Try poison.xml again").click()
    expect(page.get_by_text("No upload is set aside")).to_be_visible()
    page.get_by_label("Status").select_option("stored")
    expect(uploads.get_by_text("poison.xml")).to_be_visible(timeout=30_000)
