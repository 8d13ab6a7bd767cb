"""The door to a run, without the wall that PostgreSQL is behind it."""

from __future__ import annotations

from typing import Any

import pytest

import made
from testflux.kit import errors, identifiers
from testflux.model.access import EVERYBODY, Actor, Permission, ProjectGrant
from testflux.serve import doors
from testflux.store.database import Database

READ = frozenset({Permission.PROJECT_READ})


def actor(**values: Any) -> Actor:
    common: dict[str, Any] = {"org_id": 1, "user_id": 1, "email": "", "name": "", "permissions": READ}
    return Actor(**common | values)


async def test_a_run_is_there_only_for_those_who_may_see_its_project(database: Database) -> None:
    project = await made.make_project(database)
    run = await project.arrive(made.outcomes(a=made.P))
    name = identifiers.pack(project.project_id, run["run_id"])
    grants = {number: ProjectGrant("shop", READ) for number in (project.project_id, project.project_id + 1)}
    own, other = ({number: grant} for number, grant in grants.items())
    async with database.read(EVERYBODY) as reader:
        for inside in (actor(), actor(permissions=frozenset(), projects=own)):
            assert (await doors.open_run(reader, inside, name))["run_id"] == run["run_id"]
        for outside in (actor(org_id=2), actor(permissions=frozenset(), projects=other)):
            with pytest.raises(errors.NotFoundError, match="nothing with the id"):
                await doors.open_run(reader, outside, name)
        with pytest.raises(errors.NotFoundError, match="There is no run"):
            await doors.open_run(reader, actor(), identifiers.pack(project.project_id, run["run_id"] + 1))
