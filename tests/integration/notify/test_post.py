"""Posting to a real web server: what counts as taken, and where posting does not go."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from receivers import WebhookReceiver, running
from testflux.kit import addresses, outgoing
from testflux.kit.settings import Settings
from testflux.model.message import Outcome
from testflux.notify import webhook

OPEN = Settings(data_dir=Path(), outgoing_private=addresses.EVERY_NETWORK)


async def post(url: str, settings: Settings = OPEN) -> Outcome:
    return await webhook.post(settings, url, b'{"a":1}', {"webhook-id": "msg_1-1"})


async def test_a_taken_message(webhook_receiver: WebhookReceiver) -> None:
    assert await post(webhook_receiver.url + "?team=a%20b") == Outcome(response_code=200)
    (posted,) = webhook_receiver.posted
    assert posted.path == "/hook?team=a%20b"
    assert posted.body == b'{"a":1}'
    assert posted.headers["content-type"] == "application/json"
    assert posted.headers["webhook-id"] == "msg_1-1"
    assert posted.headers["host"] == webhook_receiver.url.split("/")[2]
    assert posted.headers["user-agent"].startswith("TestFlux/")


async def test_every_2xx_is_taken(webhook_receiver: WebhookReceiver) -> None:
    webhook_receiver.answers = [202, 204]
    assert await post(webhook_receiver.url) == Outcome(response_code=202)
    assert await post(webhook_receiver.url) == Outcome(response_code=204)


@pytest.mark.parametrize(
    ("status", "words"), [(500, "500 Internal Server Error"), (429, "429"), (404, "404"), (799, "799.")]
)
async def test_other_answers_may_be_tried_again(webhook_receiver: WebhookReceiver, status: int, words: str) -> None:
    webhook_receiver.answers = [status]
    outcome = await post(webhook_receiver.url)
    assert (outcome.is_sent, outcome.may_retry, outcome.response_code) == (False, True, status)
    assert words in outcome.error


async def test_gone_is_final(webhook_receiver: WebhookReceiver) -> None:
    webhook_receiver.answers = [410]
    outcome = await post(webhook_receiver.url)
    assert (outcome.is_sent, outcome.may_retry, outcome.is_gone) == (False, False, True)


async def test_redirects_are_not_followed(webhook_receiver: WebhookReceiver) -> None:
    with running(WebhookReceiver) as elsewhere:
        webhook_receiver.answers, webhook_receiver.location = [307], elsewhere.url
        outcome = await post(webhook_receiver.url)
        assert "redirect" in outcome.error
        assert elsewhere.posted == []


async def test_nobody_listens(webhook_receiver: WebhookReceiver) -> None:
    webhook_receiver.stop()
    outcome = await post(webhook_receiver.url)
    assert "cannot be reached" in outcome.error
    assert outcome.may_retry


async def test_a_name_with_several_addresses_is_tried_in_turn(
    webhook_receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def two(*_: object, **__: object) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    monkeypatch.setattr("testflux.kit.addresses.resolve", two)
    assert (await post(webhook_receiver.url)).is_sent


async def test_a_silent_receiver_is_given_up(
    webhook_receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "LIMIT_S", 0.3)
    webhook_receiver.gate.clear()
    outcome = await asyncio.wait_for(post(webhook_receiver.url), 5)
    assert outcome == Outcome(error="127.0.0.1 did not answer in time.")


async def test_the_clouds_metadata_is_never_asked() -> None:
    outcome = await post("http://169.254.169.254/latest/meta-data/")
    assert not outcome.may_retry
    assert "169.254.169.254" in outcome.error


async def test_private_addresses_can_be_closed(webhook_receiver: WebhookReceiver) -> None:
    outcome = await post(webhook_receiver.url, Settings(data_dir=Path()))
    assert "TESTFLUX_OUTGOING_PRIVATE" in outcome.error
    assert webhook_receiver.posted == []


async def test_proxies_of_the_environment_are_not_used(
    webhook_receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert (await post(webhook_receiver.url)).is_sent


@pytest.fixture
def secure_receiver(tls: ssl.SSLContext) -> Iterator[WebhookReceiver]:
    with running(lambda: WebhookReceiver(tls)) as receiver:
        yield receiver


async def test_a_certificate_nobody_vouches_for_is_refused(secure_receiver: WebhookReceiver) -> None:
    outcome = await post(secure_receiver.url)
    assert "CERTIFICATE_VERIFY_FAILED" in outcome.error
    assert secure_receiver.posted == []


async def test_the_certificate_is_checked_against_the_name_not_the_address(
    secure_receiver: WebhookReceiver, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    outgoing._trust.cache_clear()  # noqa: SLF001 (it has already looked at the environment)
    try:
        assert (await post(secure_receiver.url)).is_sent
        other = await post(secure_receiver.url.replace("localhost", "127.0.0.1"))
        assert "CERTIFICATE_VERIFY_FAILED" in other.error
    finally:
        outgoing._trust.cache_clear()  # noqa: SLF001 (the next test's environment is another)
