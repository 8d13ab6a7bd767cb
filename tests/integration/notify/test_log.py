"""The delivery log: what it says, to whom, and what it never says."""

from __future__ import annotations

from datetime import datetime

import msgspec
import pytest
import structlog

from notify_house import PROJECT, SECRET, House, told
from receivers import MailReceiver, WebhookReceiver
from testflux.kit import errors
from testflux.model.access import EVERYBODY, Tenant
from testflux.store import channels, deliveries
from testflux.store.database import Row
from testflux.work import deliver


async def test_a_removed_channel_is_told_nothing_more(house: House, webhook_receiver: WebhookReceiver) -> None:
    channel = await house.add_webhook(webhook_receiver.url)
    (key,) = await house.tell()
    async with house.database.write(EVERYBODY) as writer:
        await channels.drop_channel(writer, PROJECT, channel["channel_id"])
    await house.deliver(key)
    assert webhook_receiver.posted == []
    with pytest.raises(errors.NotFoundError):
        await house.row(key)


async def test_without_a_mail_server_the_log_says_what_to_set(house: House) -> None:
    house.settings = msgspec.structs.replace(house.settings, smtp_url=None)
    await house.add_mail("anna@example.org")
    (key,) = await house.tell()
    await house.deliver(key)
    row = await house.row(key)
    assert row["status"] == "pending"
    assert "TESTFLUX_SMTP_URL" in row["last_error"]


async def test_another_secret_key_is_explained(house: House, webhook_receiver: WebhookReceiver) -> None:
    await house.add_webhook(webhook_receiver.url)
    (key,) = await house.tell()
    house.settings = msgspec.structs.replace(house.settings, secret_key="other" * 10)
    await house.deliver(key)
    assert webhook_receiver.posted == []
    assert "TESTFLUX_PREVIOUS_SECRET_KEYS" in (await house.row(key))["last_error"]


async def test_open_pages_hear_of_each_attempt(house: House, webhook_receiver: WebhookReceiver) -> None:
    channel = await house.add_webhook(webhook_receiver.url)
    (key,) = await house.tell()
    webhook_receiver.answers = [500]
    await house.deliver(key)
    await house.deliver(key)
    events = await house.rows("select topic, type, data from live_event order by event_id")
    assert [(event["topic"], event["type"]) for event in events] == [("project:webshop", "delivery.changed")] * 2
    assert [event["data"] for event in events] == [
        {"id": key.identifier, "channel_id": f"1-{channel['channel_id']}", "status": status}
        for status in ("pending", "sent")
    ]


async def test_lost_jobs_are_queued_again(house: House) -> None:
    await house.add_webhook("http://127.0.0.1:9/")
    lost, fresh = (await house.tell(told(1)))[0], (await house.tell(told(2)))[0]
    async with house.database.write(EVERYBODY) as writer:
        await writer.run("delete from procrastinate_jobs")
        await writer.run(
            "update delivery set next_attempt_at = now() - interval '6 minutes' where delivery_id = %(id)s",
            id=lost.delivery_id,
        )
    assert await deliver.requeue(house.database) == 1
    assert [arguments["delivery_id"] for _, arguments in await house.jobs()] == [lost.delivery_id]
    assert (await house.row(fresh))["status"] == "pending"


async def test_no_secret_is_in_the_database_or_the_log(
    house: House, webhook_receiver: WebhookReceiver, mail_receiver: MailReceiver
) -> None:
    house.settings = msgspec.structs.replace(
        house.settings, smtp_url=f"smtp://ci:hunter2@127.0.0.1:{mail_receiver.port}"
    )
    await house.add_webhook(webhook_receiver.url)
    await house.add_mail("anna@example.org")
    webhook_receiver.answers = [500]
    with structlog.testing.capture_logs() as logged:
        for key in await house.tell():
            await house.deliver(key)
            await house.deliver(key)
    assert len(logged) == 4
    tables = await house.rows(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    assert {"channel", "procrastinate_jobs"} <= {table["relname"] for table in tables}
    dump = [await house.rows(f'select t::text as row from "{table["relname"]}" t') for table in tables]  # noqa: S608
    for secret in (SECRET, SECRET.removeprefix("whsec_"), b"a key of thirty-two bytes length".hex(), "hunter2"):
        assert secret not in repr(dump)
        assert secret not in repr(logged)


async def test_the_log_is_listed_newest_first_in_pages(house: House) -> None:
    webhook = await house.add_webhook("http://127.0.0.1:9/")
    await house.add_mail("anna@example.org")
    keys = [key for number in range(1, 4) for key in await house.tell(told(number))]

    async def page(
        before: tuple[datetime, int] | None = None, channel_id: int | None = None, status: str | None = None
    ) -> list[Row]:
        async with house.database.read(EVERYBODY) as reader:
            return await deliveries.list_deliveries(
                reader, PROJECT, channel_id=channel_id, status=status, limit=4, before=before
            )

    first = await page()
    second = await page((first[-1]["created_at"], first[-1]["delivery_id"]))
    assert [deliveries.key_of(row) for row in [*first, *second]] == keys[::-1]
    assert [row["run_number"] for row in await page(channel_id=webhook["channel_id"])] == [3, 2, 1]
    assert await page(status="sent") == []
    async with house.database.read(EVERYBODY) as reader:
        newest = await deliveries.list_newest(reader, PROJECT, [webhook["channel_id"], 999])
    assert {channel: row["run_number"] for channel, row in newest.items()} == {webhook["channel_id"]: 3}


async def test_another_organisation_sees_nothing(house: House) -> None:
    channel = await house.add_webhook("http://127.0.0.1:9/")
    (key,) = await house.tell()
    async with house.database.read(EVERYBODY) as reader:
        with pytest.raises(errors.NotFoundError):
            await deliveries.get_delivery(reader, Tenant(2), key)
        with pytest.raises(errors.NotFoundError):
            await channels.get_channel(reader, Tenant(2), PROJECT, channel["channel_id"])
