"""Where the audit log is sent as it grows."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from testflux.kit import seal
from testflux.model.access import Actor, Permission
from testflux.notify import audit_stream, signature
from testflux.serve import declare
from testflux.serve.house import House
from testflux.serve.shapes.audit import (
    AuditStream,
    AuditStreamChange,
    AuditStreamConfig,
    AuditStreamCreated,
    AuditStreams,
    AuditStreamTest,
    NewAuditStream,
)
from testflux.store import audit, database, streams

_SAME = ("kind", "name", "is_enabled", "sent_number", "waiting", "sent_at", "last_error", "failed_at", "next_try_at")


@get("/audit/streams", **declare.route("listAuditStreams", Permission.AUDIT_READ))
async def list_audit_streams(
    actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> AuditStreams:
    """List where the log is sent, and how far it has come."""
    async with database.read(actor.tenant) as reader:
        return AuditStreams(items=[_stream(row) for row in await streams.list_streams(reader, actor.org_id)])


@post("/audit/streams", **declare.route("addAuditStream", Permission.AUDIT_READ, 413, 415))
async def add_audit_stream(
    data: JSONBody[NewAuditStream], actor: NamedDependency[Actor], house: NamedDependency[House]
) -> AuditStreamCreated:
    """Set up a stream; a webhook's secret is shown this once."""
    secret = signature.make_secret() if data.kind == "webhook" else None
    async with house.database.write(actor.tenant) as writer:
        row = await streams.add_stream(
            writer,
            actor.org_id,
            kind=data.kind,
            name=data.name,
            config=_checked(data.kind, data.config),
            secret=seal.seal(house.settings.secret_key, audit_stream.PURPOSE, secret.encode()) if secret else None,
            is_from_start=data.from_start,
        )
        _note(writer, actor, "stream.add", row, {"after": _said(row)})
    return AuditStreamCreated(**msgspec.structs.asdict(_stream(row)), secret=secret)


@patch("/audit/streams/{stream_id:int}", **declare.route("changeAuditStream", Permission.AUDIT_READ, 404, 413, 415))
async def change_audit_stream(
    stream_id: FromPath[int],
    data: JSONBody[AuditStreamChange],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> AuditStream:
    """Change a stream, or switch it off and on: it goes on where it was."""
    async with database.write(actor.tenant) as writer:
        old = await streams.get_stream(writer, actor.org_id, stream_id)
        row = await streams.save_stream(
            writer,
            actor.org_id,
            stream_id,
            name=data.name,
            config=None if data.config is None else _checked(old["kind"], data.config),
            enabled=data.is_enabled,
        )
        _note(writer, actor, "stream.change", row, audit.changes(_said(old), _said(row)))
    return _stream(row)


@delete("/audit/streams/{stream_id:int}", **declare.route("dropAuditStream", Permission.AUDIT_READ, 404))
async def drop_audit_stream(
    stream_id: FromPath[int], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> None:
    """Remove a stream."""
    async with database.write(actor.tenant) as writer:
        row = await streams.get_stream(writer, actor.org_id, stream_id)
        await streams.drop_stream(writer, actor.org_id, stream_id)
        _note(writer, actor, "stream.remove", row, {"before": _said(row)})


@post(
    "/audit/streams/{stream_id:int}/test",
    **declare.route("testAuditStream", Permission.AUDIT_READ, 404, status_code=200),
)
async def check_audit_stream(
    stream_id: FromPath[int], actor: NamedDependency[Actor], house: NamedDependency[House]
) -> AuditStreamTest:
    """Send a test message now, and answer what became of it."""
    async with house.database.write(actor.tenant) as writer:
        row = await streams.get_stream(writer, actor.org_id, stream_id)
        _note(writer, actor, "stream.test", row, {})
    place = audit_stream.place_of(house.settings, row)
    return AuditStreamTest(error=await audit_stream.send_test(house.settings, place))


def _checked(kind: str, config: AuditStreamConfig) -> dict[str, Any]:
    return audit_stream.check_config(kind, msgspec.structs.asdict(config))


def _said(row: database.Row) -> dict[str, Any]:
    """Return what may be written down about a stream: of a webhook's address not what stands behind its host."""
    place = audit_stream.host_of(row["kind"], row["config"])
    return {**{name: row[name] for name in ("kind", "name", "is_enabled")}, "sent_to": place}


def _note(writer: database.Writer, actor: Actor, act: str, row: database.Row, changes: Any) -> None:
    audit.note(writer, actor.org_id, act, audit.Target("stream", row["stream_id"], row["name"]), **changes)


def _stream(row: database.Row) -> AuditStream:
    return AuditStream(
        id=row["stream_id"],
        config=msgspec.convert(row["config"], AuditStreamConfig),
        created_at=row["created_at"],
        **{name: row[name] for name in _SAME},
    )


ROUTES = [list_audit_streams, add_audit_stream, change_audit_stream, drop_audit_stream, check_audit_stream]
