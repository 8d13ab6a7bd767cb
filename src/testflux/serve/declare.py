"""How a route says what it is: its name in the API, the one permission it needs, and the problems it may answer."""

from __future__ import annotations

from typing import Any, Final

from testflux.model.access import Permission
from testflux.serve import problems
from testflux.serve.limiter import Rate

PERMISSION: Final = "permission"
RATE: Final = "rate"
IS_OPEN: Final = "is_open"
MEDIA_TYPES: Final = "media_types"
_ALWAYS: Final = (400, 401, 403, 422, 429, 503)


def route(
    name: str,
    permission: Permission | None,
    *statuses: int,
    rate: Rate | None = None,
    is_open: bool = False,
    media_types: tuple[str, ...] = (),
    **more: Any,
) -> dict[str, Any]:
    """Declare operation `name`; `permission` None makes it public. `statuses` are its own problems.

    `rate` is what it is counted as, when that is not plain from its method and permission. `is_open`: it answers also
    people who still have to set up the second factor that their organisation asks for. `media_types`: what it answers
    as, where the caller chooses.
    """
    responses = problems.documented(*_ALWAYS, *statuses) | more.pop("responses", {})
    opt = {PERMISSION: permission, RATE: rate, IS_OPEN: is_open, MEDIA_TYPES: media_types}
    return {"operation_id": name, "opt": opt, "responses": responses, **more}
