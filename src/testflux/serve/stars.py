"""Stars: runs that retention leaves alone."""

from __future__ import annotations

from litestar import delete, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from testflux.model.access import Actor, Permission
from testflux.serve import declare, doors
from testflux.store import audit, database, stars


@put("/runs/{run_id:str}/star", **declare.route("addStar", Permission.RUN_STAR, 404, status_code=204))
async def add_star(
    run_id: FromPath[str], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> None:
    """Star a run: retention leaves it alone, whatever its age."""
    async with database.write(actor.tenant) as writer:
        run = await doors.open_run(writer, actor, run_id)
        await stars.add_star(writer, run["project_id"], run["run_id"], actor.user_id)
        target = audit.Target("run", run_id, f"#{run['number']}")
        audit.note(writer, actor.org_id, "run.star", target, project_id=run["project_id"])


@delete("/runs/{run_id:str}/star", **declare.route("dropStar", Permission.RUN_STAR, 404))
async def drop_star(
    run_id: FromPath[str], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> None:
    """Take a run's star away: it goes when its time comes."""
    async with database.write(actor.tenant) as writer:
        run = await doors.open_run(writer, actor, run_id)
        await stars.drop_star(writer, run["project_id"], run["run_id"])
        target = audit.Target("run", run_id, f"#{run['number']}")
        audit.note(writer, actor.org_id, "run.unstar", target, project_id=run["project_id"])


ROUTES = [add_star, drop_star]
