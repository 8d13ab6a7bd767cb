"""Channels: where a project's news go, and what they were sent."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from testflux.kit import clock, errors, identifiers, outgoing, seal, settings
from testflux.model.access import Actor, Permission
from testflux.model.message import ChannelKind
from testflux.notify import email, message, signature
from testflux.serve import declare, paging
from testflux.serve.paging import Page
from testflux.serve.shapes.channels import (
    Channel,
    ChannelChange,
    ChannelConfig,
    ChannelCreated,
    ChannelPage,
    ChannelSecret,
    Delivery,
    DeliveryChannel,
    DeliveryPage,
    DeliveryStatus,
    NewChannel,
)
from testflux.serve.shapes.runs import RunSmall
from testflux.store import audit, channels, database, deliveries, projects

_Number = Annotated[int, Meta(ge=0, le=2**53)]


@get("/projects/{slug:str}/channels", **declare.route("listChannels", Permission.CHANNEL_MANAGE, 404))
async def list_channels(
    slug: FromPath[str],
    page: NamedDependency[Page],
    database: NamedDependency[database.Database],
    actor: NamedDependency[Actor],
) -> ChannelPage:
    """List a project's channels."""
    async with database.read(actor.tenant) as reader:
        project_id = (await projects.get_project(reader, actor.tenant, slug))["project_id"]
        after = page.after(tuple[str, _Number])
        rows = await channels.list_channels(reader, project_id, limit=page.limit + 1, after=after)
        newest = await deliveries.list_newest(reader, project_id, [row["channel_id"] for row in rows])
    shown = rows[: page.limit]
    more = paging.place(shown[-1]["name"], shown[-1]["channel_id"]) if len(rows) > page.limit else None
    return ChannelPage(items=[_channel(row, newest.get(row["channel_id"])) for row in shown], next_cursor=more)


@post("/projects/{slug:str}/channels", **declare.route("addChannel", Permission.CHANNEL_MANAGE, 404, 415))
async def add_channel(
    slug: FromPath[str],
    data: JSONBody[NewChannel],
    database: NamedDependency[database.Database],
    actor: NamedDependency[Actor],
    settings: NamedDependency[settings.Settings],
) -> ChannelCreated:
    """Add a channel; a webhook's secret is shown this once."""
    config = _checked(data.kind, data.config)
    secret = signature.make_secret() if data.kind is ChannelKind.WEBHOOK else None
    async with database.write(actor.tenant) as writer:
        row = await channels.add_channel(
            writer,
            (await projects.get_project(writer, actor.tenant, slug))["project_id"],
            kind=data.kind,
            name=data.name,
            rule=data.rule,
            config=config,
            secret=_sealed(settings, secret) if secret else None,
            is_enabled=data.is_enabled,
        )
        _note(writer, actor, "channel.add", row, after=_said(row))
    return ChannelCreated(**msgspec.structs.asdict(_channel(row, None)), secret=secret)


@patch("/channels/{channel_id:str}", **declare.route("changeChannel", Permission.CHANNEL_MANAGE, 404, 415))
async def change_channel(
    channel_id: FromPath[str],
    data: JSONBody[ChannelChange],
    database: NamedDependency[database.Database],
    actor: NamedDependency[Actor],
) -> Channel:
    """Change a channel."""
    async with database.write(actor.tenant) as writer:
        old = await _get(writer, actor, channel_id)
        row = await channels.save_channel(
            writer,
            old["project_id"],
            old["channel_id"],
            name=data.name,
            rule=data.rule,
            is_enabled=data.is_enabled,
            config=_checked(ChannelKind(old["kind"]), data.config) if data.config else None,
        )
        _note(writer, actor, "channel.change", row, **audit.changes(_said(old), _said(row)))
        newest = await deliveries.list_newest(writer, row["project_id"], [row["channel_id"]])
    return _channel(row, newest.get(row["channel_id"]))


