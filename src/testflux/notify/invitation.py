"""An invitation to an organisation, as an e-mail."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage

import msgspec

from testflux.notify import letter


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """Who invites whom to what, and the link to accept it. `project` is empty for the whole organisation."""

    email: str
    inviter: str
    organisation: str
    role: str
    project: str
    url: str
    expires_at: datetime


def compose(told: Invitation, *, sender: str, key: str, at: datetime) -> EmailMessage:
    """Write the mail; `key` names this sending, `at` is when it was made."""
    mail = letter.begin(sender, [told.email], f"{told.inviter} invites you to {told.organisation}", key=key, at=at)
    values = {
        "inviter": letter.line(told.inviter),
        "organisation": letter.line(told.organisation),
        "role": letter.line(told.role),
        "project": letter.line(told.project),
        "url": told.url,
        "until": f"{told.expires_at:%d %B %Y %H:%M} UTC",
    }
    letter.fill(mail, "invitation", values)
    return mail
