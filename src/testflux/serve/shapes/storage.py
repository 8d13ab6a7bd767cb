"""How long things are kept, and how much of them there is."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

MOST_DAYS = 36_500
Days = Annotated[int, Meta(ge=1, le=MOST_DAYS)]
Quota = Annotated[int, Meta(ge=0, le=2**60)]
ForEver = Literal["for_ever"]
Inherited = Literal["inherited"]


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """How many days what is kept: whole runs, their files, the rows of what did not pass, and the delivery log.

    Totals are kept for ever, and starred runs whole. Evidence and rows never outlive their results.
    """

    results: Days | ForEver = "for_ever"
    evidence: Days | ForEver = "for_ever"
    rows: Days | ForEver = "for_ever"
    audit: Days | ForEver = "for_ever"


class OwnRetention(msgspec.Struct, frozen=True, kw_only=True):
    """Where a project differs from its organisation."""

    results: Days | ForEver | Inherited = "inherited"
    evidence: Days | ForEver | Inherited = "inherited"
    rows: Days | ForEver | Inherited = "inherited"
    audit: Days | ForEver | Inherited = "inherited"


class ProjectRetention(msgspec.Struct, frozen=True, kw_only=True):
    """What a project sets for itself, what its organisation does, and what holds."""

    own: OwnRetention
    organisation: Retention
    effective: Retention


class RetentionPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What the next night would delete. `row_runs` lose only their rows; days are those of the runs, null when none.

    `files` and `file_bytes` are those that nothing kept still names. Nothing is deleted by asking.
    """

    runs: int
    results: int
    row_runs: int
    files: int
    file_bytes: int
    audits: int
    first_day: date | None
    last_day: date | None


class Quotas(msgspec.Struct, frozen=True, kw_only=True):
    """How many bytes of files an organisation may hold, and each project without a quota of its own. Null: no limit."""

    quota_bytes: Quota | None
    project_quota_bytes: Quota | None


class ProjectQuota(msgspec.Struct, frozen=True, kw_only=True):
    """How many bytes of files a project may hold. Null: what the organisation says for each project."""

    quota_bytes: Quota | None


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes a day over the last 30 and 90 days (null: too early to say), and when that fills the quota.

    `full_on` follows the files of the last 30 days; null: not within ten years, no quota, or too early to say.
    """

    daily_30: float | None
    daily_90: float | None
    full_on: date | None


class ProjectStorage(msgspec.Struct, frozen=True, kw_only=True):
    """What a project takes up. Files as they were sent, each once; tables by the project's share in each month.

    `most_bytes` is the quota of its files that holds, `quota_bytes` its own, `project_quota_bytes` what its
    organisation says for each project without one.
    """

    slug: str
    name: str
    result_bytes: int
    row_bytes: int
    file_bytes: int
    total_bytes: int
    bytes: int
    quota_bytes: int | None
    project_quota_bytes: int | None
    most_bytes: int | None
    forecast: Forecast
    retention: Retention


class Disk(msgspec.Struct, frozen=True, kw_only=True):
    """The disk of the server's data folder, if it has one. `full_on`: if everything grows on as in the last 30 days."""

    size_bytes: int
    free_bytes: int
    full_on: date | None


class Storage(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored. `file_bytes` counts a file once, however many projects hold it."""

    items: list[ProjectStorage]
    bytes: int
    file_bytes: int
    quotas: Quotas
    forecast: Forecast
    disk: Disk | None
