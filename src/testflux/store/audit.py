"""The audit log: every write and every sign-in, each row chained to the one before by its digest.

The digest of a row is SHA-256 over the digest before it (nothing for the first) and the row as canonical JSON: an array
of its columns in the order of `_CHAINED`, keys sorted, no spaces, times in UTC with microseconds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from psycopg.types.json import Jsonb

from testflux.kit import clock, trail
from testflux.store import queries
from testflux.store.database import Writer

_SQL = queries.load("audit")
INSTALLATION: Final = 0
"""The organisation of what belongs to none: a sign-in by nobody known."""
_CHAINED: Final = (
    "org_id",
    "number",
    "happened_at",
    "act",
    "actor_kind",
    "actor_id",
    "actor_name",
    "target_kind",
    "target_id",
    "target_name",
    "project_id",
    "is_refused",
    "address",
    "request_id",
    "before",
    "after",
)


class Target(msgspec.Struct, frozen=True):
    """What was acted on. `name` is as people knew it then."""

    kind: str
    id: str | int
    name: str = ""


def note(
    writer: Writer,
    org_id: int,
    act: str,
    target: Target,
    *,
    project_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    is_refused: bool = False,
) -> None:
    """Write down, in the writer's transaction, what the actor of this task does (kit/trail.py).

    `act` is noun and verb, `channel.add`. `before` and `after` say what changed; never put a secret there.
    """
    acting = trail.current()
    event: dict[str, Any] = {
        "org_id": org_id,
        "happened_at": clock.now(),
        "act": act,
        **msgspec.structs.asdict(acting),
        "target_kind": target.kind,
        "target_id": str(target.id),
        "target_name": target.name,
        "project_id": project_id,
        "is_refused": is_refused,
        "before": _plain(before),
        "after": _plain(after),
    }

    async def add() -> None:
        head = await writer.one(_SQL["take_number"], org_id=org_id)
        event["number"] = head["number"]
        values = {**event, "before": _jsonb(event["before"]), "after": _jsonb(event["after"])}
        day, link = event["happened_at"].date(), digest(head["digest"], event)
        await writer.run(_SQL["add_event"], **values, day=day, digest=link)

    # Last: the lock on the chain's head is held only while the transaction commits.
    writer.at_end(add)


def digest(before: bytes, event: Mapping[str, Any]) -> bytes:
    """Return the digest of an event that follows the one with digest `before`."""
    row = [_text(event[name]) if isinstance(event[name], datetime) else event[name] for name in _CHAINED]
    said = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(before + said.encode("utf-8", "surrogatepass")).digest()


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _plain(value: Mapping[str, Any] | None) -> Any:
    return None if value is None else msgspec.to_builtins(dict(value), str_keys=True)


def _jsonb(value: Any) -> Jsonb | None:
    return None if value is None else Jsonb(value)
