"""Where a project's news go, and what was sent."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from testflux.model.message import ChannelKind, Rule
from testflux.serve.shapes.runs import RunSmall

ChannelName = Annotated[str, Meta(min_length=1, max_length=100)]
DeliveryStatus = Literal["pending", "sent", "failed"]


class ChannelConfig(msgspec.Struct, frozen=True, omit_defaults=True):
    """A webhook has a `url`, an e-mail channel has `recipients`."""

    url: Annotated[str, Meta(max_length=2000)] | None = None
    recipients: Annotated[list[Annotated[str, Meta(max_length=254)]], Meta(max_length=50)] | None = None


class DeliveryChannel(msgspec.Struct, frozen=True, kw_only=True):
    """The channel of a delivery, named."""

    id: str
    name: str
    kind: ChannelKind


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one channel, and what became of it."""

    id: str
    channel: DeliveryChannel
    run: RunSmall | None
    event: Literal["run.finished", "test"]
    status: DeliveryStatus
    attempts: int
    next_attempt_at: datetime | None
    last_error: str
    response_code: int | None
    created_at: datetime
    sent_at: datetime | None


class DeliveryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some deliveries, newest first."""

    items: list[Delivery]
    next_cursor: str | None


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A channel, without its secret."""

    id: str
    kind: ChannelKind
    name: str
    rule: Rule
    is_enabled: bool
    config: ChannelConfig
    created_at: datetime
    last_delivery: Delivery | None


class ChannelPage(msgspec.Struct, frozen=True, kw_only=True):
    """The channels of a project, by name."""

    items: list[Channel]
    next_cursor: str | None


class NewChannel(msgspec.Struct, frozen=True):
    """A channel to add."""

    kind: ChannelKind
    name: ChannelName
    config: ChannelConfig
    rule: Rule = Rule.NEW_FAILURES
    is_enabled: bool = True


class ChannelCreated(Channel, frozen=True, kw_only=True):
    """A new channel; a webhook's signing `secret` is shown this once, null for e-mail."""

    secret: str | None


class ChannelChange(msgspec.Struct, frozen=True):
    """What to change about a channel; what is null or absent stays."""

    name: ChannelName | None = None
    rule: Rule | None = None
    is_enabled: bool | None = None
    config: ChannelConfig | None = None


class ChannelSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook's new signing secret, shown this once."""

    secret: str
