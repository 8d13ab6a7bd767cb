"""How a route says what it is: its name in the API, the one permission it needs, and the problems it may answer."""

from __future__ import annotations

from typing import Any, Final

from testflux.model.access import Permission
from testflux.serve import problems

PERMISSION: Final = "permission"
_ALWAYS: Final = (400, 401, 403, 422, 503)


def route(name: str, permission: Permission | None, *statuses: int, **more: Any) -> dict[str, Any]:
    """Declare operation `name`; `permission` None makes it public. `statuses` are its own problems."""
    responses = problems.documented(*_ALWAYS, *statuses) | more.pop("responses", {})
    return {"operation_id": name, "opt": {PERMISSION: permission}, "responses": responses, **more}
