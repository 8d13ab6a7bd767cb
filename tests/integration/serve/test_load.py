from __future__ import annotations

import pytest

from serve_house import ServeHouse
from serve_story import Story
from testflux.kit import identifiers
from testflux.model.access import EVERYBODY

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_thresholds_with_what_the_baseline_measured(story: Story) -> None:
    items = (await story.get(f"/runs/{story.loads[2]}/thresholds"))["items"]
    assert items == [
        {
            "metric": "http_req_duration",
            "expression": "p(95)<500",
            "ok": False,
            "value": 640,
            "limit": 500,
            "margin": pytest.approx(-0.28),
            "unit": "ms",
            "previous_value": 220,
        }
    ]


async def test_checks(story: Story) -> None:
    items = (await story.get(f"/runs/{story.loads[1]}/checks"))["items"]
    assert items == [{"group": [], "name": "status is 200", "passes": 99, "fails": 1, "rate": 99}]


async def test_groups(story: Story) -> None:
    items = (await story.get(f"/runs/{story.loads[0]}/groups"))["items"]
    assert items == [{"path": ["basket"], "name": "basket", "depth": 0, "checks_passed": 0, "checks_failed": 0}]


async def test_metrics_beside_the_baselines(story: Story) -> None:
    items = {item["name"]: item for item in (await story.get(f"/runs/{story.loads[1]}/metrics"))["items"]}
    assert sorted(items) == ["checks", "http_req_duration", "http_reqs", "iterations", "vus_max"]
    duration = items["http_req_duration"]
    assert (duration["type"], duration["contains"], duration["tags"]) == ("trend", "time", "")
    assert duration["values"]["p95"] == 220
    assert duration["baseline"]["p95"] == 200
    assert "p99" not in duration["values"], "what the file does not hold is absent"


async def test_metrics_of_the_first_run(story: Story) -> None:
    items = (await story.get(f"/runs/{story.loads[0]}/metrics", limit=1))["items"]
    assert [item["baseline"] for item in items] == [None]


@pytest.mark.parametrize("noun", ["thresholds", "checks", "groups", "metrics"])
async def test_other_kinds_have_none(story: Story, noun: str) -> None:
    assert (await story.get(f"/runs/{story.nights[0]}/{noun}"))["items"] == []
    missing = await story.client.get(f"/runs/1-9999/{noun}")
    assert missing.status_code == 404


async def test_metrics_narrowed(story: Story) -> None:
    path = f"/runs/{story.loads[1]}/metrics"
    assert [item["name"] for item in (await story.get(path, metric="checks"))["items"]] == ["checks"]
    assert (await story.get(path, tags=""))["items"] == (await story.get(path))["items"]
    assert (await story.get(path, tags="scenario:x"))["items"] == []


async def test_metrics_over_time(house: ServeHouse, story: Story) -> None:
    path = f"/runs/{story.loads[0]}/series"
    assert (await story.get(path))["items"] == [], "a summary holds no times"
    project_id, run_id = identifiers.unpack(story.loads[0])
    statement = """insert into load_series
        select project_id, run_day, run_id, s.name, s.tags, 1000, started_at, '{2,0}', '{300,0}', '{180,0}', '{190,0}'
        from run, (values ('http_req_duration', ''), ('http_req_duration', 'scenario:peak'), ('vus', '')) s (name, tags)
        where project_id = %(project_id)s and run_id = %(run_id)s"""
    async with house.rooms.database.write(EVERYBODY) as writer:
        await writer.run(statement, project_id=project_id, run_id=run_id)
    items = (await story.get(path))["items"]
    assert [(item["name"], item["tags"]) for item in items] == [
        ("http_req_duration", ""),
        ("http_req_duration", "scenario:peak"),
        ("vus", ""),
    ]
    assert items[0] | {"start_at": ""} == {
        "name": "http_req_duration",
        "tags": "",
        "bucket_ms": 1000,
        "start_at": "",
        "counts": [2, 0],
        "sums": [300, 0],
        "p95s": [180, 0],
        "maxima": [190, 0],
    }
    assert len((await story.get(path, metric="http_req_duration"))["items"]) == 2
    assert (await story.get(path, metric="http_req_duration", tags=""))["items"] == items[:1]
    assert (await story.get(path, tags="scenario:peak"))["items"] == items[1:2]
    assert (await story.get(path, metric="other"))["items"] == []
    page = await story.get(path, limit=2)
    assert (await story.get(path, limit=2, cursor=page["next_cursor"]))["items"] == items[2:]
