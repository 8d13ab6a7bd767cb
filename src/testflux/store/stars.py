"""Stars: runs that retention leaves alone."""

from __future__ import annotations

from testflux.kit import errors
from testflux.store import queries
from testflux.store.database import Writer

_SQL = queries.load("stars")


async def add_star(writer: Writer, project_id: int, run_id: int, user_id: int) -> None:
    """Star a run; a starred one stays so. NotFoundError when the run is gone, or just going."""
    await writer.run(_SQL["note_change"], project_id=project_id)
    if await writer.find(_SQL["lock_run"], project_id=project_id, run_id=run_id) is None:
        raise errors.NotFoundError("There is no such run.", hint="It may have been removed; reload the list.")
    await writer.run(_SQL["add_star"], project_id=project_id, run_id=run_id, user_id=user_id)


async def drop_star(writer: Writer, project_id: int, run_id: int) -> None:
    """Take a run's star away; harmless when it has none."""
    await writer.run(_SQL["note_change"], project_id=project_id)
    await writer.run(_SQL["drop_star"], project_id=project_id, run_id=run_id)
