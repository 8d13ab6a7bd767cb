"""A failing run is told once to a web server and once by mail, whatever happens between upload and inbox."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from receivers import MailReceiver, WebhookReceiver, running
from running import PASSWORD, RunningHouse

REPORT = """<?xml version="1.0" encoding="UTF-8"?>
<robot generator="Robot 7.0 (Python 3.12.0 on linux)" generated="2026-11-22T10:00:00.000000" schemaversion="5">
<suite id="s1" name="Checkout" source="/shop/checkout.robot">
<test id="s1-t1" name="Pays by card" line="3">
<status status="FAIL" start="2026-11-22T10:00:00.000000" elapsed="1.5">500 != 200 &lt;b&gt;</status>
</test>
<test id="s1-t2" name="Pays by invoice" line="9">
<status status="PASS" start="2026-11-22T10:00:01.500000" elapsed="0.5"/>
</test>
<status status="FAIL" start="2026-11-22T10:00:00.000000" elapsed="2.0"/>
</suite>
<errors>
</errors>
</robot>
"""


class Newsroom:
    """A running TestFlux with one project, a webhook and a mail channel, and what receives from them."""

    def __init__(self, house: RunningHouse, webhook: WebhookReceiver, mail: MailReceiver) -> None:
        self.house, self.webhook, self.mail = house, webhook, mail
        self._open = contextlib.ExitStack()
        self.api = self._open.enter_context(house.client())
        self._post("/projects", {"slug": "webshop", "name": "Web shop"})
        hook = {"kind": "webhook", "name": "Chat", "rule": "any_failure", "config": {"url": webhook.url}}
        self.secret = self._post("/projects/webshop/channels", hook)["secret"]
        team = {"kind": "email", "name": "Team", "rule": "every_run", "config": {"recipients": ["anna@example.org"]}}
        self._post("/projects/webshop/channels", team)

    def _post(self, path: str, data: dict[str, Any]) -> Any:
        return self.api.post(path, json=data).raise_for_status().json()

    def upload(self, report: str = REPORT) -> str:
        """Send the report and return the id of its run once it is stored."""
        answer = self.api.post(
            "/projects/webshop/uploads",
            params={"filename": "output.xml", "name": "nightly", "branch": "main"},
            content=report,
            headers={"Prefer": "wait=30", "Content-Type": "application/xml"},
        )
        return answer.raise_for_status().json()["runs"][0]["id"]

    def deliveries(self) -> list[dict[str, Any]]:
        try:
            answer = self.api.get("/projects/webshop/deliveries")
        except httpx.TransportError:
            return []
        return answer.raise_for_status().json()["items"]

    def all_sent(self) -> bool:
        items = self.deliveries()
        return len(items) == 2 and all(item["status"] == "sent" for item in items)

    def all_tried(self, times: int) -> bool:
        items = self.deliveries()
        return len(items) == 2 and all(item["attempts"] >= times and item["last_error"] for item in items)

    def restart(self) -> None:
        self._open.close()
        self.api = self._open.enter_context(self.house.start().client())

    def close(self) -> None:
        self._open.close()


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with (
        tempfile.TemporaryDirectory(prefix="tfx-", ignore_cleanup_errors=True) as name,
        running(WebhookReceiver) as webhook,
        running(MailReceiver) as mail,
    ):
        Path(name).chmod(0o711)
        house = RunningHouse(
            Path(name) / "data",
            TESTFLUX_SMTP_URL=f"smtp://127.0.0.1:{mail.port}",
            TESTFLUX_MAIL_FROM="TestFlux <ci@example.org>",
        )
        try:
            with contextlib.closing(Newsroom(house.start(), webhook, mail)) as room:
                yield room
        finally:
            house.stop()


def check_posted(newsroom: Newsroom, run_id: str) -> None:
    """The webhook is right in every part: signature, identity, content."""
    posted = newsroom.webhook.posted[-1]
    key = base64.b64decode(newsroom.secret.removeprefix("whsec_"))
    signed = f"{posted.headers['webhook-id']}.{posted.headers['webhook-timestamp']}.".encode() + posted.body
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert posted.headers["webhook-signature"] == f"v1,{expected}"
    body = json.loads(posted.body)
    assert body["type"] == "run.finished"
    assert body["data"]["project"] == {"slug": "webshop", "name": "Web shop"}
    assert body["data"]["headline"] == "1 of 2 tests failed"
    assert body["data"]["run"]["url"] == f"{newsroom.house.url}/runs/{run_id}"
    assert body["data"]["run"]["verdict"] == "failed"
    assert body["data"]["items"] == [
        {"title": "Pays by card", "where": "Checkout", "detail": "500 != 200 <b>", "is_new": False}
    ]


def check_mail(newsroom: Newsroom, run_id: str) -> None:
    """The mail is right in both its forms."""
    mail = newsroom.mail.received[-1]
    assert newsroom.mail.recipients == [["anna@example.org"]]
    assert mail["From"] == "TestFlux <ci@example.org>"
    assert mail["Subject"] == "[webshop] failed: 1 failure in nightly #1"
    for kind, message in (("plain", "500 != 200 <b>"), ("html", "500 != 200 &lt;b&gt;")):
        part = mail.get_body((kind,))
        assert part is not None
        for words in ("1 of 2 tests failed", "Pays by card", message, f"{newsroom.house.url}/runs/{run_id}"):
            assert words in part.get_content()


def test_a_failing_run_is_told_once_to_each(newsroom: Newsroom, wait_until: Callable[..., None]) -> None:
    run_id = newsroom.upload()
    assert newsroom.upload() == run_id  # the same report again is no news
    wait_until(newsroom.all_sent)
    assert (len(newsroom.webhook.posted), len(newsroom.mail.received)) == (1, 1)
    check_posted(newsroom, run_id)
    check_mail(newsroom, run_id)

    log = newsroom.house.log.read_text()
    for secret in (newsroom.secret, newsroom.secret.removeprefix("whsec_"), PASSWORD):
        assert secret not in log


def test_a_passing_run_is_told_only_to_who_asked_for_every_run(
    newsroom: Newsroom, wait_until: Callable[..., None]
) -> None:
    newsroom.upload(REPORT.replace('"FAIL"', '"PASS"'))
    wait_until(lambda: newsroom.mail.received)
    assert newsroom.mail.received[0]["Subject"] == "[webshop] passed: 2 tests in nightly #1"
    assert [item["channel"]["name"] for item in newsroom.deliveries()] == ["Team"]
    assert newsroom.webhook.posted == []


def test_receivers_down_for_the_first_tries_get_it_once(newsroom: Newsroom, wait_until: Callable[..., None]) -> None:
    newsroom.webhook.stop()
    newsroom.mail.stop()
    run_id = newsroom.upload()
    wait_until(lambda: newsroom.all_tried(2))
    newsroom.webhook.start()
    newsroom.mail.start()
    wait_until(newsroom.all_sent, 60)
    assert (len(newsroom.webhook.posted), len(newsroom.mail.received)) == (1, 1)
    check_posted(newsroom, run_id)
    check_mail(newsroom, run_id)


def test_a_worker_killed_between_the_tries(newsroom: Newsroom, wait_until: Callable[..., None]) -> None:
    newsroom.webhook.stop()
    newsroom.mail.stop()
    run_id = newsroom.upload()
    wait_until(lambda: newsroom.all_tried(1))
    newsroom.house.kill()
    newsroom.webhook.start()
    newsroom.mail.start()
    newsroom.restart()
    wait_until(newsroom.all_sent, 60)
    assert (len(newsroom.webhook.posted), len(newsroom.mail.received)) == (1, 1)
    check_posted(newsroom, run_id)
    check_mail(newsroom, run_id)


def test_a_worker_killed_while_sending(newsroom: Newsroom, wait_until: Callable[..., None]) -> None:
    """The receiver has read the message, but nobody knows: it comes again under the same id, to be dropped."""
    newsroom.webhook.gate.clear()
    run_id = newsroom.upload()
    wait_until(lambda: newsroom.webhook.posted and newsroom.mail.received)
    newsroom.house.kill()
    newsroom.webhook.gate.set()
    newsroom.restart()
    wait_until(newsroom.all_sent, 90)
    assert len({posted.headers["webhook-id"] for posted in newsroom.webhook.posted}) == 1
    assert len({posted.body for posted in newsroom.webhook.posted}) == 1
    assert len({mail["Message-ID"] for mail in newsroom.mail.received}) == 1
    check_posted(newsroom, run_id)


def test_the_test_button_and_sending_again(newsroom: Newsroom, wait_until: Callable[..., None]) -> None:
    channels = newsroom.api.get("/projects/webshop/channels").raise_for_status().json()["items"]
    for channel in channels:
        newsroom.api.post(f"/channels/{channel['id']}/test").raise_for_status()
    wait_until(newsroom.all_sent)
    assert json.loads(newsroom.webhook.posted[0].body)["type"] == "test"
    assert newsroom.mail.received[0]["Subject"] == "[webshop] Test message from TestFlux"

    for item in newsroom.deliveries():
        newsroom.api.post(f"/deliveries/{item['id']}/resend").raise_for_status()
    wait_until(lambda: all(item["attempts"] == 2 for item in newsroom.deliveries()))
    assert len({posted.headers["webhook-id"] for posted in newsroom.webhook.posted}) == 1
    assert len(newsroom.webhook.posted) == len(newsroom.mail.received) == 2
