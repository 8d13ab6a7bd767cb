"""The second wall: row-level security, so that a query that forgets whose rows it may touch finds nothing of others.

API transactions of a tenant run as the role `testflux_tenant`, which owns nothing: the policies of schema.sql show it
the rows of the organisation (and projects) that the transaction names, and none when it names nothing. The worker and
whatever serves EVERYBODY run as the owner of the tables, whom policies do not bind.
"""

from __future__ import annotations

from typing import Final

import psycopg

from testflux.model.access import Scope, Tenant
from testflux.store import queries

_SQL = queries.load("walls")
FIND: Final = _SQL["find_wall"]
ADVICE: Final = (
    "Let a database administrator run `create role testflux_tenant nologin; grant testflux_tenant to USER;`, "
    "USER being who TestFlux connects as; then restart TestFlux."
)
"""What to do where the server may not make the role itself."""


def raise_wall(connection: psycopg.Connection) -> None:
    """Make the role and let it use the tables, as far as that is not done; without the right to, leave it undone."""
    try:
        with connection.transaction():
            for step in ("lock_wall", "make_role", "join_role", "grant_tables"):
                connection.execute(_SQL[step].encode())
    except psycopg.errors.InsufficientPrivilege:
        return


def enter(scope: Scope, *, has_wall: bool) -> tuple[str, dict[str, object]]:
    """Return the statement, with its values, that shows the reading one behind it what `scope` may see and no more."""
    if not has_wall or not isinstance(scope, Tenant):
        return _SQL["only_read"], {"plans": "auto"}
    only = "" if scope.project_ids is None else f"{{{','.join(map(str, scope.project_ids))}}}"
    return _SQL["enter_wall"], {"plans": "auto", "org": str(scope.org_id), "projects": only}


def begin(scope: Scope, *, is_read_only: bool, has_wall: bool) -> bytes:
    """Return the text that begins a transaction: the role and the rows it may see travel with its beginning.

    What is limited to projects is limited so in reading. Writing counts what others of the organisation hold, so it
    sees the whole organisation, but never another.
    """
    start = "begin read only" if is_read_only else "begin"
    if not has_wall or not isinstance(scope, Tenant):
        return start.encode()
    steps = [start, "set local role testflux_tenant", f"set local testflux.org = '{scope.org_id:d}'"]
    if is_read_only and scope.project_ids is not None:
        named = ",".join(f"{number:d}" for number in scope.project_ids)
        steps.append(f"set local testflux.projects = '{{{named}}}'")
    return "; ".join(steps).encode()
