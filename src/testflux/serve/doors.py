"""From an id in an address to the thing, if it is the caller's organisation's; else it does not exist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from testflux.kit import errors, identifiers
from testflux.model.access import Actor, Tenant
from testflux.store import database, projects, run_list, run_pairs


async def open_project(reader: database.Reader, actor: Actor, identifier: str) -> tuple[database.Row, int]:
    """Return the project that an id names, and the number in it; NotFoundError when it is not the caller's."""
    project_id, number = identifiers.unpack(identifier)
    project = await projects.find_owned(reader, actor.tenant, project_id)
    if project is None:
        raise _no_thing(identifier)
    return project, number


async def open_run(reader: database.Reader, actor: Actor, identifier: str) -> database.Row:
    """Return the run that an id names."""
    rows = await run_list.read_runs(reader, [identifiers.unpack(identifier)])
    if rows and _is_of(actor.tenant, rows[0]):
        return rows[0]
    project, run_id = await open_project(reader, actor, identifier)  # says which of the two there is not
    return await run_list.get_run(reader, project["project_id"], run_id)


async def open_pair(
    reader: database.Reader, actor: Actor, identifier: str, other: str
) -> tuple[database.Row, database.Row]:
    """Return the runs that two ids name, which must be of one project, with what tells them from others."""
    (project_id, run_id), (others, other_id) = identifiers.unpack(identifier), identifiers.unpack(other)
    if others == project_id and (pair := await run_pairs.find_pair(reader, actor.tenant, project_id, run_id, other_id)):
        return pair
    run = await open_run(reader, actor, identifier)  # says which of the two there is not
    return run, await run_list.get_run(reader, project_id, number_in(project_id, other))


def _is_of(tenant: Tenant, row: database.Row) -> bool:
    only = tenant.project_ids
    return row["org_id"] == tenant.org_id and (only is None or row["project_id"] in only)


def nothing(named: Mapping[str, Any]) -> errors.NotFoundError:
    """Return the error of an address whose parts name nothing that the caller can see: as if it did not exist."""
    return projects.no_project(named["slug"]) if "slug" in named else _no_thing(next(iter(named.values())))


def number_in(project_id: int, identifier: str) -> int:
    """Read the number of a thing that must belong to this project; NotFoundError when it names another."""
    named, number = identifiers.unpack(identifier)
    if named != project_id:
        raise errors.NotFoundError(
            f"There is nothing with the id {identifier!r} here.", hint="Copy the id from a list."
        )
    return number


def _no_thing(identifier: str) -> errors.NotFoundError:
    return errors.NotFoundError(f"There is nothing with the id {identifier!r}.", hint="Copy the id from a list.")
