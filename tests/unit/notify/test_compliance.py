from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from testflux.model.compliance import Report, Section
from testflux.notify import compliance, compliance_html, compliance_pdf

LAST = date(2026, 10, 31)
IN, AFTER = datetime(2026, 10, 5, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
MEMBER: dict[str, Any] = {
    "email": "ana@example.org",
    "name": "Ana",
    "joined_at": IN,
    "disabled_at": None,
    "last_sign_in_at": None,
    "has_second_factor": True,
    "role": "admin",
    "project": None,
    "since": IN,
    "given_by": "bo@example.org",
    "provider": None,
}
EVENT: dict[str, Any] = {
    "number": 7,
    "happened_at": IN,
    "act": "member.change",
    "actor_kind": "person",
    "actor_name": "bo@example.org",
    "target_kind": "person",
    "target_id": "3",
    "target_name": "ana@example.org",
    "is_refused": False,
    "address": "192.0.2.1",
    "before": {"role": "viewer", "gone": None},
    "after": {"role": "admin", "new": [1]},
}


def report(*sections: Section) -> Report:
    return Report(
        organisation="Acme <b> & Söhne",
        first=date(2026, 10, 1),
        last=LAST,
        made_at=AFTER,
        made_by="bo@example.org",
        facts=[("Audit log", "Whole")],
        sections=list(sections),
    )


def test_access_says_who_where_since_when_by_whom() -> None:
    [row] = compliance.access([MEMBER], LAST).rows
    assert row == ("Ana\nana@example.org", "admin", "everywhere", "2026-10-05", "bo@example.org", "second factor")


def test_what_began_after_the_period_says_so() -> None:
    [row] = compliance.access([MEMBER | {"since": AFTER, "project": "shop", "provider": "Okta"}], LAST).rows
    assert row[2:5] == ("shop", "2026-11-02, after the period", "single sign-on: Okta")


def test_a_member_without_a_role_and_one_who_is_switched_off() -> None:
    rows = compliance.access([MEMBER | {"role": None}, MEMBER | {"disabled_at": IN}], LAST).rows
    assert rows[0][1:4] == ("none", "", "2026-10-05")
    assert rows[1][-1] == "switched off"


def test_tokens_say_what_they_may() -> None:
    token = {
        "name": "ci",
        "kind": "service",
        "owner": "bo@example.org",
        "role": "member",
        "scopes": ["upload"],
        "created_at": IN,
        "expires_at": None,
        "last_used_at": AFTER,
        "projects": ["shop"],
    }
    [row] = compliance.tokens([token], LAST).rows
    assert row == ("ci (service)", "bo@example.org", "member, upload", "shop", "2026-10-05", "never", "2026-11-02")


def test_an_event_says_what_changed() -> None:
    [row] = compliance.events("Title", "About.", [EVENT], 10).rows
    assert row[:4] == (
        "7",
        "2026-10-05 00:00:00",
        "bo@example.org\nfrom 192.0.2.1",
        "A member was changed: their role, their name, or whether they may sign in: ana@example.org",
    )
    assert row[4] == "role: viewer → admin\ngone: null\nnew: [1]"


def test_a_refused_act_says_so_and_a_long_change_is_cut() -> None:
    [row] = compliance.events("T", "A.", [EVENT | {"is_refused": True, "after": {"x": "y" * 999}}], 10).rows
    assert "(refused)" in row[3]
    assert len(row[4]) == 301


def test_more_events_than_fit_are_told() -> None:
    section = compliance.events("Title", "About.", [EVENT] * 4, 3)
    assert len(section.rows) == 3
    assert "Only the first 3 are shown" in section.about


def test_failed_sign_ins_and_counts() -> None:
    failed = {"actor_name": "nobody", "target_name": "", "address": "192.0.2.9", "count": 1200, "first": IN, "last": IN}
    [row] = compliance.failed_sign_ins([failed]).rows
    assert row[:3] == ("nobody", "192.0.2.9", "1,200")
    assert compliance.counts({"run.star": {False: 2}, "a.b": {True: 1}}).rows == [
        ("a.b", "", "0", "1"),
        ("run.star", "A run was starred: retention leaves it alone.", "2", "0"),
    ]


def test_the_page_escapes_what_people_wrote_and_loads_nothing() -> None:
    hostile = EVENT | {"actor_name": "<script>alert(1)</script>", "before": {"x": '"><img src=x onerror=y>'}}
    page = compliance_html.write(report(compliance.events("T", "A.", [hostile], 10))).decode()

    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert re.findall(r"(?:src|href)=", page.replace("&lt;img src=", "")) == []
    assert "@media print" in page


def test_an_empty_section_says_so_on_page_and_paper() -> None:
    empty = compliance.events("T", "A.", [], 10)
    assert empty.nothing in compliance_html.write(report(empty)).decode()
    assert compliance_pdf.write(report(empty)).startswith(b"%PDF-")


def test_the_document_takes_any_text_and_grows_over_pages() -> None:
    hostile = EVENT | {"actor_name": "<b>&\x00\ud800 日本", "target_name": "x" * 500, "after": {"k": "y" * 5000}}
    few = compliance_pdf.write(report(compliance.events("T", "A.", [hostile], 10)))
    many = compliance_pdf.write(report(compliance.events("T", "A.", [hostile] * 100, 100)))

    assert few.count(b"/Type /Page\n") == 1
    assert many.count(b"/Type /Page\n") > 5