@delete("/channels/{channel_id:str}", **declare.route("dropChannel", Permission.CHANNEL_MANAGE, 404))
async def drop_channel(
    channel_id: FromPath[str], database: NamedDependency[database.Database], actor: NamedDependency[Actor]
) -> None:
    """Remove a channel."""
    async with database.write(actor.tenant) as writer:
        row = await _get(writer, actor, channel_id)
        await channels.drop_channel(writer, row["project_id"], row["channel_id"])
        _note(writer, actor, "channel.remove", row, before=_said(row))


@post(
    "/channels/{channel_id:str}/secret",
    **declare.route("rotateChannelSecret", Permission.CHANNEL_MANAGE, 404, 409, status_code=200),
)
async def rotate_channel_secret(
    channel_id: FromPath[str],
    database: NamedDependency[database.Database],
    actor: NamedDependency[Actor],
    settings: NamedDependency[settings.Settings],
) -> ChannelSecret:
    """Make a new signing secret; it is shown this once."""
    secret = signature.make_secret()
    async with database.write(actor.tenant) as writer:
        row = await _get(writer, actor, channel_id)
        if row["kind"] != ChannelKind.WEBHOOK:
            raise errors.ConflictError("Only webhooks have a secret.", hint="E-mail is not signed.")
        await channels.save_secret(writer, row["project_id"], row["channel_id"], _sealed(settings, secret))
        _note(writer, actor, "channel.rotate_secret", row)
    return ChannelSecret(secret=secret)


@post(
    "/channels/{channel_id:str}/test",
    **declare.route("testChannel", Permission.CHANNEL_MANAGE, 404, status_code=202),
)
async def test_channel(
    channel_id: FromPath[str], database: NamedDependency[database.Database], actor: NamedDependency[Actor]
) -> Delivery:
    """Send a test message, whether or not the channel is switched on."""
    async with database.write(actor.tenant) as writer:
        row = await _get(writer, actor, channel_id)
        told = message.build_test(row["project_slug"], row["project_name"], clock.now())
        key = await deliveries.add_test(writer, row["project_id"], row["channel_id"], told)
        _note(writer, actor, "channel.test", row)
        return _delivery(await deliveries.get_delivery(writer, actor.tenant, key))


@get("/channels/{channel_id:str}/deliveries", **declare.route("listChannelDeliveries", Permission.CHANNEL_MANAGE, 404))
async def list_channel_deliveries(
    channel_id: FromPath[str],
    page: NamedDependency[Page],
    database: NamedDependency[database.Database],
    actor: NamedDependency[Actor],
    status: FromQuery[DeliveryStatus | None] = None,
) -> DeliveryPage:
    """List what a channel was sent in the last 90 days, newest first."""
    async with database.read(actor.tenant) as reader:
        row = await _get(reader, actor, channel_id)
        return await _log(reader, page, row["project_id"], row["channel_id"], status)


@get("/projects/{slug:str}/deliveries", **declare.route("listDeliveries", Permission.CHANNEL_MANAGE, 404))
async def list_deliveries(
    slug: FromPath[str],
    page: NamedDependency[Page],
    database: NamedDependency[database.Database],
    actor: NamedDependency[Actor],
    status: FromQuery[DeliveryStatus | None] = None,
) -> DeliveryPage:
    """List what a project's channels were sent in the last 90 days, newest first."""
    async with database.read(actor.tenant) as reader:
        project = await projects.get_project(reader, actor.tenant, slug)
        return await _log(reader, page, project["project_id"], None, status)


@post(
    "/deliveries/{delivery_id:str}/resend",
    **declare.route("resendDelivery", Permission.CHANNEL_MANAGE, 404, 409, status_code=202),
)
async def resend_delivery(
    delivery_id: FromPath[str], database: NamedDependency[database.Database], actor: NamedDependency[Actor]
) -> Delivery:
    """Send a message again, now; it keeps its id."""
    key = deliveries.read_key(delivery_id)
    async with database.write(actor.tenant) as writer:
        row = await deliveries.get_delivery(writer, actor.tenant, key)
        if row["event"] != "test" and not row["channel_is_enabled"]:
            raise errors.ConflictError("The channel is switched off.", hint="Switch it on, then send again.")
        await deliveries.save_resend(writer, key)
        target = audit.Target("delivery", delivery_id, row["channel_name"])
        audit.note(writer, actor.org_id, "channel.resend", target, project_id=row["project_id"])
        return _delivery(await deliveries.get_delivery(writer, actor.tenant, key))


