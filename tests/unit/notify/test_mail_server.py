from __future__ import annotations

import pytest

from testflux.kit import errors
from testflux.notify.mail_server import Encryption, MailServer, read_url


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", MailServer("mail.example", 587, Encryption.AUTO)),
        ("smtp://127.0.0.1:1025?starttls=never", MailServer("127.0.0.1", 1025, Encryption.NEVER)),
        ("smtp://mail.example?starttls=required", MailServer("mail.example", 587, Encryption.REQUIRED)),
        ("smtps://mail.example", MailServer("mail.example", 465, Encryption.IMPLICIT)),
        (
            "smtps://ci:p%40ss%3A%2F@mail.example:2465",
            MailServer("mail.example", 2465, Encryption.IMPLICIT, "ci", "p@ss:/"),
        ),
        ("smtp://ci%40example.org:x@[::1]:25", MailServer("::1", 25, Encryption.AUTO, "ci@example.org", "x")),
    ],
)
def test_addresses(url: str, server: MailServer) -> None:
    assert read_url(url) == server


@pytest.mark.parametrize(
    "url",
    ["", "mail.example", "http://mail.example", "smtp://", "smtp://h:x", "smtp://h:99999", "smtp://h?starttls=perhaps"],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(errors.SetupError, match="TESTFLUX_SMTP_URL"):
        read_url(url)


def test_no_error_repeats_the_password() -> None:
    with pytest.raises(errors.SetupError) as caught:
        read_url("smtp://ci:hunter2@mail.example:port")
    assert "hunter2" not in f"{caught.value} {caught.value.hint}"


def test_its_text_form_hides_the_password() -> None:
    server = read_url("smtps://ci:hunter2@mail.example")
    assert "hunter2" not in f"{server} {server!r} {[server]}"
