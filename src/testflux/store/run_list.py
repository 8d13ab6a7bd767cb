"""Reading runs: lists of them, one with its neighbours, and what they can be filtered by."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec
from psycopg.types.json import Jsonb

from testflux.kit import errors, identifiers, query
from testflux.model.access import Tenant
from testflux.store import projects, queries, scoping
from testflux.store.database import Reader, Row

_SQL = queries.load("run_list")
Sort = Literal["-started_at", "-number", "-duration_ms"]
_Number = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
_SORTS: Final[dict[Sort, tuple[str, str]]] = {
    "-started_at": ("r.started_at", "timestamptz"),
    "-number": ("r.number", "bigint"),
    "-duration_ms": ("r.duration_ms", "bigint"),
}
_GIVEN: Final = _SQL["read_runs"].replace("WANTED", _SQL["find_given"]).replace("IN_ORDER", "r.place")


class RunFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which runs are wanted; None does not narrow. Lists name alternatives; all labels must be there."""

    kinds: list[str] | None = None
    verdicts: list[str] | None = None
    branches: list[str] | None = None
    environments: list[str] | None = None
    types: list[str] | None = None
    names: list[str] | None = None
    tools: list[str] | None = None
    labels: dict[str, str] | None = None
    from_: datetime | None = None
    to: datetime | None = None
    is_starred: bool | None = None
    query: query.Query = query.Query()
    sort: Sort = "-started_at"


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A place in a list of runs: the sort key of its last run, and which it was. Read from what callers send."""

    key: datetime | _Number
    project_id: _Number
    run_id: _Number


async def list_runs(
    reader: Reader, project_ids: Sequence[int], wanted: RunFilter, after: Place | None, limit: int
) -> list[Row]:
    """List runs of these projects; each row also has its `sort_key`. InvalidError when `after` is of another sort."""
    return await _list(reader, {"org_id": None, "project_ids": list(project_ids), "slug": None}, wanted, after, limit)


async def list_runs_of(
    reader: Reader, tenant: Tenant, slug: str | None, wanted: RunFilter, after: Place | None, limit: int
) -> list[Row]:
    """List the same of the tenant's project of that name, or of all; NotFoundError when it has none of that name."""
    rows = await _list(reader, scoping.values_of(tenant) | {"slug": slug}, wanted, after, limit)
    if not rows and slug is not None:
        await projects.list_ids(reader, tenant, [slug])
    return rows


async def _list(reader: Reader, of: dict[str, Any], wanted: RunFilter, after: Place | None, limit: int) -> list[Row]:
    if after is not None and isinstance(after.key, datetime) != (wanted.sort == "-started_at"):
        message = "The cursor is of a list that was sorted otherwise."
        raise errors.InvalidError(message, field="cursor", hint="Begin again without a cursor when you sort anew.")
    commits = wanted.query.any_of("commit")
    values = {
        **of,
        "kinds": wanted.kinds,
        "verdicts": wanted.verdicts,
        "branches": wanted.branches,
        "environments": wanted.environments,
        "types": wanted.types,
        "names": wanted.names,
        "tools": wanted.tools,
        "commits": [query.escape_pattern(commit) + "%" for commit in commits] if commits else None,
        "labels": None if wanted.labels is None else Jsonb(wanted.labels),
        "is_starred": wanted.is_starred,
        "longer": wanted.query.above("dur"),
        "shorter": wanted.query.below("dur"),
        "patterns": wanted.query.patterns or None,
        "after_key": after and after.key,
        "after_project": after and after.project_id,
        "after_run": after and after.run_id,
        "from": wanted.from_,
        "to": wanted.to,
    }
    return await reader.all(queries.narrow(_page(wanted.sort, limit), values), **values)


@functools.lru_cache(maxsize=1000)
def _page(sort: Sort, limit: int) -> str:
    """Return the query of a page. Its length is part of it: PostgreSQL plans for the length."""
    key, type_ = _SORTS[sort]
    page = _SQL["find_page"].replace("SORT_KEY", key).replace("SORT_TYPE", type_)
    order = f"r.sort_key desc, r.project_id desc, r.run_id desc\nlimit {limit:d}"
    return _SQL["read_runs"].replace("WANTED", page).replace("IN_ORDER", order).replace("MOST", f"{limit:d}")


async def read_runs(reader: Reader, ids: Sequence[tuple[int, int]]) -> list[Row]:
    """Return the runs with these (project_id, run_id), in this order; what is gone is left out."""
    project_ids, run_ids = [pair[0] for pair in ids], [pair[1] for pair in ids]
    return await reader.planned_once.all(_GIVEN, project_ids=project_ids, run_ids=run_ids)


async def get_run(reader: Reader, project_id: int, run_id: int) -> Row:
    """Return one run; NotFoundError when it does not exist."""
    rows = await read_runs(reader, [(project_id, run_id)])
    if not rows:
        message = f"There is no run {identifiers.pack(project_id, run_id)!r}."
        raise errors.NotFoundError(message, hint="It may have been removed; reload the list.", code="run-not-found")
    return rows[0]


async def list_lane(reader: Reader, run: Row, limit: int) -> list[Row]:
    """List the newest runs of a run's lane up to itself, newest first, with run_day, number and verdict."""
    return await reader.planned_once.all(_SQL["list_lane"], **_lane(run), limit=limit)


async def find_next(reader: Reader, run: Row) -> Row | None:
    """Return the run of the lane that came after this one."""
    return await reader.find(_SQL["find_next"], **_lane(run))


async def get_file(reader: Reader, run: Row) -> Row:
    """Return the file a run was read from: upload_id, file_name, size_bytes, is_kept, files_dropped_at."""
    return await reader.one(_SQL["get_file"], project_id=run["project_id"], upload_id=run["upload_id"])


async def list_facets(reader: Reader, project_id: int) -> list[Row]:
    """List what the runs of a project can be filtered by: facet, value, count; most frequent first."""
    return await reader.all(_SQL["list_facets"], project_id=project_id)


async def list_log(reader: Reader, run: Row, offset: int, limit: int) -> list[Row]:
    """List the execution errors and warnings of a run."""
    return await reader.all(
        _SQL["list_log"], project_id=run["project_id"], run_id=run["run_id"], offset=offset, limit=limit
    )


def _lane(run: Row) -> dict[str, Any]:
    names = ("project_id", "kind", "name", "environment", "branch", "started_at", "run_id")
    return {name: run[name] for name in names}
