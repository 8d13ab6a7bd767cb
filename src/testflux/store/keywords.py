"""How often the keywords of a run were called, and how long they took."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from testflux.model.raw import RawKeyword
from testflux.store import queries
from testflux.store.database import Reader, Row, Writer

Order = Literal["duration", "calls", "failed", "name"]

_SQL = queries.load("keywords")


async def save_keywords(writer: Writer, project_id: int, run_id: int, counted: Iterable[RawKeyword]) -> bool:
    """Write down the keywords of a run in place of what was there; False when the run is gone.

    Several entries of one owner and name are added up.
    """
    if await writer.find(_SQL["lock_counted_run"], project_id=project_id, run_id=run_id) is None:
        return False
    await writer.run(_SQL["drop_keywords"], project_id=project_id, run_id=run_id)
    await writer.copy(
        "keyword_count",
        ("project_id", "run_id", "owner", "name", "calls", "failed", "duration_ms"),
        ("int8", "int8", "text", "text", "int8", "int8", "float8"),
        (
            (project_id, run_id, keyword.owner, keyword.name, keyword.calls, keyword.failed, keyword.duration_ms)
            for keyword in _merge(counted)
        ),
    )
    return True


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
