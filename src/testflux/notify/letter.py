"""What every e-mail of ours has: its headers, and its body in text and in HTML, from a template of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Final

import jinja2

from testflux.kit import errors

ADDRESS: Final = re.compile(r"[^\s@<>()\[\],;:\\\"]+@[^\s@<>()\[\],;:\\\"]+")
_templates = jinja2.Environment(
    loader=jinja2.PackageLoader("testflux.notify"),
    autoescape=jinja2.select_autoescape(["html"]),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def begin(sender: str, recipients: list[str], subject: str, *, key: str, at: datetime) -> EmailMessage:
    """Write the headers. `key` names the occasion: the same one gives the same Message-ID, so that repeats show.

    `sender` is an address, with or without a display name; `at` is when the mail was made.
    """
    origin = read_sender(sender)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = origin
    mail["To"] = [Address(addr_spec=recipient) for recipient in recipients]
    mail["Subject"] = line(subject)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{key}@{origin.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    return mail


def fill(mail: EmailMessage, template: str, values: Mapping[str, object]) -> None:
    """Write the body from `template`.txt and `template`.html."""
    mail.set_content(_templates.get_template(f"{template}.txt").render(values))
    mail.add_alternative(_templates.get_template(f"{template}.html").render(values), subtype="html")


def read_sender(sender: str) -> Address:
    """Read `name@example.org` or `TestFlux <name@example.org>`; SetupError when it holds no address."""
    name, address = parseaddr(sender)
    if not ADDRESS.fullmatch(address):
        raise errors.SetupError(
            "TESTFLUX_MAIL_FROM is no e-mail address.",
            hint="Write testflux@example.org or TestFlux <testflux@example.org>.",
        )
    return Address(display_name=line(name) or "TestFlux", addr_spec=address)


def line(text: str) -> str:
    """Fold all white space, so that no text from elsewhere starts a header of its own."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
