"""The server itself: what it is, whether it is well, and its sample history."""

from __future__ import annotations

from typing import Literal

import msgspec


class DatabaseInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Which PostgreSQL holds the data; `embedded` is the one TestFlux starts itself."""

    kind: Literal["embedded", "external"]
    version: str


class System(msgspec.Struct, frozen=True, kw_only=True):
    """The server. `upload_limit_bytes` bounds one file."""

    version: str
    smtp_configured: bool
    public_url: str
    database: DatabaseInfo
    upload_limit_bytes: int


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """The sample history: `done` of `total` reports are in; `projects` are the slugs of its projects."""

    status: Literal["absent", "loading", "present"]
    done: int
    total: int
    projects: list[str]


class Alive(msgspec.Struct, frozen=True, kw_only=True):
    """The process answers."""

    status: Literal["alive"]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the server stands on."""

    ok: bool
    detail: str


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the server can work; `checks` names database, blobs, queue, migrations and, where one is set, redis.

    Degraded: it works, but something it can do without is away.
    """

    status: Literal["ready", "degraded", "not ready"]
    checks: dict[str, Check]
