from __future__ import annotations

from datetime import UTC, datetime, timedelta

from testflux.notify import reset

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
URL = "https://tests.example/reset#" + "x" * 43


def compose(address: str = "192.0.2.7") -> tuple[str, str, str]:
    """Return the headers, the text and the HTML of a mail."""
    mail = reset.compose(
        "ada@example.org",
        URL,
        AT + timedelta(hours=1),
        address=address,
        sender="TestFlux <ci@example.org>",
        key="reset_1",
        at=AT,
    )
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    return str(mail.items()), text.get_content(), page.get_content()


def test_it_says_who_asked_what_to_do_and_until_when() -> None:
    headers, *bodies = compose()
    assert "ada@example.org" in headers
    assert "Set a new password for TestFlux" in headers
    for body in bodies:
        assert URL in body
        assert "192.0.2.7" in body
        assert "13:00 UTC" in body
        assert "If it was not you, do nothing" in body


def test_the_link_is_in_no_header() -> None:
    headers, *_ = compose()
    assert "x" * 43 not in headers


def test_an_address_that_somebody_made_up_is_only_text() -> None:
    headers, text, page = compose("<script>alert(1)</script>\r\nBcc: all@example.org")
    assert "Bcc" not in headers
    assert "\nBcc" not in text
    assert "<script>" not in page
