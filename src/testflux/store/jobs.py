"""The job queue: jobs are added in the transaction that made them needed, so neither is ever without the other."""

from __future__ import annotations

from datetime import date, datetime

import procrastinate

from testflux.store.database import Writer

PROCESS_UPLOAD = "process_upload"
DELIVER = "deliver"
UPLOADS = "uploads"
DELIVERIES = "deliveries"

# Adding needs no connection of its own: it borrows the writer's.
_adding = procrastinate.App(connector=procrastinate.PsycopgConnector())


async def add_process_upload(writer: Writer, project_id: int, upload_id: int, request_id: str) -> int:
    """Ask for an upload to be processed, when and only when this transaction commits."""
    job = _adding.configure_task(PROCESS_UPLOAD, queue=UPLOADS, connection=writer.connection)
    return await job.defer_async(project_id=project_id, upload_id=upload_id, request_id=request_id)


async def add_delivery(
    writer: Writer, project_id: int, run_day: date, delivery_id: int, at: datetime | None = None
) -> int:
    """Ask for a message to be delivered, at once or at a time."""
    job = _adding.configure_task(DELIVER, queue=DELIVERIES, schedule_at=at, connection=writer.connection)
    return await job.defer_async(project_id=project_id, run_day=run_day.isoformat(), delivery_id=delivery_id)
