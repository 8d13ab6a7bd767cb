from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from serve_story import SLUG, Story

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def points(story: Story, **query: str) -> list[Any]:
    return (await story.get(f"/projects/{SLUG}/trends", **query))["points"]


async def test_a_day_each(story: Story) -> None:
    answer = await story.get(f"/projects/{SLUG}/trends", branch="main")
    assert answer["interval"] == "day"
    assert [point["start"] for point in answer["points"]] == [
        (story.began + timedelta(days=day)).date().isoformat() for day in range(5)
    ]
    first, second = answer["points"][:2]
    assert (first["runs"], first["total"], first["passed"], first["skipped"]) == (3, 5, 4, 1)
    assert first["pass_rate"] == 100
    assert second["pass_rate"] == pytest.approx(100 / 3)
    assert first["duration_avg_ms"] == 100
    assert 64 <= first["duration_p50_ms"] <= 128
    assert first["findings"] == {"high": 1, "medium": 1, "low": 0, "informational": 0}
    assert first["load"]["http_req_duration_p95_ms"] == 200
    assert answer["points"][3]["findings"] is None


async def test_the_last_scan_of_a_bucket_counts(story: Story) -> None:
    month = await points(story, interval="month", **{"from": story.began.replace(day=1).date().isoformat()})
    scans = [point["findings"] for point in month if point["findings"]]
    assert {"high": 0, "medium": 2, "low": 0, "informational": 0} in scans


async def test_weeks_begin_on_monday(story: Story) -> None:
    from datetime import date  # noqa: PLC0415  (only here)

    weeks = await points(story, interval="week")
    assert all(date.fromisoformat(point["start"]).weekday() == 0 for point in weeks)
    assert sum(point["runs"] for point in weeks) == 11


async def test_percentiles_come_from_merged_histograms(story: Story) -> None:
    whole = await points(story, interval="month", kind="functional")
    slowest = max(point["duration_p95_ms"] for point in whole)
    assert 100 < slowest < 13_000
    assert all(point["duration_p50_ms"] < 200 for point in whole)


@pytest.mark.parametrize(
    ("query", "runs"),
    [
        ({"kind": "load"}, 3),
        ({"branch": "feature"}, 1),
        ({"environment": "staging"}, 11),
        ({"environment": "other"}, 0),
        ({"type": "scan"}, 2),
        ({"name": "nightly"}, 6),
        ({"label": "team=web"}, 5),
        ({"label": "team=web", "branch": "main"}, 5),
        ({"tool": "k6"}, 3),
        ({"tool": "k6", "label": "team=web"}, 0),
    ],
)
async def test_filters(story: Story, query: dict[str, str], runs: int) -> None:
    assert sum(point["runs"] for point in await points(story, **query)) == runs


async def test_totals_and_runs_tell_the_same(story: Story) -> None:
    by_totals = await points(story, kind="functional", branch="main")
    by_runs = await points(story, kind="functional", branch="main", tool="Robot Framework")
    assert by_totals == by_runs


async def test_any_metric_of_a_load_test(story: Story) -> None:
    answer = await points(story, metric="load:http_req_duration:p90", kind="load")
    assert [point["load"]["value"] for point in answer] == [180, 198, 576]
    assert (await points(story, metric="load:none:avg", kind="load"))[0]["load"]["value"] is None


async def test_a_range_ends_where_it_is_told(story: Story) -> None:
    day = story.began.date().isoformat()
    assert len(await points(story, **{"from": day, "to": day})) == 1


async def test_several_projects_together(story: Story) -> None:
    await story.client.post("/projects", json={"slug": "empty", "name": "Empty"})
    one = (await story.get("/trends", project=SLUG))["points"]
    assert (await story.get("/trends", project=[SLUG, "empty"]))["points"] == one
    assert (await story.get("/trends"))["points"] == one
    assert (await story.get("/trends", project="empty"))["points"] == []
    assert (await story.client.get("/trends?project=none")).status_code == 404
