"""The audit log: every write and every sign-in, each chained to the one before by its digest (model/audit.py).

What is written down is added by the last statements of its transaction: it is there if, and only if, what was done is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypedDict
from weakref import WeakKeyDictionary

import msgspec

from testflux.kit import trail
from testflux.model import audit
from testflux.store import adaptation, queries
from testflux.store.database import Reader, Writer

_SQL = queries.load("audit")
INSTALLATION: Final = audit.INSTALLATION
"""The organisation of what belongs to none: a sign-in by nobody known."""
COLUMNS: Final = audit.Event.__struct_fields__
_SHARED: Final = frozenset({"org_id", "number", "happened_at"})  # what the chain's head decides

_Told = dict[str, Any]


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

    `act` is noun and verb, `channel.add`; docs/reference/audit.md explains each. `before` and `after` say what changed;
    never put a secret there.
    """
    told: _Told = {
        "act": act,
        **msgspec.structs.asdict(trail.current()),
        "target_kind": target.kind,
        "target_id": str(target.id),
        "target_name": target.name,
        "project_id": project_id,
        "is_refused": is_refused,
        "before": _written(before),
        "after": _written(after),
    }
    told |= {name: adaptation.storable(value) for name, value in told.items() if isinstance(value, str)}
    if writer not in _waiting:
        _waiting[writer] = {}
        # Last: the lock on the chain's head is held only while the transaction commits. And behind all others that wait
        # for the end, whoever came first: locks that everybody wants are taken in one order.
        writer.at_end(lambda: _put_last(writer))
    _waiting[writer].setdefault(org_id, []).append(told)


_waiting: WeakKeyDictionary[Writer, dict[int, list[_Told]]] = WeakKeyDictionary()


class Changes(TypedDict):
    """What `note` takes as `before` and `after`."""

    before: dict[str, Any]
    after: dict[str, Any]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """Return `before` and `after` for `note`, cut down to what differs between two states of a thing."""
    names = [name for name in after if before.get(name) != after[name]]
    return {"before": {name: before.get(name) for name in names}, "after": {name: after[name] for name in names}}


async def find_head(reader: Reader, org_id: int) -> audit.Link:
    """Return the place where an organisation's chain ends."""
    row = await reader.find(_SQL["find_head"], org_id=org_id)
    return audit.Link(row["number"], row["digest"]) if row else audit.Link(0, audit.FIRST)


async def list_heads(reader: Reader) -> dict[int, audit.Link]:
    """Return by organisation where each chain ends."""
    rows = await reader.all(_SQL["list_heads"])
    return {row["org_id"]: audit.Link(row["number"], row["digest"]) for row in rows}


async def list_chains(reader: Reader) -> dict[int, str]:
    """Return the name of every chain by organisation: its slug, or `installation`."""
    return {row["org_id"]: row["slug"] for row in await reader.all(_SQL["list_chains"])}


async def note_seal(writer: Writer, secret_key: str, org_id: int) -> bool:
    """Vouch for the chain as it is now, unless its last event does already; return whether that was needed.

    It seals what nobody can change meanwhile: the head stays locked until the commit.
    """
    row = await writer.find(_SQL["lock_head"], org_id=org_id)
    if row is None or row["act"] == audit.SEALING:
        return False
    link = audit.Link(row["number"], row["digest"])
    after = msgspec.to_builtins(audit.seal(secret_key, org_id, audit.SEALING, link))
    note(writer, org_id, audit.SEALING, Target("audit", link.number), after=after)
    return True


async def _put_last(writer: Writer) -> None:
    writer.at_end(lambda: _add_all(writer))


async def _add_all(writer: Writer) -> None:
    for org_id, told in sorted(_waiting.pop(writer).items()):  # in one order everywhere: no two wait for each other
        await _add(writer, org_id, told)


async def _add(writer: Writer, org_id: int, told: list[_Told]) -> None:
    head = await writer.one(_SQL["take_numbers"], org_id=org_id, count=len(told))
    link, links = head["digest"], list[bytes]()
    for number, one in enumerate(told, head["number"] + 1):
        event = audit.Event(org_id=org_id, number=number, happened_at=head["happened_at"], **one)
        link = audit.digest(link, event)
        links.append(link)
    values = {name: [_parameter(one[name]) for one in told] for name in COLUMNS if name not in _SHARED}
    shared = {name: head[name] for name in ("number", "happened_at")}
    await writer.run(_SQL["add_events"], org_id=org_id, **shared, **values, digests=links, digest=link)


def _parameter(value: Any) -> Any:
    return bytes(value).decode() if isinstance(value, msgspec.Raw) else value


def _written(value: Mapping[str, Any] | None) -> msgspec.Raw | None:
    return None if value is None else msgspec.Raw(adaptation.dump_json(msgspec.to_builtins(dict(value), str_keys=True)))
