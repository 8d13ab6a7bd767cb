"""Reading a project at a glance: its newest runs, lane by lane, and the tests that trouble it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import msgspec

from testflux.model.access import Tenant
from testflux.store import arrays, projects, queries, scoping
from testflux.store.database import Reader, Row

_SQL = queries.load("overview")
_BRANCH: Final = (
    _SQL["find_branch"].replace("%(project_id)s", "p.project_id").replace("%(default_branch)s", "p.default_branch")
)
_FIND_FRONT: Final = _SQL["find_front"].replace("FIND_BRANCH", _BRANCH)
_OF_RUN: Final = ("run_id", "run_day", "number", "started_at")


class Front(msgspec.Struct, frozen=True):
    """A project, the branches that its pages look at, and its newest functional runs there, newest first.

    Of each run: run_id, run_day, number, started_at.
    """

    project_id: int
    change_count: int
    branches: list[str]
    recent: list[Row]


async def get_front(reader: Reader, tenant: Tenant, slug: str, limit: int) -> Front:
    """Return a project by slug with so many of its newest runs; NotFoundError when the tenant has none of that name."""
    row = await reader.planned_once.find(_FIND_FRONT, **scoping.values_of(tenant), slug=slug, limit=limit)
    if row is None:
        raise projects.no_project(slug)
    runs = zip(*(row[name] or () for name in _OF_RUN), strict=True)
    recent: list[Row] = [dict(zip(_OF_RUN, run, strict=True)) for run in runs]
    return Front(row["project_id"], row["change_count"], row["branches"], recent)


async def list_branches(reader: Reader, project: Row) -> list[str]:
    """Return what the front page looks at: the default branch and runs without one, else the newest run's branch."""
    default = project["default_branch"]
    row = await reader.planned_once.find(_SQL["find_branch"], project_id=project["project_id"], default_branch=default)
    return [default, ""] if row is None or row["branch"] in (default, "") else [row["branch"]]


async def list_strip(reader: Reader, project_id: int, branches: Sequence[str], limit: int) -> list[Row]:
    """List the newest runs of these branches, newest first."""
    return await reader.planned_once.all(
        _SQL["list_strip"], project_id=project_id, branches=list(branches), limit=limit
    )


async def list_lanes(
    reader: Reader, project_id: int, branches: Sequence[str], first_day: date, limit: int
) -> list[Row]:
    """List the newest runs of each lane since a day, newest first; `place` counts back inside the lane from 1."""
    return await reader.planned_once.all(
        _SQL["list_lanes"], project_id=project_id, branches=list(branches), first_day=first_day, limit=limit
    )


async def list_pass_rates(
    reader: Reader, project_id: int, branches: Sequence[str], first_day: date, last_day: date
) -> dict[date, float]:
    """Return the pass rate (0..100) of each day that has one."""
    rows = await reader.planned_once.all(
        _SQL["list_pass_rates"],
        project_id=project_id,
        branches=list(branches),
        first_day=first_day,
        last_day=last_day,
    )
    return {row["run_day"]: float(row["pass_rate"]) for row in rows if row["pass_rate"] is not None}


async def list_slowest(reader: Reader, run: Row, limit: int) -> list[int]:
    """List the passed tests of a run that took longest."""
    names = ("project_id", "run_day", "run_id")
    rows = await reader.all(_SQL["list_slowest"], **{name: run[name] for name in names}, limit=limit)
    return [row["test_no"] for row in rows]


async def list_names(reader: Reader, project_id: int, test_nos: Sequence[int]) -> dict[int, Row]:
    """Return suite and name of tests by number."""
    row = await reader.one(_SQL["list_names"], project_id=project_id, test_nos=arrays.write_ints(test_nos))
    columns = (row[name] or () for name in ("test_nos", "suites", "names"))
    return {test_no: {"suite": suite, "name": name} for test_no, suite, name in zip(*columns, strict=True)}


async def find_last_green(reader: Reader, run: Row) -> Row | None:
    """Return the newest passed run of a run's lane up to itself: run_id, number, started_at."""
    return await reader.find(_SQL["find_last_green"], **_lane(run))


async def list_commits(reader: Reader, run: Row, after: Row) -> list[str]:
    """List the commits of the lane's runs that began after one, up to this, newest first."""
    values = {"after": after["started_at"], "after_run": after["run_id"]}
    rows = await reader.all(_SQL["list_commits"], **_lane(run), **values)
    return [row["commit_sha"] for row in rows]


def _lane(run: Row) -> dict[str, Any]:
    names = ("project_id", "kind", "name", "environment", "branch", "started_at", "run_id")
    return {name: run[name] for name in names}