async def _get(reader: database.Reader, actor: Actor, identifier: str) -> database.Row:
    project_id, channel_id = identifiers.unpack(identifier)
    return await channels.get_channel(reader, actor.tenant, project_id, channel_id)


async def _log(
    reader: database.Reader, page: Page, project_id: int, channel_id: int | None, status: DeliveryStatus | None
) -> DeliveryPage:
    rows = await deliveries.list_deliveries(
        reader,
        project_id,
        channel_id=channel_id,
        status=status,
        limit=page.limit + 1,
        before=page.after(tuple[datetime, _Number]),
    )
    shown = rows[: page.limit]
    more = paging.place(shown[-1]["created_at"], shown[-1]["delivery_id"]) if len(rows) > page.limit else None
    return DeliveryPage(items=[_delivery(row) for row in shown], next_cursor=more)


def _said(row: database.Row) -> dict[str, Any]:
    """Return what may be written down about a channel: of an address its host, for the rest of it may be a secret."""
    config: dict[str, Any] = row["config"]
    sent_to: Any = [urlsplit(str(config["url"])).hostname] if "url" in config else config["recipients"]
    return {**{name: row[name] for name in ("kind", "name", "rule", "is_enabled")}, "sent_to": sent_to}


def _note(
    writer: database.Writer,
    actor: Actor,
    act: str,
    row: database.Row,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    number = row["project_id"]
    target = audit.Target("channel", identifiers.pack(number, row["channel_id"]), row["name"])
    audit.note(writer, actor.org_id, act, target, project_id=number, before=before, after=after)


def _checked(kind: ChannelKind, config: ChannelConfig) -> dict[str, Any]:
    """Return what the kind of channel needs of the configuration; InvalidError when it is not there or wrong."""
    if kind is ChannelKind.WEBHOOK:
        outgoing.check_url(config.url or "", "config.url")
        return {"url": config.url}
    recipients = list(dict.fromkeys(config.recipients or []))
    email.check_recipients(recipients)
    return {"recipients": recipients}


def _sealed(settings: settings.Settings, secret: str) -> bytes:
    return seal.seal(settings.secret_key, signature.PURPOSE, secret.encode())


def _channel(row: database.Row, newest: database.Row | None) -> Channel:
    return Channel(
        id=identifiers.pack(row["project_id"], row["channel_id"]),
        kind=row["kind"],
        name=row["name"],
        rule=row["rule"],
        is_enabled=row["is_enabled"],
        config=msgspec.convert(row["config"], ChannelConfig),
        created_at=row["created_at"],
        last_delivery=_delivery(newest) if newest else None,
    )


def _delivery(row: database.Row) -> Delivery:
    project_id, run_id = row["project_id"], row["run_id"]
    return Delivery(
        id=deliveries.key_of(row).identifier,
        channel=DeliveryChannel(
            id=identifiers.pack(project_id, row["channel_id"]), name=row["channel_name"], kind=row["channel_kind"]
        ),
        run=RunSmall(id=identifiers.pack(project_id, run_id), number=row["run_number"]) if run_id else None,
        event=row["event"],
        status=row["status"],
        attempts=row["attempts"],
        next_attempt_at=row["next_attempt_at"],
        last_error=row["last_error"],
        response_code=row["response_code"],
        created_at=row["created_at"],
        sent_at=row["sent_at"],
    )


ROUTES = [
    list_channels,
    add_channel,
    change_channel,
    drop_channel,
    rotate_channel_secret,
    test_channel,
    list_channel_deliveries,
    list_deliveries,
    resend_delivery,
]
