from __future__ import annotations

from typing import Any

import pytest

from serve_story import SLUG, TIMEOUT, Story

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_every_result_in_the_order_of_the_report(story: Story) -> None:
    items = (await story.get(f"/runs/{story.nights[1]}/results"))["items"]
    assert [item["name"] for item in items] == ["Pays", "Ships", "Finds", "Rests"]
    assert items[0] == {
        "test_id": items[0]["test_id"],
        "suite": "Shop",
        "suite_path": ["Shop"],
        "name": "Pays",
        "status": "failed",
        "duration_ms": 100,
        "message": TIMEOUT,
        "message_is_html": False,
        "tags": ["smoke"],
        "change": "new",
        "attempts": 1,
        "fingerprint": items[0]["fingerprint"],
    }
    assert items[3]["message"] == "not today"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"status": "failed"}, ["Pays", "Ships"]),
        ({"status": "failed,skipped"}, ["Pays", "Ships", "Rests"]),
        ({"q": "status:passed"}, ["Finds"]),
        ({"q": "timeout"}, ["Pays"]),
        ({"q": "Shop ships"}, ["Ships"]),
        ({"q": "100%"}, []),
        ({"tag": "smoke", "sort": "name"}, ["Finds", "Pays", "Rests", "Ships"]),
        ({"tag": "other"}, []),
        ({"suite": "Shop"}, ["Pays", "Ships", "Finds", "Rests"]),
        ({"suite": "Shop\x1fInner"}, []),
        ({"change": "new"}, ["Pays", "Ships"]),
        ({"q": "change:fixed"}, []),
        ({"q": "dur:>1s"}, []),
    ],
)
async def test_filters(story: Story, query: dict[str, str], names: list[str]) -> None:
    items = (await story.get(f"/runs/{story.nights[1]}/results", **query))["items"]
    assert [item["name"] for item in items] == names


async def test_the_slowest_first(story: Story) -> None:
    items = (await story.get(f"/runs/{story.nights[4]}/results", sort="-duration_ms"))["items"]
    assert (items[0]["name"], items[0]["duration_ms"]) == ("Finds", 9000)


async def test_what_was_mended_says_so(story: Story) -> None:
    items = (await story.get(f"/runs/{story.nights[4]}/results", change="fixed"))["items"]
    assert [item["name"] for item in items] == ["Pays", "Ships"]


async def test_pages_add_up(story: Story) -> None:
    path = f"/runs/{story.nights[0]}/results"
    first = await story.get(path, limit=2)
    second = await story.get(path, limit=2, cursor=first["next_cursor"])
    third = await story.get(path, limit=2, cursor=second["next_cursor"])
    assert third["next_cursor"] is None
    names = [item["name"] for page in (first, second, third) for item in page["items"]]
    assert names == ["Pays", "Ships", "Finds", "Rests", "Sings"]


async def test_failures_are_grouped_by_their_cause(story: Story) -> None:
    groups = (await story.get(f"/runs/{story.nights[1]}/failures"))["items"]
    assert [(group["count"], group["is_new"]) for group in groups] == [(1, True), (1, True)]
    later = (await story.get(f"/runs/{story.nights[2]}/failures"))["items"]
    assert len(later) == 1
    assert later[0]["is_new"] is False, "30 or 31 seconds are the same cause"
    assert later[0]["first_seen"]["run_id"] == story.nights[1]
    assert later[0]["seen_runs"] == 2, "up to this run"
    assert [test["name"] for test in later[0]["tests"]] == ["Pays"]


async def test_the_suite_tree(story: Story) -> None:
    items = (await story.get(f"/runs/{story.nights[1]}/suites"))["items"]
    assert items == [
        {
            "path": ["Shop"],
            "name": "Shop",
            "depth": 0,
            "total": 4,
            "passed": 1,
            "failed": 2,
            "broken": 0,
            "skipped": 1,
            "flaky": 0,
            "duration_ms": 400,
        }
    ]


async def result_of(story: Story, night: int, name: str) -> Any:
    return await story.get(f"/runs/{story.nights[night]}/results/{await story.test_id(name)}")


async def test_a_result_with_its_history(story: Story) -> None:
    result = await result_of(story, 3, "Pays")
    assert [cell["status"] for cell in result["history"]] == ["passed", "failed", "failed", "failed"]
    assert result["first_failed"]["run_id"] == story.nights[1]
    assert result["last_passed"]["run_id"] == story.nights[0]
    assert result["last_passed"]["commit"] == "0000000"
    assert result["line"] == 1
    assert result["previous_attempts"] == []


