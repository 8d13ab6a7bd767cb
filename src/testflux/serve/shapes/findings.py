"""Security findings."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

SeverityWord = Literal["informational", "low", "medium", "high", "critical"]
ConfidenceWord = Literal["false positive", "low", "medium", "high", "confirmed"]
FindingState = Literal["new", "existing", "fixed", "reopened", "not_seen"]


class FindingRun(msgspec.Struct, frozen=True, kw_only=True):
    """The run in which a finding was first seen."""

    id: str
    number: int


class FindingItem(msgspec.Struct, frozen=True, kw_only=True):
    """One weakness at one place. `occurrences` counts the distinct places listed, `count` is the tool's own total.

    `state` is against the lane's earlier scans: `fixed` means the baseline had it and this scan does not,
    `not_seen` that the scan broke off before it could tell.
    """

    finding_id: str
    rule: str
    name: str
    severity: SeverityWord
    confidence: ConfidenceWord
    origin: str
    method: str
    template: str
    param: str
    state: FindingState
    occurrences: int
    count: int
    cwe: int | None
    first_seen_at: datetime
    first_seen_run: FindingRun
    age_days: int


class FindingPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some findings, most severe first."""

    items: list[FindingItem]
    next_cursor: str | None


class FindingInstance(msgspec.Struct, frozen=True, kw_only=True):
    """One place where a finding was seen in this scan."""

    uri: str
    method: str
    param: str
    attack: str
    evidence: str
    other: str
    request: str = ""
    response: str = ""


class FindingMoment(msgspec.Struct, frozen=True, kw_only=True):
    """One scan of the lane, and whether it saw the finding."""

    run_id: str
    number: int
    started_at: datetime
    seen: bool
    severity: SeverityWord | None


class FindingIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """What makes two sightings the same finding; `algorithm` is the version of the rule."""

    rule: str
    origin: str
    method: str
    template: str
    param: str
    algorithm: str


class FindingDetail(FindingItem, frozen=True, kw_only=True):
    """One finding in one scan, whole. `history` is its lane's last 30 scans, old to new."""

    description: str
    solution: str
    references: list[str]
    tags: dict[str, str]
    wasc: int | None
    instances: list[FindingInstance]
    history: list[FindingMoment]
    identity: FindingIdentity
