from __future__ import annotations

from datetime import UTC, datetime

from testflux.notify import syslog

AT = datetime(2026, 11, 23, 1, 2, 3, 40, tzinfo=UTC)


def test_a_message_as_rfc_5424_has_it() -> None:
    text = syslog.write(b'{"a":"\xc3\xb6"}', at=AT, host="flux.example.org", act="channel.add", is_refused=False)

    assert text == b'<110>1 2026-11-23T01:02:03.000040Z flux.example.org testflux - channel.add - {"a":"\xc3\xb6"}'


def test_what_was_refused_is_a_warning() -> None:
    assert syslog.write(b"{}", at=AT, host="h", act="run.star", is_refused=True).startswith(b"<108>1 ")


def test_the_head_holds_printable_ascii_alone() -> None:
    text = syslog.write(b"{}", at=AT, host="hö st\n", act="x" * 40, is_refused=False)

    assert text.split(b" ")[2:6] == [b"hst", b"testflux", b"-", b"x" * 32]
    assert b" - testflux " in syslog.write(b"{}", at=AT, host="", act="a.b", is_refused=False)
