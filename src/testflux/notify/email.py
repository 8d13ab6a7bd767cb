"""A message as an e-mail, in text and in HTML."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage

from testflux.kit import errors
from testflux.model.message import Event, RunMessage
from testflux.model.status import Verdict
from testflux.notify import headline, letter, message

_COLOURS = {
    Verdict.PASSED: "#23734a",
    Verdict.FAILED: "#b92a45",
    Verdict.FLAKY: "#8a5a00",
    Verdict.EMPTY: "#586675",
    Verdict.INCOMPLETE: "#a34a18",
}
"""White text on these is readable, whichever way a mail program paints its page."""


def check_recipients(recipients: list[str]) -> None:
    """Raise InvalidError unless there is at least one recipient and each is a plain address."""
    if not recipients:
        raise errors.InvalidError("An e-mail channel needs a recipient.", field="config.recipients")
    for recipient in recipients:
        if not letter.ADDRESS.fullmatch(recipient):
            raise errors.InvalidError(
                f"{recipient[:100]!r} is no e-mail address.",
                field="config.recipients",
                hint="Write each as name@example.org, without a display name.",
            )


def compose(
    told: RunMessage, *, base_url: str, sender: str, recipients: list[str], key: str, at: datetime
) -> EmailMessage:
    """Write the mail. `key` names the delivery: the same one gives the same Message-ID, so that a repeat shows itself.

    `sender` is an address, with or without a display name; `at` is when the message was made.
    """
    mail = letter.begin(sender, recipients, subject(told), key=key, at=at)
    mail["List-Id"] = f"<{told.project_slug}.testflux.{letter.read_sender(sender).domain}>"
    letter.fill(mail, "test" if told.event is Event.TEST else "run", _values(told, base_url))
    return mail


def subject(told: RunMessage) -> str:
    """Say the news in one line, e.g. `[webshop] failed: 6 new failures in nightly #1284`."""
    if told.event is Event.TEST:
        return letter.line(f"[{told.project_slug}] Test message from TestFlux")
    lane = f"{told.name} #{told.run_number}" if told.name else f"#{told.run_number}"
    return letter.line(f"[{told.project_slug}] {told.verdict}: {headline.lead(message.facts(told))} in {lane}")


def _values(told: RunMessage, base_url: str) -> dict[str, object]:
    about = {
        "Branch": told.branch,
        "Commit": told.commit[:12],
        "Environment": told.environment,
        "Test type": told.type,
        "Started": f"{told.started_at:%Y-%m-%d %H:%M} UTC",
        "Took": duration(told.duration_ms),
    }
    return {
        "told": told,
        "url": base_url + told.url,
        "channels_url": f"{base_url}/p/{told.project_slug}/notifications",
        "headline": headline.sentence(message.facts(told)),
        "lane": told.name,
        "about": {name: text for name, text in about.items() if text},
        "more": told.item_count - len(told.items),
        "colour": _COLOURS[told.verdict],
    }


def duration(milliseconds: int) -> str:
    """Write a duration for people: `840 ms`, `12.3 s`, `4 min 05 s`, `1 h 02 min`."""
    seconds, rest_ms = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours:,} h {minutes:02} min"
    if minutes:
        return f"{minutes} min {seconds:02} s"
    return f"{seconds}.{rest_ms // 100} s" if seconds else f"{rest_ms} ms"
