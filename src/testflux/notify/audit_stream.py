"""Sending the audit log elsewhere as it grows: to a webhook, signed as all of them are, or to a syslog server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from testflux.kit import clock, errors, outgoing, seal
from testflux.kit.settings import Settings
from testflux.model import audit
from testflux.notify import signature, syslog, webhook

AT_ONCE: Final = 100
"""How many events are sent together."""
PURPOSE: Final = "audit stream secret"
"""What signing secrets are sealed for in the database."""
TEST: Final = "audit.test"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where to: `config` of a webhook is its url, of syslog host, port and transport. `organisation` is a slug."""

    stream_id: int
    kind: str
    config: dict[str, Any]
    organisation: str
    secret: str = ""


def place_of(settings: Settings, row: Mapping[str, Any]) -> Place:
    """Return the place of a stored stream; SetupError when its secret cannot be opened."""
    sealed = row["secret"]
    secret = seal.unseal(settings.secret_key, PURPOSE, sealed).decode() if sealed else ""
    return Place(
        stream_id=row["stream_id"],
        kind=row["kind"],
        config=row["config"],
        organisation=row["organisation"],
        secret=secret,
    )


async def send(settings: Settings, place: Place, events: Sequence[tuple[audit.Event, bytes]]) -> str:
    """Send events, each with its digest; return what went wrong, nothing when they were taken."""
    lines = [audit.line(event, digest) for event, digest in events]
    if place.kind == "webhook":
        first, last = events[0][0].number, events[-1][0].number
        data = {"organisation": place.organisation, "events": [msgspec.Raw(line) for line in lines]}
        return await _post(settings, place, "audit.events", f"aud_{place.stream_id}-{first}-{last}", data)
    host = urlsplit(settings.public_url).hostname or ""
    return await _log(
        settings,
        place,
        [
            syslog.write(line, at=event.happened_at, host=host, act=event.act, is_refused=event.is_refused)
            for line, (event, _) in zip(lines, events, strict=True)
        ],
    )


async def send_test(settings: Settings, place: Place) -> str:
    """Send a message without an event in it; return what went wrong, nothing when it was taken."""
    now = clock.now()
    data = {"organisation": place.organisation, "text": "This is a test of TestFlux: the audit log can be sent here."}
    if place.kind == "webhook":
        return await _post(settings, place, TEST, f"aud_{place.stream_id}-test-{int(now.timestamp())}", data)
    host = urlsplit(settings.public_url).hostname or ""
    return await _log(
        settings, place, [syslog.write(msgspec.json.encode(data), at=now, host=host, act=TEST, is_refused=False)]
    )


def check_config(kind: str, config: dict[str, Any]) -> dict[str, Any]:
    """Return what a kind of stream needs of its configuration; InvalidError names what is missing or wrong."""
    if kind == "webhook":
        outgoing.check_url(config.get("url") or "", "config.url")
        return {"url": config["url"]}
    if not config.get("host"):
        raise errors.InvalidError("A syslog server has a host.", field="config.host", hint="E.g. log.example.org.")
    transport: syslog.Transport = config.get("transport") or "tls"
    port = config.get("port") or syslog.DEFAULT_PORTS[transport]
    return {"host": config["host"], "port": port, "transport": transport}


def host_of(kind: str, config: Mapping[str, Any]) -> str:
    """Return where a stream leads, without what may be a secret in it."""
    if kind == "webhook":
        return urlsplit(str(config["url"])).hostname or ""
    return f"{config['host']}:{config['port']}/{config['transport']}"


async def _post(settings: Settings, place: Place, kind: str, message_id: str, data: dict[str, Any]) -> str:
    now = clock.now()
    content = msgspec.json.encode({"type": kind, "timestamp": now, "data": data})
    headers = signature.headers(place.secret, message_id, now, content)
    return (await webhook.post(settings, place.config["url"], content, headers)).error


async def _log(settings: Settings, place: Place, messages: list[bytes]) -> str:
    config = place.config
    try:
        await syslog.send(settings, config["host"], config["port"], config["transport"], messages)
    except errors.TestFluxError as error:
        return error.message
    return ""
