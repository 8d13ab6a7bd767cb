from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from testflux.notify import invitation
from testflux.notify.invitation import Invitation

NOW = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
TOLD = Invitation(
    email="new@example.org",
    inviter="Administrator",
    organisation="Example & Co",
    role="Maintainer",
    project="Web <shop>",
    url="https://tests.example/join#secret",
    expires_at=datetime(2026, 11, 30, 9, 5, tzinfo=UTC),
)


def sent(told: Invitation = TOLD) -> EmailMessage:
    """The mail as its receiver reads it: through its bytes."""
    composed = invitation.compose(told, sender="TestFlux <tests@example.org>", key="inv_3_1", at=NOW)
    return email.message_from_bytes(composed.as_bytes(), policy=email.policy.default)


def parts(mail: EmailMessage) -> tuple[str, str]:
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    return text.get_content().replace("\r\n", "\n"), html.get_content()


def test_headers() -> None:
    mail = sent()
    assert mail["To"] == "new@example.org"
    assert mail["Subject"] == "Administrator invites you to Example & Co"
    assert mail["Message-ID"] == "<inv_3_1@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] is None


def test_both_parts_say_who_what_and_until_when() -> None:
    text, html = parts(sent())
    assert "You would be Maintainer in Web <shop>. Accept until 30 November 2026 09:05 UTC:" in text
    assert "\nhttps://tests.example/join#secret\n" in text
    assert 'href="https://tests.example/join#secret"' in html
    assert "Web &lt;shop&gt;" in html
    assert "Example &amp; Co" in html


def test_a_role_in_the_whole_organisation_names_no_project() -> None:
    text, _ = parts(sent(msgspec.structs.replace(TOLD, project="")))
    assert "You would be Maintainer. Accept" in text


@given(name=st.text(max_size=60))
def test_no_name_starts_a_header_or_a_tag(name: str) -> None:
    mail = sent(msgspec.structs.replace(TOLD, inviter=name, organisation=f"{name}\r\nBcc: eve@example.net"))
    assert mail["Bcc"] is None
    assert mail["To"] == "new@example.org"
    assert "<script" not in parts(sent(msgspec.structs.replace(TOLD, inviter=f"<script>{name}")))[1]
