"""Where a project's news go: webhooks and e-mail."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from testflux.kit import errors
from testflux.model.access import Tenant
from testflux.model.message import ChannelKind, Rule
from testflux.store import queries, scoping
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("channels")


async def add_channel(
    writer: Writer,
    project_id: int,
    *,
    kind: ChannelKind,
    name: str,
    rule: Rule,
    config: dict[str, Any],
    secret: bytes | None,
    is_enabled: bool,
) -> Row:
    """Add a channel. `config` is `{"url"}` of a webhook or `{"recipients"}` of e-mail; `secret` is sealed."""
    return await writer.one(
        _SQL["add_channel"],
        project_id=project_id,
        kind=kind,
        name=name,
        rule=rule,
        config=Jsonb(config),
        secret=secret,
        is_enabled=is_enabled,
    )


async def list_channels(reader: Reader, project_id: int, *, limit: int, after: tuple[str, int] | None) -> list[Row]:
    """List a project's channels by name, after (name, channel_id)."""
    name, channel_id = after or (None, None)
    return await reader.all(
        _SQL["list_channels"], project_id=project_id, after_name=name, after_id=channel_id, limit=limit
    )


async def get_channel(reader: Reader, tenant: Tenant, project_id: int, channel_id: int) -> Row:
    """Return a channel with `project_slug` and `project_name`; NotFoundError for another tenant's, too."""
    values = scoping.values_of(tenant)
    row = await reader.find(_SQL["get_channel"], **values, project_id=project_id, channel_id=channel_id)
    if row is None:
        raise errors.NotFoundError("There is no such channel.", hint="It may have been removed; list the channels.")
    return row


async def save_channel(
    writer: Writer,
    project_id: int,
    channel_id: int,
    *,
    name: str | None = None,
    rule: Rule | None = None,
    is_enabled: bool | None = None,
    config: dict[str, Any] | None = None,
) -> Row:
    """Change what is given of a channel and return it whole."""
    return await writer.one(
        _SQL["save_channel"],
        project_id=project_id,
        channel_id=channel_id,
        name=name,
        rule=rule,
        is_enabled=is_enabled,
        config=None if config is None else Jsonb(config),
    )


async def save_secret(writer: Writer, project_id: int, channel_id: int, secret: bytes) -> None:
    """Replace a webhook's sealed signing key."""
    await writer.run(_SQL["save_secret"], project_id=project_id, channel_id=channel_id, secret=secret)


async def drop_channel(writer: Writer, project_id: int, channel_id: int) -> None:
    """Remove a channel; what it was still to be sent is not sent."""
    await writer.run(_SQL["drop_channel"], project_id=project_id, channel_id=channel_id)
