"""The sample history: loaded and removed with one click."""

from __future__ import annotations

from litestar import delete, get, post
from litestar.di import NamedDependency

from testflux.ingest import load_sample
from testflux.kit import clock
from testflux.model.access import Actor, Permission
from testflux.serve import declare
from testflux.serve.house import House
from testflux.serve.shapes.system import Sample
from testflux.store import audit


@get("/sample", **declare.route("getSample", Permission.PROJECT_READ))
async def get_sample(actor: NamedDependency[Actor], house: NamedDependency[House]) -> Sample:
    """Answer whether the sample history is there."""
    return _shape(await house.sample.look(actor.org_id))


@post("/sample", **declare.route("addSample", Permission.SAMPLE_MANAGE, 409, status_code=202))
async def add_sample(actor: NamedDependency[Actor], house: NamedDependency[House]) -> Sample:
    """Load the sample history; it goes on in the background."""
    state = await house.sample.start(actor.org_id, clock.now())
    await _note(house, actor, "sample.load")
    return _shape(state)


@delete("/sample", **declare.route("dropSample", Permission.SAMPLE_MANAGE))
async def drop_sample(actor: NamedDependency[Actor], house: NamedDependency[House]) -> None:
    """Remove the sample history."""
    await house.sample.drop(actor.org_id)
    await _note(house, actor, "sample.remove")


async def _note(house: House, actor: Actor, act: str) -> None:
    async with house.database.write(actor.tenant) as writer:
        audit.note(writer, actor.org_id, act, audit.Target("sample", "sample", "Sample history"))


def _shape(state: load_sample.State) -> Sample:
    return Sample(status=state.status.value, done=state.done, total=state.total, projects=state.projects)


ROUTES = [get_sample, add_sample, drop_sample]
