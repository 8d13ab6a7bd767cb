"""What TestFlux tells people about a run."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from testflux.model.status import Kind, Verdict


class Rule(StrEnum):
    """When a channel speaks."""

    EVERY_RUN = "every_run"
    ANY_FAILURE = "any_failure"
    NEW_FAILURES = "new_failures"


class ChannelKind(StrEnum):
    """What carries the message."""

    WEBHOOK = "webhook"
    EMAIL = "email"


class Event(StrEnum):
    """What a message is about."""

    RUN_FINISHED = "run.finished"
    TEST = "test"


class Item(msgspec.Struct, frozen=True):
    """One thing worth naming in a message: a failed test, a new finding, a missed threshold."""

    title: str
    where: str
    detail: str
    is_new: bool


class RunMessage(msgspec.Struct, frozen=True):
    """A finished run, told to people. `items` holds the first few, new ones first; `item_count` counts them all.

    `url` is the run's path in the web app (`/runs/3-1284`) as stored; the sender puts the server's address before it.
    `baseline_number` is the run it was compared with, None when there was none. `new_failures` counts tests that
    pass in the baseline and fail here, new findings, or thresholds newly missed.
    """

    event: Event
    project_slug: str
    project_name: str
    run_id: str
    run_number: int
    kind: Kind
    name: str
    verdict: Verdict
    totals: dict[str, int | dict[str, int]]
    branch: str
    commit: str
    environment: str
    type: str
    started_at: datetime
    duration_ms: int
    url: str
    new_failures: int
    fixed: int
    item_count: int
    items: tuple[Item, ...]
    baseline_number: int | None = None
    flaky: int = 0
    request_id: str = ""


class Outcome(msgspec.Struct, frozen=True):
    """What became of one attempt to send a message.

    `error` is empty when the message was taken; it names no secret, as it is shown in the delivery log.
    `may_retry` is False when trying again cannot help. `is_gone` asks to switch the channel off: its receiver said that
    it will never want a message again. `note` remarks on a message that was taken, e.g. a recipient that was refused.
    """

    error: str = ""
    response_code: int | None = None
    may_retry: bool = True
    is_gone: bool = False
    note: str = ""

    @property
    def is_sent(self) -> bool:
        """True when the receiver took the message."""
        return not self.error
