"""From the delivery log to the receiver: exactly one message, whatever is down, slow, doubled or killed in between."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from notify_house import ORG, PROJECT, House, told
from receivers import MailReceiver, WebhookReceiver
from testflux.kit import clock, errors
from testflux.model.access import EVERYBODY, Tenant
from testflux.model.message import Rule
from testflux.notify import message
from testflux.store import channels, deliveries


async def test_a_run_is_told_once_to_a_webhook(house: House, webhook_receiver: WebhookReceiver) -> None:
    await house.add_webhook(webhook_receiver.url)
    (key,) = await house.tell()

    await house.deliver(key)
    await house.deliver(key)

    (posted,) = webhook_receiver.posted
    body = json.loads(posted.body)
    assert body["type"] == "run.finished"
    assert body["data"]["headline"] == "6 new failures since #1279"
    assert body["data"]["run"]["url"] == "https://tests.example/runs/1-1284"
    signed = f"{posted.headers['webhook-id']}.{posted.headers['webhook-timestamp']}.".encode() + posted.body
    expected = hmac.new(b"a key of thirty-two bytes length", signed, hashlib.sha256).digest()
    assert posted.headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()
    assert posted.headers["webhook-id"] == f"msg_{key.identifier}"
    row = await house.row(key)
    assert (row["status"], row["attempts"], row["response_code"], row["last_error"]) == ("sent", 1, 200, "")
    assert row["next_attempt_at"] is None
    assert row["sent_at"] >= row["created_at"]


async def test_a_run_is_told_once_by_mail(house: House, mail_receiver: MailReceiver) -> None:
    await house.add_mail("anna@example.org", "ben@example.org")
    (key,) = await house.tell()

    await house.deliver(key)
    await house.deliver(key)

    (mail,) = mail_receiver.received
    assert mail_receiver.recipients == [["anna@example.org", "ben@example.org"]]
    assert mail["Subject"] == "[webshop] failed: 6 new failures in nightly #1284"
    assert mail["Message-ID"] == f"<msg_{key.identifier}@example.org>"
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part is not None
        for words in ("6 new failures since #1279", "https://tests.example/runs/1-1284", "Pays by card", "boom"):
            assert words in part.get_content()
    assert (await house.row(key))["status"] == "sent"


async def test_only_channels_whose_rule_is_met_are_told(house: House) -> None:
    for rule in Rule:
        await house.add_webhook("http://127.0.0.1:9/", rule)
    await house.add_webhook("http://127.0.0.1:9/", is_enabled=False)
    assert len(await house.tell(told(1), (Rule.EVERY_RUN,))) == 1
    assert len(await house.tell(told(2), tuple(Rule))) == 3
    assert await house.tell(told(3), ()) == []


async def test_the_same_run_is_told_once_per_channel(house: House) -> None:
    await house.add_webhook("http://127.0.0.1:9/")
    await house.add_mail("anna@example.org")
    assert len(await house.tell()) == 2
    assert await house.tell() == []


async def test_deliveries_and_their_jobs_are_stored_together_or_not_at_all(house: House) -> None:
    await house.add_webhook("http://127.0.0.1:9/")
    with contextlib.suppress(ZeroDivisionError):
        async with house.database.write(EVERYBODY) as writer:
            await deliveries.add_deliveries(writer, PROJECT, 7, 7, told(7), tuple(Rule))
            raise ZeroDivisionError
    assert await house.jobs() == []
    assert await house.rows("select 1 from delivery") == []

    (key,) = await house.tell()
    arguments = {"project_id": 1, "run_day": key.day.isoformat(), "delivery_id": key.delivery_id}
    assert await house.jobs() == [("todo", arguments)]


async def test_two_workers_send_one_message(house: House, webhook_receiver: WebhookReceiver) -> None:
    await house.add_webhook(webhook_receiver.url)
    (key,) = await house.tell()
    webhook_receiver.gate.clear()
    first = asyncio.create_task(house.deliver(key))
    await webhook_receiver.asked()

    await house.deliver(key)  # the second worker finds the row locked and goes home
    assert not first.done()
    webhook_receiver.gate.set()
    await first

    assert len(webhook_receiver.posted) == 1
    assert (await house.row(key))["attempts"] == 1


async def test_a_receiver_that_is_down_at_first_gets_it_once_it_is_up(
    house: House, webhook_receiver: WebhookReceiver
) -> None:
    await house.add_webhook(webhook_receiver.url)
    (key,) = await house.tell()
    webhook_receiver.stop()
    await house.deliver(key)
    webhook_receiver.start()
    webhook_receiver.answers = [503]
    await house.deliver(key)
    row = await house.row(key)
    assert (row["status"], row["attempts"], row["response_code"]) == ("pending", 2, 503)

    await house.deliver(key)

    assert len(webhook_receiver.posted) == 2
    assert len({posted.headers["webhook-id"] for posted in webhook_receiver.posted}) == 1
    assert len({posted.body for posted in webhook_receiver.posted}) == 1
    row = await house.row(key)
    assert (row["status"], row["attempts"], row["last_error"]) == ("sent", 3, "")
    assert len(await house.jobs()) == 3  # the first, and one for each new try


async def test_a_mail_server_that_is_down_at_first(house: House, mail_receiver: MailReceiver) -> None:
    await house.add_mail("anna@example.org")
    (key,) = await house.tell()
    mail_receiver.stop()
    await house.deliver(key)
    assert "cannot be used" in (await house.row(key))["last_error"]
    mail_receiver.start()
    await house.deliver(key)
    assert len(mail_receiver.received) == 1
    assert (await house.row(key))["status"] == "sent"


async def test_the_next_try_waits(house: House, webhook_receiver: WebhookReceiver) -> None:
    await house.add_webhook(webhook_receiver.url)
    (key,) = await house.tell()
    webhook_receiver.answers = [500]
    await house.deliver(key, (timedelta(hours=1),))
    row = await house.row(key)
    assert timedelta(minutes=59) < row["next_attempt_at"] - clock.now() < timedelta(minutes=61)
    jobs = await house.rows("select scheduled_at from procrastinate_jobs order by id")
    assert jobs[1]["scheduled_at"] == row["next_attempt_at"]

    await house.deliver(key)  # a job that comes too early

    assert len(webhook_receiver.posted) == 1
    assert (await house.row(key))["attempts"] == 1


async def test_after_the_last_try_it_has_failed(house: House, webhook_receiver: WebhookReceiver) -> None:
    await house.add_webhook(webhook_receiver.url)
    (key,) = await house.tell()
    webhook_receiver.answers = [500] * 9
    for _ in range(6):
        await house.deliver(key)
    row = await house.row(key)
    assert (row["status"], row["attempts"], row["next_attempt_at"]) == ("failed", 4, None)
    assert "500 Internal Server Error" in row["last_error"]
    assert len(webhook_receiver.posted) == 4


async def test_a_worker_stopped_while_sending_leaves_it_to_the_next(
    house: House, webhook_receiver: WebhookReceiver
) -> None:
    await house.add_webhook(webhook_receiver.url)
    (key,) = await house.tell()
    webhook_receiver.gate.clear()
    task = asyncio.create_task(house.deliver(key))
    await webhook_receiver.asked()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    webhook_receiver.gate.set()
    row = await house.row(key)
    assert (row["status"], row["attempts"]) == ("pending", 0)

    await house.deliver(key)

    first, second = webhook_receiver.posted
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert (await house.row(key))["status"] == "sent"


async def test_a_database_lost_while_sending_leaves_it_to_the_next(
    house: House, webhook_receiver: WebhookReceiver
) -> None:
    await house.add_webhook(webhook_receiver.url)
    (key,) = await house.tell()
    webhook_receiver.gate.clear()
    task = asyncio.create_task(house.deliver(key))
    await webhook_receiver.asked()
    async with house.database.write(EVERYBODY) as writer:
        await writer.run(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and state = 'idle in transaction' and pid <> pg_backend_pid()"
        )
    webhook_receiver.gate.set()
    with pytest.raises(errors.UnavailableError):
        await task

    await house.deliver(key)

    assert len({posted.headers["webhook-id"] for posted in webhook_receiver.posted}) == 1
    assert (await house.row(key))["status"] == "sent"


async def test_gone_switches_the_channel_off(house: House, webhook_receiver: WebhookReceiver) -> None:
    channel = await house.add_webhook(webhook_receiver.url)
    first, second = (await house.tell(told(1)))[0], (await house.tell(told(2)))[0]
    webhook_receiver.answers = [410]
    await house.deliver(first)
    await house.deliver(second)
    assert len(webhook_receiver.posted) == 1
    assert "410 Gone" in (await house.row(first))["last_error"]
    row = await house.row(second)
    assert (row["status"], row["last_error"]) == ("failed", "The channel is switched off.")
    async with house.database.read(EVERYBODY) as reader:
        now = await channels.get_channel(reader, Tenant(ORG), PROJECT, channel["channel_id"])
    assert not now["is_enabled"]
    assert await house.tell(told(3)) == []


async def test_sending_again_keeps_the_id(house: House, webhook_receiver: WebhookReceiver) -> None:
    await house.add_webhook(webhook_receiver.url)
    (key,) = await house.tell()
    await house.deliver(key)
    async with house.database.write(EVERYBODY) as writer:
        await deliveries.save_resend(writer, key)
    row = await house.row(key)
    assert (row["status"], row["attempts"]) == ("pending", 1)
    assert len(await house.jobs()) == 2

    await house.deliver(key)

    first, second = webhook_receiver.posted
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert (await house.row(key))["attempts"] == 2


async def test_what_is_being_sent_cannot_be_sent_again_yet(house: House, webhook_receiver: WebhookReceiver) -> None:
    await house.add_webhook(webhook_receiver.url)
    (key,) = await house.tell()
    webhook_receiver.gate.clear()
    task = asyncio.create_task(house.deliver(key))
    await webhook_receiver.asked()
    with pytest.raises(errors.ConflictError, match="being sent"):
        async with house.database.write(EVERYBODY) as writer:
            await deliveries.save_resend(writer, key)
    webhook_receiver.gate.set()
    await task


async def test_a_test_message_reaches_a_channel_that_is_off(house: House, webhook_receiver: WebhookReceiver) -> None:
    channel = await house.add_webhook(webhook_receiver.url, Rule.NEW_FAILURES, is_enabled=False)
    async with house.database.write(EVERYBODY) as writer:
        what = message.build_test("webshop", "Web shop", clock.now())
        key = await deliveries.add_test(writer, PROJECT, channel["channel_id"], what)
    await house.deliver(key)
    (posted,) = webhook_receiver.posted
    assert json.loads(posted.body)["type"] == "test"
    row = await house.row(key)
    assert (row["event"], row["run_id"], row["status"]) == ("test", None, "sent")
