"""The mail server that TestFlux hands its e-mail to."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from testflux.kit import errors
from testflux.model.message import Outcome

TIMEOUT_S = 15
"""Seconds for each step of the conversation."""
_PORTS = {"smtp": 587, "smtps": 465}


class Encryption(StrEnum):
    """How the conversation is kept private. AUTO: STARTTLS when the server offers it."""

    AUTO = "auto"
    REQUIRED = "required"
    NEVER = "never"
    IMPLICIT = "implicit"


class MailServer(msgspec.Struct, frozen=True):
    """Where to connect and who we are there. Its text form hides the password."""

    host: str
    port: int
    encryption: Encryption
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"MailServer({self.host}:{self.port}, {self.encryption}, user={self.user!r})"


def read_url(url: str) -> MailServer:
    """Read `smtp://user:password@host:port?starttls=auto|required|never` or `smtps://…`, else SetupError."""
    parts = urlsplit(url)
    asked = parse_qs(parts.query).get("starttls", ["auto"])[-1]
    try:
        port = parts.port or _PORTS[parts.scheme]
        encryption = Encryption.IMPLICIT if parts.scheme == "smtps" else _STARTTLS[asked]
    except (KeyError, ValueError) as error:
        raise _malformed() from error
    if not parts.hostname:
        raise _malformed()
    return MailServer(parts.hostname, port, encryption, unquote(parts.username or ""), unquote(parts.password or ""))


_STARTTLS = {str(way): way for way in (Encryption.AUTO, Encryption.REQUIRED, Encryption.NEVER)}


def send(server: MailServer, mail: EmailMessage) -> Outcome:
    """Hand one mail over, blocking; whatever happens is an Outcome, and none of its words holds the password."""
    try:
        with _connect(server) as connection:
            _sign_in(server, connection)
            refused = connection.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        return Outcome(error=f"Every recipient was refused: {_refusals(error.recipients)}")
    except smtplib.SMTPResponseException as error:
        words = _without_password(server, _text(error.smtp_error))
        return Outcome(error=f"The mail server answered {error.smtp_code} {words}", response_code=error.smtp_code)
    except errors.SetupError as error:
        return Outcome(error=f"{error.message} {error.hint}")
    except (OSError, smtplib.SMTPException, ValueError) as error:
        words = _without_password(server, str(error) or type(error).__name__)
        return Outcome(error=f"The mail server {server.host}:{server.port} cannot be used: {words}")
    note = f"Refused: {_refusals(refused)}" if refused else ""
    return Outcome(response_code=250, note=note)


def _connect(server: MailServer) -> smtplib.SMTP:
    if server.encryption is Encryption.IMPLICIT:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)


def _sign_in(server: MailServer, connection: smtplib.SMTP) -> None:
    connection.ehlo_or_helo_if_needed()
    is_private = server.encryption is Encryption.IMPLICIT
    offered = server.encryption is Encryption.AUTO and connection.has_extn("starttls")
    if offered or server.encryption is Encryption.REQUIRED:
        connection.starttls(context=ssl.create_default_context())
        is_private = True
    if not server.user:
        return
    if not is_private and server.encryption is not Encryption.NEVER:
        raise errors.SetupError(
            "The mail server offers no encryption, and the password is not sent in the clear.",
            hint="Use smtps://, or say ?starttls=never in TESTFLUX_SMTP_URL if the network is yours.",
        )
    connection.login(server.user, server.password)


def _refusals(refused: dict[str, tuple[int, bytes]]) -> str:
    return "; ".join(f"{address}: {code} {_text(words)}" for address, (code, words) in refused.items())


def _without_password(server: MailServer, words: str) -> str:
    return words.replace(server.password, "…") if server.password else words


def _text(words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return " ".join(text.split())


def _malformed() -> errors.SetupError:
    return errors.SetupError(
        "TESTFLUX_SMTP_URL is no mail server's address.",
        hint="Write smtp://user:password@host:587 or smtps://user:password@host:465; "
        "in the password, @ : / become %40 %3A %2F.",
    )
