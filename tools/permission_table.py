"""Writes docs/reference/permissions.md: what may be allowed, which role allows it, and which route asks for it.

python tools/permission_table.py          writes the page anew
python tools/permission_table.py --check  says by its exit code whether it is the present one
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from litestar.handlers import HTTPRouteHandler, WebsocketRouteHandler

from testflux.access import permissions
from testflux.model.access import Permission, Role
from testflux.serve import app, declare

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "permissions.md"
HEAD = """# Permissions

Made by `make permissions` from the code; edit neither table by hand. What people do with roles:
[who may do what](../howto/people.md).

Every route asks for exactly one permission, or is public. A role gives permissions, in the whole organisation or in one
project; whoever has several roles may do what any of them allows. A token's scopes narrow that, and never widen it.
What belongs to another organisation, or to a project that one may not see, is answered with 404 as if it did not exist.

Nobody gives, takes, makes or changes a role that allows more than they may themselves.
"""


def write() -> str:
    """Return the page."""
    return "\n".join([HEAD, *_catalogue(), "", *_roles(), "", *_routes()]) + "\n"


def _catalogue() -> Iterator[str]:
    yield "## The catalogue\n"
    yield "| permission | allows | given |\n|---|---|---|"
    for permission, about in permissions.ABOUT.items():
        yield f"| `{permission}` | {about} | {_where(permission)} |"


def _where(permission: Permission) -> str:
    if permission is Permission.SELF:
        return "to everybody"
    if permission in permissions.OPERATORS:
        return "by no role: to who runs the installation"
    return "everywhere or in a project" if permission in permissions.IN_PROJECTS else "everywhere"


def _roles() -> Iterator[str]:
    yield "## The built-in roles\n"
    for role, about in permissions.ABOUT_ROLES.items():
        yield f"- **{role}**: {about}"
    yield f"\n| permission | {' | '.join(Role)} |\n|---|{'---|' * len(Role)}"
    for permission in permissions.ABOUT:
        marks = ["yes" if permission in permissions.of_role(role) else "" for role in Role]
        yield f"| `{permission}` | {' | '.join(marks)} |"


def _routes() -> Iterator[str]:
    yield "## What each route asks for\n"
    yield "| permission | route |\n|---|---|"
    asked: dict[Permission | None, set[str]] = defaultdict(set)
    asks_itself: set[str] = set()
    for route in app.declare_app().routes:
        for handler in getattr(route, "route_handlers", ()) or (getattr(route, "route_handler", None),):
            if isinstance(handler, WebsocketRouteHandler):
                asks_itself.add(f"WEBSOCKET {_plain(route.path)}")
            elif route.path.startswith(app.API) and declare.PERMISSION in getattr(handler, "opt", {}):
                asked[handler.opt[declare.PERMISSION]] |= {f"{verb} {_plain(route.path)}" for verb in _verbs(handler)}
    for permission in (*permissions.ABOUT, None):
        for line in sorted(asked[permission], key=lambda line: line.split(" ")[::-1]):
            yield f"| {f'`{permission}`' if permission else 'public'} | `{line}` |"
    for line in sorted(asks_itself):
        yield f"| `{Permission.PROJECT_READ}`, asked topic by topic | `{line}` |"


def _verbs(handler: HTTPRouteHandler) -> list[str]:
    return sorted(str(verb) for verb in handler.http_methods if verb != "OPTIONS")


def _plain(path: str) -> str:
    return path.replace(":str}", "}").replace(":int}", "}").replace(":uuid}", "}")


if __name__ == "__main__":
    made = write()
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text() == made else "docs/reference/permissions.md is old: make permissions")
    PAGE.write_text(made)
