"""Removing a run with everything that came with it."""

from __future__ import annotations

from testflux.kit import errors, identifiers
from testflux.store import events, queries, texts, totals, uploads
from testflux.store.database import Writer

BY_DAY = ("result_chunk", "result_row", "finding_seen", "load_series")
"""Tables with rows of a run in the partition of its day."""
BY_RUN = (
    *("run_star", "run_part", "run_log", "keyword_count", "load_metric", "threshold", "load_check", "load_group"),
    "delivery",
)
"""Other tables with rows of a run; a delivery lies in the partition of the day it was made."""

_SQL = texts.with_texts(queries.load("removal"))


async def drop_run(writer: Writer, project_id: int, run_id: int) -> list[bytes]:
    """Remove a run, its results, its uploads and what no other run knows (tests, causes, findings, messages).

    Returns the digests of its files, for `uploads.drop_unused_blobs` after the commit. Runs that were compared with it
    keep their judgement.
    """
    values: dict[str, object] = {"project_id": project_id, "run_id": run_id}
    run = await writer.find(_SQL["lock_run"], **values)
    if run is None:
        raise errors.NotFoundError("There is no such run.", hint="It may have been removed already.")
    await totals.drop_day_total(writer, project_id, run_id)
    values |= {"run_day": run["run_day"], "started_at": run["started_at"]}
    await writer.run(_SQL["make_touched"], **values)
    for table in BY_DAY:
        await writer.run(queries.about(_SQL["drop_rows_of_day"], table=table), **values)
    for table in BY_RUN:
        await writer.run(queries.about(_SQL["drop_rows"], table=table), **values)
    for step in ("drop_tests", "move_failures", "drop_failures", "move_findings", "drop_findings", "drop_messages"):
        await writer.run(_SQL[step], **values)
    await writer.run(queries.about(_SQL["drop_rows"], table="run"), **values)
    digests = [
        digest for upload_id in run["upload_ids"] for digest in await uploads.drop_upload(writer, project_id, upload_id)
    ]
    data: dict[str, object] = {"run_id": identifiers.pack(project_id, run_id), "project": run["slug"]}
    for topic in (f"project:{run['slug']}", "projects"):
        await events.publish(writer, run["org_id"], topic, "run.deleted", data, project_id=project_id)
    return digests
