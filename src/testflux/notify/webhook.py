"""A message as a signed HTTP POST (Standard Webhooks)."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

import httpx
import msgspec

from testflux.kit import errors, outgoing
from testflux.kit.settings import Settings
from testflux.model.message import Event, Outcome, RunMessage
from testflux.notify import headline, message

_TEST_TEXT = "This is a test message from TestFlux: the channel works. No run stands behind it."


def body(told: RunMessage, base_url: str, made_at: datetime) -> bytes:
    """Write the JSON that is posted: equal for every attempt, as `made_at` is when the delivery was made."""
    write = _test_data if told.event is Event.TEST else _run_data
    return msgspec.json.encode({"type": told.event, "timestamp": made_at, "data": write(told, base_url + told.url)})


async def post(settings: Settings, url: str, content: bytes, headers: dict[str, str]) -> Outcome:
    """Post once; whatever happens is an Outcome. Only 2xx counts as taken; redirects are not followed."""
    headers = {"content-type": "application/json", **headers}
    try:
        async with (
            outgoing.client(settings) as client,
            client.stream("POST", url, content=content, headers=headers) as answer,
        ):
            return _judge(answer.status_code)
    except errors.ForbiddenError as error:
        return Outcome(error=error.message, may_retry=False)
    except errors.UnavailableError as error:
        return Outcome(error=error.message)


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
