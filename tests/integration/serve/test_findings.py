from __future__ import annotations

import pytest

import tiny_reports
from serve_story import Story

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_findings_most_severe_first(story: Story) -> None:
    items = (await story.get(f"/runs/{story.scans[0]}/findings"))["items"]
    assert [(item["rule"], item["severity"], item["state"]) for item in items] == [
        ("40018", "high", "new"),
        ("10021", "medium", "new"),
    ]
    assert items[0]["origin"] == f"{tiny_reports.ZAP_URL}:443"
    assert items[0]["first_seen_run"]["id"] == story.scans[0]
    assert (items[0]["cwe"], items[0]["occurrences"], items[0]["count"], items[0]["age_days"]) == (79, 1, 1, 0)


@pytest.mark.parametrize(
    ("query", "rules"),
    [
        ({}, ["10020", "10021"]),
        ({"state": "fixed"}, ["40018"]),
        ({"state": "new"}, ["10020"]),
        ({"state": "existing,fixed"}, ["40018", "10021"]),
        ({"q": "state:fixed severity:high"}, ["40018"]),
        ({"severity": "high"}, []),
        ({"severity": "medium", "q": "rule:10021"}, ["10021"]),
        ({"q": "weakness 10020"}, ["10020"]),
        ({"q": "method:POST"}, []),
        ({"q": "shop.example"}, ["10020", "10021"]),
        ({"q": "param:q", "state": "fixed"}, ["40018"]),
        ({"limit": "1"}, ["10020"]),
    ],
)
async def test_filters(story: Story, query: dict[str, str], rules: list[str]) -> None:
    items = (await story.get(f"/runs/{story.scans[1]}/findings", **query))["items"]
    assert [item["rule"] for item in items] == rules


async def test_pages_add_up(story: Story) -> None:
    path = f"/runs/{story.scans[1]}/findings"
    first = await story.get(path, limit=1)
    rest = await story.get(path, limit=1, cursor=first["next_cursor"])
    assert [item["rule"] for item in first["items"] + rest["items"]] == ["10020", "10021"]
    assert rest["next_cursor"] is None


async def test_a_finding_with_its_places_and_history(story: Story) -> None:
    path = f"/runs/{story.scans[1]}/findings"
    known = next(item for item in (await story.get(path))["items"] if item["state"] == "existing")
    finding = await story.get(f"{path}/{known['finding_id']}")
    assert finding["age_days"] == 1
    assert [moment["seen"] for moment in finding["history"]] == [True, True]
    assert finding["instances"][0]["uri"] == f"{tiny_reports.ZAP_URL}/basket/1"
    assert finding["instances"][0]["evidence"] == "error"
    assert finding["instances"][0]["request"] == "GET /basket/1 HTTP/1.1\r\nCookie: [hidden]\r\n\r\n"
    assert "Mend it." in finding["solution"]
    assert finding["references"] == ["https://owasp.example/1"]
    assert finding["identity"]["rule"] == "10021"
    assert finding["wasc"] == 8


async def test_a_fixed_finding_shows_where_it_was(story: Story) -> None:
    path = f"/runs/{story.scans[1]}/findings"
    fixed = (await story.get(path, state="fixed"))["items"][0]
    finding = await story.get(f"{path}/{fixed['finding_id']}")
    assert finding["state"] == "fixed"
    assert len(finding["instances"]) == 1
    assert [(moment["seen"], moment["severity"]) for moment in finding["history"]] == [(True, "high"), (False, None)]


@pytest.mark.parametrize("finding_id", ["1-9999", "9-1", "x"])
async def test_a_finding_that_is_not_there(story: Story, finding_id: str) -> None:
    response = await story.client.get(f"/runs/{story.scans[0]}/findings/{finding_id}")
    assert response.status_code == 404
