"""The sample history, sent through the front door like everybody's reports."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from enum import StrEnum

import msgspec
import structlog

from testflux.ingest import receive
from testflux.kit import errors, inflate
from testflux.model.access import EVERYBODY
from testflux.sample import history
from testflux.store import events, projects, sample
from testflux.store.blobs import Blobs
from testflux.store.database import Database, Writer

_LOOK_EVERY_S = 0.5
_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Status(StrEnum):
    """Whether the sample history is there."""

    ABSENT = "absent"
    LOADING = "loading"
    PRESENT = "present"


class State(msgspec.Struct, frozen=True):
    """The sample history: `done` of `total` reports are in; `projects` are the slugs of its projects."""

    status: Status
    done: int
    total: int
    projects: list[str]


class Loader:
    """Puts the sample history of so many days in, and takes it out. A server has one, closed before its database."""

    def __init__(self, database: Database, blobs: Blobs, days: int = 90) -> None:
        self._database = database
        self._blobs = blobs
        self._days = days
        self._task: asyncio.Task[None] | None = None
        self._planned = 0

    async def look(self, org_id: int) -> State:
        """Say whether the history is there and how far."""
        async with self._database.read(EVERYBODY) as reader:
            slugs = [row["slug"] for row in await sample.list_projects(reader, org_id)]
            done, total = await sample.count_uploads(reader, org_id)
        if self._is_running:
            return State(Status.LOADING, done, max(total, self._planned), slugs)
        if not slugs:
            return State(Status.ABSENT, 0, 0, [])
        return State(Status.PRESENT if done == total else Status.LOADING, done, total, slugs)

    async def start(self, org_id: int, now: datetime) -> State:
        """Begin to load the days up to `now`, unless the history is there already; ConflictError when a slug is taken.

        The loading goes on in the background.
        """
        if not self._is_running and (await self.look(org_id)).status is Status.ABSENT:
            plan = await asyncio.to_thread(history.plan, now, self._days)
            ids = await self._add_projects(org_id)
            self._planned = len(plan)
            self._task = asyncio.create_task(self._load(org_id, plan, ids))
        return await self.look(org_id)

    async def drop(self, org_id: int) -> None:
        """Remove the sample projects with everything in them. Harmless when there are none."""
        await self.close()
        async with self._database.write(EVERYBODY) as writer:
            for project in await sample.list_projects(writer, org_id):
                await projects.drop_project(writer, project["project_id"])
            await _publish(writer, org_id, State(Status.ABSENT, 0, 0, []))

    async def close(self) -> None:
        """Stop loading; what is in stays in."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    @property
    def _is_running(self) -> bool:
        return self._task is not None and not self._task.done()

    async def _add_projects(self, org_id: int) -> dict[str, int]:
        async with self._database.write(EVERYBODY) as writer:
            return {
                project.slug: (
                    await projects.add_project(
                        writer, org_id, project.slug, project.name, project.description, "main", is_sample=True
                    )
                )["project_id"]
                for project in history.PROJECTS
            }

    async def _load(self, org_id: int, plan: list[history.Planned], ids: dict[str, int]) -> None:
        try:
            for number, planned in enumerate(plan):
                report = await asyncio.to_thread(planned.write)
                file = receive.IncomingFile(report.file_name, _whole(report.content))
                sender = receive.Sender(
                    project_id=ids[report.project_slug],
                    metadata=report.metadata,
                    idempotency_key=f"sample {number}",
                )
                await receive.receive(self._database, self._blobs, file, sender, inflate.Limits())
            await self._follow(org_id)
        except errors.TestFluxError as error:
            _log.warning("the sample history is incomplete", reason=error.message)

    async def _follow(self, org_id: int) -> None:
        """Tell open browsers how far the workers are, until they are done."""
        done, total = -1, 0
        while done < total:
            async with self._database.write(EVERYBODY) as writer:
                before, (done, total) = done, await sample.count_uploads(writer, org_id)
                if done != before:
                    status = Status.LOADING if done < total else Status.PRESENT
                    await _publish(writer, org_id, State(status, done, total, [item.slug for item in history.PROJECTS]))
            await asyncio.sleep(_LOOK_EVERY_S)


async def _publish(writer: Writer, org_id: int, state: State) -> None:
    await events.publish(writer, org_id, "projects", "sample.changed", msgspec.to_builtins(state), project_id=None)


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content
