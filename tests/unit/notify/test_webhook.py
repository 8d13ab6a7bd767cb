from __future__ import annotations

import json
from datetime import UTC, datetime

from testflux.model.message import Event, Item, RunMessage
from testflux.model.status import Kind, Verdict
from testflux.notify import message, webhook

MADE_AT = datetime(2026, 11, 22, 16, 0, 1, tzinfo=UTC)
TOLD = RunMessage(
    event=Event.RUN_FINISHED,
    project_slug="webshop",
    project_name="Web shop",
    run_id="3-1284",
    run_number=1284,
    kind=Kind.FUNCTIONAL,
    name="nightly",
    verdict=Verdict.FAILED,
    totals={"total": 10, "passed": 4, "failed": 6, "skipped": 0, "broken": 0},
    branch="main",
    commit="abc123",
    environment="staging",
    type="regression",
    started_at=datetime(2026, 11, 22, 15, 58, tzinfo=UTC),
    duration_ms=61_500,
    url="/runs/3-1284",
    new_failures=6,
    fixed=1,
    item_count=6,
    items=(Item("Pays by card", "Shop / Checkout", "boom", is_new=True),),
    baseline_number=1279,
    request_id="req-1",
)


def test_the_body_tells_the_run() -> None:
    assert json.loads(webhook.body(TOLD, "https://tests.example", MADE_AT)) == {
        "type": "run.finished",
        "timestamp": "2026-11-22T16:00:01Z",
        "data": {
            "project": {"slug": "webshop", "name": "Web shop"},
            "run": {
                "id": "3-1284",
                "number": 1284,
                "kind": "functional",
                "name": "nightly",
                "verdict": "failed",
                "branch": "main",
                "commit": "abc123",
                "environment": "staging",
                "type": "regression",
                "started_at": "2026-11-22T15:58:00Z",
                "duration_ms": 61500,
                "totals": {"total": 10, "passed": 4, "failed": 6, "skipped": 0, "broken": 0},
                "url": "https://tests.example/runs/3-1284",
            },
            "headline": "6 new failures since #1279",
            "baseline_number": 1279,
            "new_failures": 6,
            "fixed": 1,
            "item_count": 6,
            "items": [{"title": "Pays by card", "where": "Shop / Checkout", "detail": "boom", "is_new": True}],
            "request_id": "req-1",
        },
    }


def test_the_body_of_a_test_message_names_no_run() -> None:
    body = json.loads(
        webhook.body(message.build_test("webshop", "Web shop", MADE_AT), "https://tests.example", MADE_AT)
    )
    assert body["type"] == "test"
    assert body["data"]["url"] == "https://tests.example/p/webshop"
    assert "test message" in body["data"]["text"]
    assert "run" not in body["data"]
