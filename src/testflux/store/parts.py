"""The uploads that make up a run: shards and reruns of one CI run, or simply one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
from psycopg.types.json import Jsonb

from testflux.model.part import Part
from testflux.model.raw import ReportWarning, Tool
from testflux.model.report import Report
from testflux.model.run import Metadata
from testflux.store import queries
from testflux.store.database import Reader, Row, Writer
from testflux.store.runs import RunKey

MOST: Final = 2000
"""How many uploads may make up one run; the next one begins another."""

_SQL = queries.load("parts")


async def find_run(writer: Writer, project_id: int, said: Metadata) -> Row | None:
    """Return the run that an upload of tests belongs to: run_id, number, …, and how many `parts` it has.

    None without a given name or a build key: such an upload is a run of its own. Uploads that have both wait here for
    each other until the transaction ends.
    """
    if not (said.name and said.build_key):
        return None
    await writer.run(_SQL["lock_project"], project_id=project_id)
    row = await writer.find(
        _SQL["find_run"],
        project_id=project_id,
        build_key=said.build_key,
        name=said.name,
        environment=said.environment,
        type=said.type,
        branch=said.branch,
        commit=said.commit,
    )
    return row if row and row["parts"] < MOST else None


async def add_part(
    writer: Writer, run: RunKey, upload_id: int, report: Report, started_at: datetime, *, part_no: int = 0
) -> None:
    """Write down an upload of a run; `started_at` is when this part began."""
    await writer.run(
        _SQL["add_part"],
        project_id=run.project_id,
        run_id=run.run_id,
        part_no=part_no,
        upload_id=upload_id,
        format=report.format,
        tool_name=report.tool.name,
        tool_version=report.tool.version,
        started_at=started_at,
        duration_ms=report.duration_ms,
        is_complete=report.is_complete,
        local_times=report.local_times,
        warnings=Jsonb(report.warnings),
    )


async def list_files(reader: Reader, project_id: int, run_id: int) -> list[Row]:
    """List the files of a run in the order they started: part_no, upload_id, format, file_name, blob_digest, …."""
    return await reader.all(_SQL["list_parts"], project_id=project_id, run_id=run_id)


async def list_parts(reader: Reader, run: RunKey) -> list[Part]:
    """Return the parts of a run in the order they started."""
    return [_part(row) for row in await list_files(reader, run.project_id, run.run_id)]


async def move_run(writer: Writer, project_id: int, found: Row, started_at: datetime) -> RunKey:
    """Return the run with the earlier of two starts; its rows follow when it began before all that was known."""
    run = RunKey(project_id, found["run_id"], found["number"], min(started_at, found["started_at"]))
    values: dict[str, Any] = {
        "project_id": project_id,
        "run_id": run.run_id,
        "run_day": found["run_day"],
        "first_day": run.run_day,
        "started_at": run.started_at,
    }
    if run.run_day < found["run_day"]:
        await writer.run(_SQL["move_chunks"], **values)
        await writer.run(_SQL["move_rows"], **values)
    if run.started_at < found["started_at"]:
        await writer.run(_SQL["move_tests"], **values)
        await writer.run(_SQL["move_failures"], **values)
    return run


def _part(row: Row) -> Part:
    return Part(
        part_no=row["part_no"],
        upload_id=row["upload_id"],
        file_name=row["file_name"],
        format=row["format"],
        tool=Tool(row["tool_name"], row["tool_version"]),
        started_at=row["started_at"],
        duration_ms=row["duration_ms"],
        is_complete=row["is_complete"],
        local_times=row["local_times"],
        warnings=tuple(msgspec.convert(row["warnings"], list[ReportWarning])),
        metadata=msgspec.convert(row["metadata"], Metadata),
    )
