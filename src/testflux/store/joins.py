"""Taking another part into a run."""

from __future__ import annotations

from datetime import datetime

import msgspec

from testflux.model.part import Part
from testflux.model.report import Report
from testflux.store import parts, reruns, results, runs
from testflux.store.database import Row, Writer


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """A run with its new part, not yet judged anew. `was_new` holds the tests that failed newly before.

    `parts` are in the order they started, `chunks` all results of the run.
    """

    run: runs.RunKey
    parts: list[Part]
    chunks: list[reruns.Counted]
    was_new: set[int]


async def join(writer: Writer, upload: Row, report: Report, started_at: datetime, found: Row, algorithm: str) -> Joined:
    """Write what an upload adds to the run that `parts.find_run` found: part, tests, results and log."""
    run = await parts.move_run(writer, upload["project_id"], found, started_at)
    part_no: int = found["parts"]
    await parts.add_part(writer, run, upload["upload_id"], report, started_at, part_no=part_no)
    ordered = await parts.list_parts(writer, run)
    numbers = await results.save_tests(writer, run, report.results)
    was_new = await reruns.list_new(writer, run)
    ranks = {part.part_no: rank for rank, part in enumerate(ordered)}
    await reruns.add_part_results(writer, run, part_no, report.results, numbers, ranks, algorithm)
    await runs.add_log(writer, run, report, part_no)
    chunks = await reruns.list_counted(writer, run)
    return Joined(run=run, parts=ordered, chunks=chunks, was_new=was_new)
