"""What TestFlux tells people about a run."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class Rule(StrEnum):
    """When a channel speaks."""

    EVERY_RUN = "every_run"
    ANY_FAILURE = "any_failure"
    NEW_FAILURES = "new_failures"


class ChannelKind(StrEnum):
    """What carries the message."""

    WEBHOOK = "webhook"
    EMAIL = "email"


class Item(msgspec.Struct, frozen=True):
    """One thing worth naming in a message: a failed test, a new finding, a missed threshold."""

    title: str
    where: str
    detail: str
    is_new: bool


class RunMessage(msgspec.Struct, frozen=True):
    """A finished run, told to people. `url` is absolute. `items` holds the first few; `item_count` counts them all.

    `new_failures` counts tests that pass in the baseline and fail here, new findings, or thresholds newly missed.
    """

    event: str
    project_slug: str
    project_name: str
    run_id: str
    run_number: int
    kind: str
    name: str
    verdict: str
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
    request_id: str = ""
