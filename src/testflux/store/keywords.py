"""How often the keywords of a run were called, and how long they took."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from testflux.model.raw import RawKeyword
from testflux.store import queries
from testflux.store.database import Reader, Row, Writer

Order = Literal["duration", "calls", "failed", "name"]

_SQL = queries.load("keywords")


async def save_keywords(
    writer: Writer, project_id: int, run_id: int, counted: Iterable[RawKeyword], part_no: int = 0
) -> bool:
    """Write down the keywords of a part of a run in place of what was there; False when the run is gone.

    Several entries of one owner and name are added up.
    """
    if await writer.find(_SQL["lock_counted_run"], project_id=project_id, run_id=run_id) is None:
        return False
    await writer.run(_SQL["drop_keywords"], project_id=project_id, run_id=run_id, part_no=part_no)
    await writer.copy(
        "keyword_count",
        ("project_id", "run_id", "part_no", "owner", "name", "calls", "failed", "duration_ms"),
        ("int8", "int8", "int2", "text", "text", "int8", "int8", "float8"),
        (
            (
                *(project_id, run_id, part_no),
                *(keyword.owner, keyword.name, keyword.calls, keyword.failed, keyword.duration_ms),
            )
            for keyword in _merge(counted)
        ),
    )
    return True


async def list_counted_parts(reader: Reader, project_id: int, run_id: int) -> set[int]:
    """Return which parts of a run have keywords written down."""
    rows = await reader.all(_SQL["list_counted_parts"], project_id=project_id, run_id=run_id)
    return {row["part_no"] for row in rows}


async def list_keywords(
    reader: Reader, run: Row, *, order: Order = "duration", search: str = "", offset: int = 0, limit: int = 100
) -> list[Row]:
    """List the keywords of a run: owner, name, calls, failed, duration_ms; the most of `order` first, or by name.

    `search` is text that owner and name together (`Owner.Name`) hold, in whatever case.
    """
    return await reader.all(
        _SQL["list_keywords"],
        project_id=run["project_id"],
        run_id=run["run_id"],
        order=order,
        search=search,
        offset=offset,
        limit=limit,
    )


def _merge(counted: Iterable[RawKeyword]) -> Iterable[RawKeyword]:
    merged: dict[tuple[str, str], RawKeyword] = {}
    for keyword in counted:
        same = merged.get((keyword.owner, keyword.name))
        merged[keyword.owner, keyword.name] = _add(same, keyword) if same else keyword
    return merged.values()


def _add(one: RawKeyword, other: RawKeyword) -> RawKeyword:
    return RawKeyword(
        one.owner,
        one.name,
        one.calls + other.calls,
        one.failed + other.failed,
        one.duration_ms + other.duration_ms,
    )