async def test_a_result_that_is_fine(story: Story) -> None:
    result = await result_of(story, 4, "Pays")
    assert result["first_failed"] is None
    assert result["last_passed"]["run_id"] == story.nights[4]


async def test_a_test_the_run_does_not_hold(story: Story) -> None:
    test_id = await story.test_id("Sings")
    response = await story.client.get(f"/runs/{story.nights[4]}/results/{test_id}")
    assert response.status_code == 404
    assert response.json()["code"] == "test-not-found"
    other_project = f"999-{test_id.partition('-')[2]}"
    assert (await story.client.get(f"/runs/{story.nights[0]}/results/{other_project}")).status_code == 404
    huge = f"{test_id.partition('-')[0]}-{10**17}"
    assert (await story.client.get(f"/runs/{story.nights[0]}/results/{huge}")).status_code == 404


async def test_the_catalogue(story: Story) -> None:
    page = await story.get(f"/projects/{SLUG}/tests")
    items, numbers = {item["name"]: item for item in page["items"]}, [run["number"] for run in page["runs"]]
    assert [run["id"] for run in page["runs"]] == story.nights
    assert sorted(items) == ["Finds", "Pays", "Rests", "Ships", "Sings", "Wraps"]
    pays = items["Pays"]
    assert pays["last_status"] == "passed", "the branch `feature` does not count"
    assert pays["last_run"]["id"] == story.nights[4]
    assert pays["strip"]["statuses"] == ["passed", "failed", "failed", "failed", "passed"]
    assert pays["strip"]["runs"] == numbers
    assert items["Finds"]["duration_ms"] == 9000
    sings = items["Sings"]
    assert sings["last_status"] == "passed", "the newest run does not hold it, an older one does"
    assert sings["strip"] == {"runs": numbers[:1], "statuses": ["passed"], "durations_ms": [100]}
    assert sings["last_run"]["id"] == story.nights[0]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"status": "failed"}, ["Wraps"]),
        ({"q": "status:passed"}, ["Finds", "Pays", "Ships", "Sings"]),
        ({"q": "ays"}, ["Pays"]),
        ({"q": "suite:Shop dur:>5s"}, ["Finds"]),
        ({"q": "suite:Other"}, []),
        ({"tag": "smoke", "limit": "2"}, ["Finds", "Pays"]),
        ({"sort": "-failures", "limit": "2"}, ["Pays", "Ships"]),
        ({"sort": "-duration", "limit": "1"}, ["Finds"]),
    ],
)
async def test_filters_of_the_catalogue(story: Story, query: dict[str, str], names: list[str]) -> None:
    items = (await story.get(f"/projects/{SLUG}/tests", **query))["items"]
    assert [item["name"] for item in items] == names


async def test_a_test_and_how_it_has_been(story: Story) -> None:
    test = await story.get(f"/tests/{await story.test_id('Pays')}")
    assert test["project"]["slug"] == SLUG
    assert test["stats"] == {
        "runs": 6,
        "passed": 2,
        "failed": 4,
        "broken": 0,
        "skipped": 0,
        "flaky": 0,
        "pass_rate": pytest.approx(100 / 3),
        "p50_ms": 100,
        "p95_ms": 100,
        "flips": 2,
    }


async def test_the_history_of_a_test(story: Story) -> None:
    path = f"/tests/{await story.test_id('Pays')}/history"
    items = (await story.get(path))["items"]
    assert [item["run_id"] for item in items] == [story.feature, *reversed(story.nights)]
    assert items[2]["message"] == TIMEOUT
    assert items[0]["branch"] == "feature"
    first = await story.get(path, limit=4)
    rest = await story.get(path, limit=4, cursor=first["next_cursor"])
    assert first["items"] + rest["items"] == items
    assert rest["next_cursor"] is None


async def test_the_history_of_a_test_narrowed(story: Story) -> None:
    path = f"/tests/{await story.test_id('Pays')}/history"
    assert len((await story.get(path, branch="main"))["items"]) == 5
    assert len((await story.get(path, branch="main", name="other"))["items"]) == 0
    assert len((await story.get(path, environment="staging"))["items"]) == 6
    before = (await story.get(f"/runs/{story.nights[2]}"))["started_at"]
    assert [item["run_id"] for item in (await story.get(path, before=before))["items"]] == story.nights[1::-1]


@pytest.mark.parametrize("test_id", ["1-999999", "1-99999999999999", "x"])
async def test_a_test_that_is_not_there(story: Story, test_id: str) -> None:
    assert (await story.client.get(f"/tests/{test_id}")).status_code == 404
    assert (await story.client.get(f"/tests/{test_id}/history")).status_code == 404
