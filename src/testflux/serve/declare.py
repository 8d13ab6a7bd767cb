"""How a route says what it is: its name in the API, the one permission it needs, and the problems it may answer."""

from __future__ import annotations

from typing import Any, Final

from testflux.model.access import Permission
from testflux.serve import problems
from testflux.serve.limiter import Rate

PERMISSION: Final = "permission"
RATE: Final = "rate"
_ALWAYS: Final = (400, 401, 403, 422, 429, 503)


def route(
    name: str, permission: Permission | None, *statuses: int, rate: Rate | None = None, **more: Any
) -> dict[str, Any]:
    """Declare operation `name`; `permission` None makes it public. `statuses` are its own problems.

    `rate` is what it is counted as, when that is not plain from its method and permission.
    """
    responses = problems.documented(*_ALWAYS, *statuses) | more.pop("responses", {})
    return {"operation_id": name, "opt": {PERMISSION: permission, RATE: rate}, "responses": responses, **more}
