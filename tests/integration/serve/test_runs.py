from __future__ import annotations

import pytest

from serve_story import NIGHTS, SLUG, Story

pytestmark = pytest.mark.asyncio(loop_scope="module")
EVERYTHING = 11


async def test_runs_are_listed_newest_first(story: Story) -> None:
    items = (await story.get(f"/projects/{SLUG}/runs"))["items"]
    assert len(items) == EVERYTHING
    started = [item["started_at"] for item in items]
    assert started == sorted(started, reverse=True)


@pytest.mark.parametrize("sort", ["-started_at", "-number", "-duration_ms"])
@pytest.mark.parametrize("path", ["/runs", f"/projects/{SLUG}/runs"])
async def test_pages_add_up_to_the_list(story: Story, path: str, sort: str) -> None:
    whole = [item["id"] for item in (await story.get(path, sort=sort))["items"]]
    paged: list[str] = []
    query = {"sort": sort, "limit": "3"}
    while True:
        page = await story.get(path, **query)
        paged += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert paged == whole
    assert len(set(paged)) == EVERYTHING


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"kind": "functional"}, 6),
        ({"kind": "load"}, 3),
        ({"branch": "feature"}, 1),
        ({"environment": "staging"}, EVERYTHING),
        ({"environment": "live"}, 0),
        ({"type": "regression"}, 5),
        ({"name": "scan"}, 2),
        ({"tool": "k6"}, 3),
        ({"label": "team=web"}, 5),
        ({"label": "team:infra"}, 5),
        ({"verdict": "passed", "kind": "functional"}, 1),
        ({"verdict": ["passed", "failed"], "kind": "functional"}, 6),
        ({"q": "status:failed kind:functional"}, 5),
        ({"q": "branch:feature"}, 1),
        ({"q": "label:team=web name:nightly"}, 5),
        ({"q": "commit:0000002"}, 2),
        ({"q": "nightly main"}, 5),
        ({"q": "#1"}, 3),
        ({"q": "dur:>1h"}, 0),
        ({"q": "dur:<1h kind:functional"}, 6),
        ({"q": "nothing of the kind"}, 0),
    ],
)
async def test_filters(story: Story, query: dict[str, str], count: int) -> None:
    assert len((await story.get("/runs", **query))["items"]) == count


async def test_a_range_of_days(story: Story) -> None:
    from_, to = story.began.isoformat(), story.began.replace(hour=4).isoformat()
    assert len((await story.get("/runs", **{"from": from_}))["items"]) == EVERYTHING
    assert len((await story.get("/runs", **{"from": from_, "to": to}))["items"]) == 1


async def test_a_run_with_its_neighbours(story: Story) -> None:
    run = await story.get(f"/runs/{story.nights[2]}")
    assert run["number"] == 3
    assert run["project"] == {"slug": SLUG, "name": "Web shop"}
    assert run["tool"]["name"] == "Robot Framework"
    assert run["url"] == f"/runs/{story.nights[2]}"
    assert (run["previous"]["id"], run["next"]["id"]) == (story.nights[1], story.nights[3])
    assert run["baseline"]["id"] == story.nights[1]
    assert [cell["id"] for cell in run["strip"]] == story.nights[:3]
    assert run["pass_rate"] == 75
    assert (run["new_failures"], run["fixed"]) == (0, 1)
    assert run["headline"]
    assert run["load"] is None
    assert run["upload"]["download_url"] == f"/api/v1/uploads/{run['upload']['id']}/file"


async def test_the_first_and_the_last_of_a_lane(story: Story) -> None:
    first, last = await story.get(f"/runs/{story.nights[0]}"), await story.get(f"/runs/{story.nights[-1]}")
    assert (first["previous"], first["baseline"]) == (None, None)
    assert last["next"] is None


async def test_a_branch_without_history_is_compared_with_the_default_branch(story: Story) -> None:
    run = await story.get(f"/runs/{story.feature}")
    assert run["baseline"]["id"] == story.nights[-1]
    assert run["previous"] is None


async def test_the_figures_of_a_load_test(story: Story) -> None:
    load = (await story.get(f"/runs/{story.loads[0]}"))["load"]
    assert load == {
        "http_req_duration_avg_ms": 100,
        "http_req_duration_p95_ms": 200,
        "vus_max": 10,
        "iterations": 500,
        "checks_rate": 100,
        "requests": 1000,
    }


async def test_a_finished_run_is_not_sent_twice(story: Story) -> None:
    path = f"/runs/{story.nights[0]}/results"
    first = await story.client.get(path)
    tag = first.headers["etag"]
    again = await story.client.get(path, headers={"If-None-Match": f'"other", W/{tag}'})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == tag
    assert (await story.client.get(path, headers={"If-None-Match": '"other"'})).status_code == 200


async def test_changes_of_the_night_it_broke(story: Story) -> None:
    changes = await story.get(f"/runs/{story.nights[1]}/changes")
    assert changes["baseline"]["id"] == story.nights[0]
    assert sorted(item["name"] for item in changes["new_failures"]) == ["Pays", "Ships"]
    assert {item["change"] for item in changes["new_failures"]} == {"new"}
    assert (changes["new_failures_count"], changes["fixed_count"], changes["still_failing_count"]) == (2, 0, 0)
    assert (changes["new_tests"], changes["removed_tests"]) == (0, 1)


async def test_changes_of_the_night_after(story: Story) -> None:
    changes = await story.get(f"/runs/{story.nights[2]}/changes")
    assert [item["name"] for item in changes["still_failing"]] == ["Pays"]
    assert [item["name"] for item in changes["fixed"]] == ["Ships"]
    assert changes["new_failures"] == []
    assert (changes["new_tests"], changes["removed_tests"]) == (1, 0)


async def test_changes_of_a_scan(story: Story) -> None:
    changes = await story.get(f"/runs/{story.scans[1]}/changes")
    assert [item["rule"] for item in changes["new_findings"]] == ["10020"]
    assert [item["rule"] for item in changes["fixed_findings"]] == ["40018"]
    assert [item["state"] for item in changes["fixed_findings"]] == ["fixed"]
    assert (changes["new_findings_count"], changes["fixed_findings_count"]) == (1, 1)


async def test_changes_of_a_load_test(story: Story) -> None:
    changes = await story.get(f"/runs/{story.loads[2]}/changes")
    assert changes["missed_thresholds_count"] == 1
    assert changes["missed_thresholds"][0]["metric"] == "http_req_duration"


async def test_what_the_runs_can_be_filtered_by(story: Story) -> None:
    facets = await story.get(f"/projects/{SLUG}/facets")
    assert facets["kinds"] == [
        {"value": "functional", "count": 6},
        {"value": "load", "count": 3},
        {"value": "security", "count": 2},
    ]
    assert facets["labels"] == [{"value": "team:infra", "count": 5}, {"value": "team:web", "count": 5}]
    assert {item["value"] for item in facets["branches"]} == {"main", "feature"}
    assert {item["value"] for item in facets["metrics"]} >= {"http_req_duration", "checks"}
    assert {item["value"] for item in facets["tools"]} == {"Robot Framework", "ZAP", "k6"}


async def test_a_run_without_log_entries(story: Story) -> None:
    assert (await story.get(f"/runs/{story.nights[0]}/suite-log"))["items"] == []


async def test_totals_are_those_of_the_report(story: Story) -> None:
    for run_id, tests in zip(story.nights, NIGHTS, strict=True):
        totals = (await story.get(f"/runs/{run_id}"))["totals"]
        assert totals["total"] == len(tests)
        assert totals["passed"] == list(tests.values()).count("PASS")
        assert totals["skipped"] == 1
