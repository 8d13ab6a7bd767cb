from __future__ import annotations

from typing import Any

import pytest

from serve_story import SLUG, Story

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def overview_of(story: Story, slug: str) -> Any:
    items = (await story.get("/overview"))["items"]
    return next(item for item in items if item["project"]["slug"] == slug)


async def test_a_project_at_a_glance(story: Story) -> None:
    item = await overview_of(story, SLUG)
    assert item["kinds"] == ["functional", "load", "security"]
    assert item["state"] == "failing"
    assert [cell["id"] for cell in item["strip"] if cell["kind"] == "functional"] == story.nights
    assert item["pass_rate"] == 75
    assert len(item["pass_rate_series"]) == 30
    assert sum(rate is not None for rate in item["pass_rate_series"]) == 5
    assert item["open_findings"] == {"high": 0, "medium": 2, "low": 0, "informational": 0}
    assert item["p95_ms"] == 640
    assert item["p95_delta"] == pytest.approx((640 - 210) / 210)
    assert item["flaky_tests"] == 1, "Ships flickers; Pays broke and was mended"
    assert item["last_run"]["id"] == story.nights[-1]


async def test_the_overview_sees_what_is_new(story: Story) -> None:
    await story.client.post("/projects", json={"slug": "fresh", "name": "Fresh"})
    assert (await overview_of(story, "fresh"))["state"] == "empty"
    await story.client.patch("/projects/fresh", json={"name": "Renamed"})
    assert (await overview_of(story, "fresh"))["project"]["name"] == "Renamed"
    whole = await story.get("/overview")
    assert whole["needs_attention"] == 1
    assert [item["project"]["slug"] for item in whole["items"]][:2] == [SLUG, "fresh"], "what fails stands first"


async def test_a_project_page(story: Story) -> None:
    summary = await story.get(f"/projects/{SLUG}/summary")
    assert summary["state"] == "failing"
    assert summary["newest_run"]["id"] == story.nights[-1]
    assert summary["last_green"]["id"] == story.nights[0]
    assert summary["new_failures"] == 1
    assert summary["commits_between"] == ["0000004", "0000003", "0000002", "0000001"]
    assert "#1" in summary["detail"]
    tiles = summary["tiles"]
    assert tiles["pass_rate"] == 75
    assert tiles["pass_rate_delta"] == pytest.approx(25)
    assert (tiles["flaky_tests"], tiles["flaky_delta"]) == (1, 1)
    assert (tiles["open_high"], tiles["open_high_delta"]) == (0, -1)
    assert tiles["p95_ms"] == 640
    assert len(summary["latest_runs"]) == 10


async def test_what_to_look_at(story: Story) -> None:
    looks = {item["name"]: item for item in (await story.get(f"/projects/{SLUG}/summary"))["look_at"]}
    assert {name: item["kind"] for name, item in looks.items()} == {"Wraps": "new", "Ships": "flaky", "Finds": "slow"}
    assert looks["Wraps"]["reason"] == "new failure"
    assert looks["Ships"]["reason"] == "failed or retried in 2 of 5 runs"
    assert looks["Finds"]["reason"] == "90.0 times slower than usual"
    assert [cell["status"] for cell in looks["Ships"]["strip"]] == ["passed", "failed", "passed", "failed", "passed"]


async def test_a_branch_of_its_own(story: Story) -> None:
    summary = await story.get(f"/projects/{SLUG}/summary", branch="feature")
    assert summary["newest_run"]["id"] == story.feature
    assert summary["last_green"] is None
    assert [run["id"] for run in summary["latest_runs"]] == [story.feature]


async def test_an_empty_project(story: Story) -> None:
    await story.client.post("/projects", json={"slug": "void", "name": "Void"})
    summary = await story.get("/projects/void/summary")
    assert summary["headline"] == "No runs yet"
    assert (summary["state"], summary["newest_run"], summary["look_at"]) == ("empty", None, [])
    assert (await story.client.get("/projects/none/summary")).status_code == 404
