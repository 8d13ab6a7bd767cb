from __future__ import annotations

from datetime import UTC, datetime

from testflux.model.access import Tenant
from testflux.serve import hub
from testflux.serve.shapes.live import LiveEvent


def event(number: int) -> LiveEvent:
    return LiveEvent(event=number, topic="projects", type="run.stored", data={}, at=datetime(2026, 1, 1, tzinfo=UTC))


async def test_a_watcher_that_does_not_keep_up_is_marked_and_costs_no_more() -> None:
    watcher = hub.Watcher(Tenant(1), ["projects"])
    for number in range(hub.QUEUE):
        watcher.offer(event(number))
    assert watcher.is_slow is False
    watcher.offer(event(999))
    assert watcher.is_slow is True
    assert watcher.events.qsize() == hub.QUEUE
    assert (await watcher.events.get()).event == 0
