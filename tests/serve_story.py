"""A short history of one project, sent as reports, so that every screen has something to show.

Functional, lane `nightly` on `main`, five nights: `Pays` breaks in the second and is mended in the fifth; `Ships`
flickers; `Finds` is always fine, but slow in the last; `Wraps` comes in the third; `Sings` leaves after the first. Then
one run on the branch `feature`. Security, lane `scan`: two scans; the second lacks a high finding and has a new medium
one. Load, lane `peak`: three tests; the last misses its threshold.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec

import tiny_reports
from serve_house import ServeHouse, send
from testflux.kit import clock

SLUG = "webshop"
TIMEOUT = "Timeout after 30 seconds"
NIGHTS: tuple[dict[str, str], ...] = (
    {"Pays": "PASS", "Ships": "PASS", "Finds": "PASS", "Rests": "SKIP", "Sings": "PASS"},
    {"Pays": TIMEOUT, "Ships": "lost", "Finds": "PASS", "Rests": "SKIP"},
    {"Pays": "Timeout after 31 seconds", "Ships": "PASS", "Finds": "PASS", "Rests": "SKIP", "Wraps": "PASS"},
    {"Pays": TIMEOUT, "Ships": "lost again", "Finds": "PASS", "Rests": "SKIP", "Wraps": "PASS"},
    {"Pays": "PASS", "Ships": "PASS", "Finds": "PASS", "Rests": "SKIP", "Wraps": "torn"},
)
SCANS = ({"40018": 3, "10021": 2}, {"10021": 2, "10020": 2})
LOADS = (200.0, 220.0, 640.0)


class Story(msgspec.Struct):
    """What was sent: the run ids, oldest first, and when the first night was."""

    began: datetime
    nights: list[str]
    feature: str
    scans: list[str]
    loads: list[str]
    client: httpx.AsyncClient

    async def get(self, path: str, **query: Any) -> Any:
        """Return what the API answers with 200."""
        response = await self.client.get(path, params=query)
        assert response.status_code == 200, response.text
        return response.json()

    async def test_id(self, name: str) -> str:
        """Return the id of a test by its name."""
        items = (await self.get(f"/projects/{SLUG}/tests", q=f'"{name}"'))["items"]
        return next(item["test_id"] for item in items if item["name"] == name)


async def tell(house: ServeHouse) -> Story:
    """Send everything, one after the other."""
    client = house.client()
    await client.post("/projects", json={"slug": SLUG, "name": "Web shop"})
    began = (clock.now() - timedelta(days=6)).replace(hour=2, minute=0, second=0, microsecond=0)
    story = Story(began, [], "", [], [], client)
    for night, tests in enumerate(NIGHTS):
        at = began + timedelta(days=night)
        slow = {"Finds": 9.0} if night == len(NIGHTS) - 1 else None
        story.nights.append(await _send(story, "nightly", at, tiny_reports.robot(tests, at, seconds=slow), night))
    at = began + timedelta(days=5)
    fields = {"name": "nightly", "environment": "staging", "branch": "feature"}
    upload = await send(client, SLUG, "output.xml", tiny_reports.robot({"Pays": "nope"}, at), fields)
    story.feature = upload["runs"][0]["id"]
    for number, alerts in enumerate(SCANS):
        at = began + timedelta(days=number, hours=3)
        story.scans.append(await _send(story, "scan", at, tiny_reports.zap(alerts, at), number))
    for number, p95 in enumerate(LOADS):
        at = began + timedelta(days=number, hours=5)
        content = tiny_reports.k6(p95, checks_failed=number)
        story.loads.append(await _send(story, "peak", at, content, number))
    return story


async def _send(story: Story, lane: str, at: datetime, content: bytes, number: int) -> str:
    fields = {
        "name": lane,
        "environment": "staging",
        "type": "regression" if lane == "nightly" else lane,
        "branch": "main",
        "commit": f"{number:07d}",
        "labels": f"team={'web' if lane == 'nightly' else 'infra'}",
        "started_at": at.isoformat(),
    }
    upload = await send(story.client, SLUG, "report", content, fields)
    assert upload["status"] == "stored", upload
    return upload["runs"][0]["id"]
