"""The link to set a new password, as an e-mail."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage

from testflux.notify import letter


def compose(
    recipient: str, url: str, expires_at: datetime, *, address: str, sender: str, key: str, at: datetime
) -> EmailMessage:
    """Write the mail; `address` is where the wish came from, `key` names this sending, `at` is when it was made."""
    mail = letter.begin(sender, [recipient], "Set a new password for TestFlux", key=key, at=at)
    values = {"url": url, "email": recipient, "address": letter.line(address), "until": f"{expires_at:%H:%M} UTC"}
    letter.fill(mail, "reset", values)
    return mail
