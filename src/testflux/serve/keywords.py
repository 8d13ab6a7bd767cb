"""How often the keywords of a run were called, how often they failed, and how long they took."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from testflux.kit import clock
from testflux.model.access import Actor, Permission
from testflux.parse import registry
from testflux.serve import cached, declare, doors, paging
from testflux.serve.paging import Page
from testflux.serve.shapes.evidence import KeywordItem, KeywordPage
from testflux.store import database, keywords

_LONGEST_COUNT: Final = timedelta(hours=1)


@get(
    "/runs/{run_id:str}/keywords",
    **declare.route("listKeywords", Permission.PROJECT_READ, 404, responses=cached.NOT_MODIFIED),
)
async def list_keywords(
    request: Request[Any, Any, Any],
    run_id: FromPath[str],
    page: NamedDependency[Page],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    order: FromQuery[keywords.Order] = "duration",
    q: Annotated[str, QueryParameter(max_length=250, description="Text in `owner.name`.")] = "",
) -> Response[KeywordPage]:
    """List the keywords of a run: those that took the most time first, or in another order."""
    async with database.read(actor.tenant) as reader:
        run = await doors.open_run(reader, actor, run_id)
        rows = await keywords.list_keywords(
            reader, run, order=order, search=q, offset=page.offset, limit=page.limit + 1
        )
        is_counted = bool(rows) or bool(await keywords.list_keywords(reader, run, limit=1))
    items = [KeywordItem(**row) for row in rows[: page.limit]]
    state = "counted" if is_counted else waiting(run)
    return cached.answer(
        request, KeywordPage(state=state, items=items, next_cursor=paging.next_offset(page, len(rows)))
    )


def waiting(run: database.Row) -> Literal["counting", "none"]:
    """Say whether keywords may still come: a report is counted soon after it was read, or it has none."""
    is_fresh = clock.now() - run["created_at"] < _LONGEST_COUNT
    return "counting" if is_fresh and run["format"] in registry.KEYWORDS else "none"


ROUTES = [list_keywords]
