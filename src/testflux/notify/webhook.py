"""A message as a signed HTTP POST (Standard Webhooks)."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ssl
from datetime import datetime
from http import HTTPStatus
from typing import Any

import httpx
import msgspec

from testflux import __version__
from testflux.kit import errors
from testflux.model.message import Event, Outcome, RunMessage
from testflux.notify import address, headline, message

LIMIT_S = 30
"""Seconds that one attempt may take in all, however slowly the receiver drips."""
_TIMEOUT = httpx.Timeout(10, connect=5)
_PORTS = {"http": 80, "https": 443}
_POSSIBLE_PORTS = range(1, 65_536)
_TEST_TEXT = "This is a test message from TestFlux: the channel works. No run stands behind it."


def check_url(url: str) -> None:
    """Raise InvalidError unless `url` is an absolute http(s) address without a password in it."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise _malformed() from error
    is_port = parts.port is None or parts.port in _POSSIBLE_PORTS
    if parts.scheme not in _PORTS or not parts.host or not is_port:
        raise _malformed()
    if parts.userinfo:
        raise errors.InvalidError(
            "A webhook's address cannot carry a user name or password.",
            field="config.url",
            hint="The receiver knows us by the signature: check it with the channel's secret.",
        )


def body(told: RunMessage, base_url: str, made_at: datetime) -> bytes:
    """Write the JSON that is posted: equal for every attempt, as `made_at` is when the delivery was made."""
    write = _test_data if told.event is Event.TEST else _run_data
    return msgspec.json.encode({"type": told.event, "timestamp": made_at, "data": write(told, base_url + told.url)})


async def post(url: str, content: bytes, headers: dict[str, str], *, private_allowed: bool) -> Outcome:
    """Post once; whatever happens is an Outcome. Only 2xx counts as taken; redirects are not followed."""
    target = httpx.URL(url)
    host = target.raw_host.decode()
    try:
        async with asyncio.timeout(LIMIT_S):
            port = target.port or _PORTS[target.scheme]
            addresses = await address.resolve(host, port, private_allowed=private_allowed)
            return _judge(await _post_to_first(addresses, target, content, headers))
    except errors.ForbiddenError as error:
        return Outcome(error=error.message, may_retry=False)
    except errors.UnavailableError as error:
        return Outcome(error=error.message)
    except (TimeoutError, httpx.TimeoutException):
        return Outcome(error=f"{host} did not answer in time.")
    except httpx.TransportError as error:
        return Outcome(error=f"{host} cannot be reached: {error or type(error).__name__}.")


async def _post_to_first(addresses: list[str], target: httpx.URL, content: bytes, headers: dict[str, str]) -> int:
    """Post to the first address that takes the connection, and return the status it answers with."""
    headers = {
        "content-type": "application/json",
        "user-agent": f"TestFlux/{__version__}",
        "host": target.netloc.decode(),
        **headers,
    }
    name = {"sni_hostname": target.raw_host.decode()}
    async with httpx.AsyncClient(timeout=_TIMEOUT, verify=_trust(), trust_env=False) as client:

        async def answer_of(host: str) -> int:
            url = target.copy_with(host=host)
            async with client.stream("POST", url, content=content, headers=headers, extensions=name) as response:
                return response.status_code

        for host in addresses[:-1]:
            with contextlib.suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return await answer_of(host)
        return await answer_of(addresses[-1])


def _judge(status: int) -> Outcome:
    if httpx.codes.is_success(status):
        return Outcome(response_code=status)
    if status == HTTPStatus.GONE:
        words = "The receiver answered 410 Gone: it wants no more messages, and the channel was switched off."
        return Outcome(error=words, response_code=status, may_retry=False, is_gone=True)
    if httpx.codes.is_redirect(status):
        words = f"The receiver answered {status}, a redirect; set the channel to the final address."
        return Outcome(error=words, response_code=status)
    words = f"{status} {httpx.codes.get_reason_phrase(status)}".strip()
    return Outcome(error=f"The receiver answered {words}.", response_code=status)


def _run_data(told: RunMessage, url: str) -> dict[str, Any]:
    return {
        "project": {"slug": told.project_slug, "name": told.project_name},
        "run": {
            "id": told.run_id,
            "number": told.run_number,
            "kind": told.kind,
            "name": told.name,
            "verdict": told.verdict,
            "branch": told.branch,
            "commit": told.commit,
            "environment": told.environment,
            "type": told.type,
            "started_at": told.started_at,
            "duration_ms": told.duration_ms,
            "totals": told.totals,
            "url": url,
        },
        "headline": headline.sentence(message.facts(told)),
        "baseline_number": told.baseline_number,
        "new_failures": told.new_failures,
        "fixed": told.fixed,
        "item_count": told.item_count,
        "items": told.items,
        "request_id": told.request_id,
    }


def _test_data(told: RunMessage, url: str) -> dict[str, Any]:
    return {"project": {"slug": told.project_slug, "name": told.project_name}, "text": _TEST_TEXT, "url": url}


@functools.cache
def _trust() -> ssl.SSLContext:
    """Trust the public roots and those of this machine, where companies install their own."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context


def _malformed() -> errors.InvalidError:
    return errors.InvalidError(
        "A webhook's address starts with http:// or https:// and names a host.",
        field="config.url",
        hint="For example https://example.org/hooks/testflux.",
    )
