"""Handing mail to a real mail server."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from receivers import MailReceiver, running
from testflux.model.message import Outcome
from testflux.notify import email, mail_server, message

AT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
PASSWORD = "correct horse"


def mail(*recipients: str) -> EmailMessage:
    return email.compose(
        message.build_test("webshop", "Web shop", AT),
        base_url="https://tests.example",
        sender="ci@example.org",
        recipients=list(recipients) or ["anna@example.org"],
        key="msg_1-1",
        at=AT,
    )


def send(
    receiver: MailReceiver, query: str = "", user: str = "", scheme: str = "smtp", what: EmailMessage | None = None
) -> Outcome:
    host = f"{user}localhost:{receiver.port}" if user else f"127.0.0.1:{receiver.port}"
    return mail_server.send(mail_server.read_url(f"{scheme}://{host}{query}"), what or mail())


def authenticated(**options: Any) -> Any:
    def check(_server: object, _session: object, _envelope: object, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"ci", PASSWORD.encode()), handled=False)

    return lambda: MailReceiver(authenticator=check, auth_required=True, **options)


def test_a_mail_arrives_whole(mail_receiver: MailReceiver) -> None:
    outcome = send(mail_receiver, what=mail("anna@example.org", "ben@example.org"))
    assert outcome == Outcome(response_code=250)
    (received,) = mail_receiver.received
    assert received["Message-ID"] == "<msg_1-1@example.org>"
    assert mail_receiver.recipients == [["anna@example.org", "ben@example.org"]]


def test_one_refused_recipient_does_not_keep_it_from_the_others(mail_receiver: MailReceiver) -> None:
    mail_receiver.refused = {"gone@example.org"}
    outcome = send(mail_receiver, what=mail("anna@example.org", "gone@example.org"))
    assert outcome.is_sent
    assert outcome.note == "Refused: gone@example.org: 550 no such mailbox"
    assert mail_receiver.recipients == [["anna@example.org"]]


def test_all_recipients_refused(mail_receiver: MailReceiver) -> None:
    mail_receiver.refused = {"anna@example.org"}
    outcome = send(mail_receiver)
    assert outcome.error == "Every recipient was refused: anna@example.org: 550 no such mailbox"
    assert mail_receiver.received == []


def test_nobody_listens(mail_receiver: MailReceiver) -> None:
    mail_receiver.stop()
    outcome = send(mail_receiver)
    assert outcome.may_retry
    assert f"127.0.0.1:{mail_receiver.port} cannot be used" in outcome.error


def test_signing_in_over_tls(tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with running(authenticated(tls_context=tls, require_starttls=True)) as receiver:
        assert send(receiver, user="ci:correct%20horse@").is_sent
        assert send(receiver, "?starttls=required", user="ci:correct%20horse@").is_sent
        refused = send(receiver, user="ci:wrong%20horse@")
    assert refused.response_code == 535
    assert len(receiver.received) == 2


def test_implicit_tls(tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with running(lambda: MailReceiver(ssl_context=tls)) as receiver:
        assert send(receiver, scheme="smtps", user="@").is_sent


def test_a_certificate_nobody_vouches_for_is_refused(tls: ssl.SSLContext) -> None:
    with running(authenticated(tls_context=tls, require_starttls=True)) as receiver:
        outcome = send(receiver, user="ci:correct%20horse@")
    assert "CERTIFICATE_VERIFY_FAILED" in outcome.error
    assert receiver.received == []


def test_required_encryption_that_is_not_offered(mail_receiver: MailReceiver) -> None:
    outcome = send(mail_receiver, "?starttls=required")
    assert "STARTTLS" in outcome.error
    assert mail_receiver.received == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # which is what is tested
def test_a_password_is_not_sent_in_the_clear_unless_told_so() -> None:
    with running(authenticated(auth_require_tls=False)) as receiver:
        refused = send(receiver, user="ci:correct%20horse@")
        taken = send(receiver, "?starttls=never", user="ci:correct%20horse@")
    assert "not sent in the clear" in refused.error
    assert taken.is_sent
    assert len(receiver.received) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # which is what is tested
def test_a_server_that_repeats_the_password_is_not_quoted() -> None:
    def refuse(_server: object, _session: object, _envelope: object, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=False, handled=False, message=f"535 bad password {data.password.decode()}")

    with running(lambda: MailReceiver(authenticator=refuse, auth_required=True, auth_require_tls=False)) as receiver:
        outcome = send(receiver, "?starttls=never", user="ci:correct%20horse@")
    assert outcome.error.startswith("The mail server answered 535")
    assert PASSWORD not in repr(outcome)
