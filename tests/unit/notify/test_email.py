from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.model.message import Event, Item, RunMessage
from testflux.model.status import Kind, Verdict
from testflux.notify import email as channel
from testflux.notify import letter, message

NOW = datetime(2026, 11, 22, 16, 0, 1, tzinfo=UTC)
TOLD = RunMessage(
    event=Event.RUN_FINISHED,
    project_slug="webshop",
    project_name="Web shop",
    run_id="3-1284",
    run_number=1284,
    kind=Kind.FUNCTIONAL,
    name="nightly",
    verdict=Verdict.FAILED,
    totals={"total": 20, "passed": 8, "failed": 12, "skipped": 0, "broken": 0},
    branch="main",
    commit="0123456789abcdef",
    environment="staging",
    type="",
    started_at=datetime(2026, 11, 22, 15, 58, tzinfo=UTC),
    duration_ms=61_500,
    url="/runs/3-1284",
    new_failures=6,
    fixed=0,
    item_count=12,
    items=(
        Item("Pays by card", "Shop / Checkout", "AssertionError: 500 != 200\nsecond line", is_new=True),
        Item("Logs in", "Shop / Account", "", is_new=False),
    ),
    baseline_number=1279,
)


def sent(told: RunMessage = TOLD, **more: Any) -> EmailMessage:
    """The mail as its receiver reads it: through its bytes."""
    values: dict[str, Any] = {
        "base_url": "https://tests.example",
        "sender": "TestFlux <tests@example.org>",
        "recipients": ["anna@example.org", "ben@example.org"],
        "key": "msg_3-17",
        "at": NOW,
    }
    composed = channel.compose(told, **(values | more))
    return email.message_from_bytes(composed.as_bytes(), policy=email.policy.default)


def parts(mail: EmailMessage) -> tuple[str, str]:
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    return text.get_content().replace("\r\n", "\n"), html.get_content()


def test_headers() -> None:
    mail = sent()
    assert mail["From"] == "TestFlux <tests@example.org>"
    assert mail["To"] == "anna@example.org, ben@example.org"
    assert mail["Subject"] == "[webshop] failed: 6 new failures in nightly #1284"
    assert mail["Message-ID"] == "<msg_3-17@example.org>"
    assert mail["Date"] == "Sun, 22 Nov 2026 16:00:01 +0000"
    assert mail["List-Id"] == "<webshop.testflux.example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "multipart/alternative"


def test_the_text_says_what_failed() -> None:
    text, _ = parts(sent())
    assert text == (
        "6 new failures since #1279, 6 still failing\n"
        "Web shop · nightly #1284 · failed\n"
        "\n"
        "https://tests.example/runs/3-1284\n"
        "\n"
        "Branch       main\n"
        "Commit       0123456789ab\n"
        "Environment  staging\n"
        "Started      2026-11-22 15:58 UTC\n"
        "Took         1 min 01 s\n"
        "\n"
        "- Pays by card  [new]\n"
        "  Shop / Checkout\n"
        "  AssertionError: 500 != 200\n"
        "  second line\n"
        "- Logs in\n"
        "  Shop / Account\n"
        "- and 10 more: https://tests.example/runs/3-1284\n"
        "\n"
        "-- \n"
        "You get this because a channel of Web shop names your address: "
        "https://tests.example/p/webshop/notifications\n"
    )


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str | None] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def read(html: str) -> _Text:
    reader = _Text()
    reader.feed(html)
    return reader


def test_the_html_says_the_same() -> None:
    html = read(parts(sent())[1])
    words = " ".join(html.words)
    for expected in (
        "6 new failures since #1279, 6 still failing",
        "Pays by card new Shop / Checkout AssertionError: 500",
        "Logs in Shop / Account",
        "and 10 more",
        "Branch main",
        "Web shop · nightly #1284",
    ):
        assert expected in words
    assert html.links[0] == "https://tests.example/runs/3-1284"


def test_the_html_loads_nothing_from_anywhere() -> None:
    assert not read(parts(sent())[1]).tags & {"img", "link", "script", "style", "iframe"}


def test_texts_from_reports_are_escaped() -> None:
    evil = "<script>alert(1)</script>&\"'"
    item = Item(evil, evil, evil, is_new=True)
    text, html = parts(sent(msgspec.structs.replace(TOLD, items=(item,), name=evil, project_name=evil, branch=evil)))
    assert "<script>" not in html
    assert (
        html.count("&lt;script&gt;alert(1)&lt;/script&gt;&amp;") == 7
    )  # the project twice, lane, branch, and the item's three
    assert text.count(evil) == 7


@given(st.text())
def test_no_name_starts_a_header_of_its_own(name: str) -> None:
    told = msgspec.structs.replace(TOLD, name=f"x\r\nBcc: eve@example.net\n\n{name}")
    assert "\n" not in channel.subject(told)
    mail = sent(told)
    assert mail["Bcc"] is None
    assert mail["To"] == "anna@example.org, ben@example.org"


@pytest.mark.parametrize("sender", ["", "nobody", "TestFlux", "<>"])
def test_a_sender_that_is_no_address_is_a_setup_error(sender: str) -> None:
    with pytest.raises(errors.SetupError, match="TESTFLUX_MAIL_FROM"):
        letter.read_sender(sender)


def test_a_sender_starts_no_header_of_its_own() -> None:
    mail = sent(sender="TestFlux\r\nBcc: eve@example.net <ci@example.org>")
    assert mail["Bcc"] is None


def test_a_bare_sender_is_named_testflux() -> None:
    assert str(letter.read_sender("ci@example.org")) == "TestFlux <ci@example.org>"


@pytest.mark.parametrize("recipient", ["anna@example.org", "o'brien+tests@mail.example.org", "ü@example.org"])
def test_recipients(recipient: str) -> None:
    channel.check_recipients([recipient])


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "anna",
        "anna@",
        "@example.org",
        "Anna <anna@example.org>",
        "a@b, c@d",
        "a@b\nBcc: c@d",
        "a b@example.org",
        "a@b@c",
    ],
)
def test_what_is_no_recipient(recipient: str) -> None:
    with pytest.raises(errors.InvalidError) as caught:
        channel.check_recipients(["anna@example.org", recipient])
    assert caught.value.field == "config.recipients"


def test_somebody_has_to_receive() -> None:
    with pytest.raises(errors.InvalidError, match="needs a recipient"):
        channel.check_recipients([])


def test_a_lane_without_a_name_is_called_by_its_number() -> None:
    assert channel.subject(msgspec.structs.replace(TOLD, name="")) == "[webshop] failed: 6 new failures in #1284"


def test_the_test_message() -> None:
    mail = sent(message.build_test("webshop", "Web shop", NOW))
    text, html = parts(mail)
    assert mail["Subject"] == "[webshop] Test message from TestFlux"
    assert "No run stands behind this message" in text
    assert "No run stands behind this message" in html
    assert "https://tests.example/p/webshop" in text


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (0, "0 ms"),
        (840, "840 ms"),
        (12_345, "12.3 s"),
        (59_999, "59.9 s"),
        (60_000, "1 min 00 s"),
        (245_000, "4 min 05 s"),
        (3_720_000, "1 h 02 min"),
        (3_600_000_000, "1,000 h 00 min"),
    ],
)
def test_duration(milliseconds: int, words: str) -> None:
    assert channel.duration(milliseconds) == words
