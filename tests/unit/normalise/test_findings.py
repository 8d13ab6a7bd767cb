from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit.numbers import Numbers
from testflux.model import raw, report
from testflux.model.status import Confidence, Severity
from testflux.normalise import findings, zap_rules

HERE = raw.RawInstance("http://h/item/7?id=1", "GET", "Id")


def make(rule: str = "40012", *instances: raw.RawInstance, **fields: object) -> raw.RawAlert:
    alert = raw.RawAlert(rule.partition("-")[0], "Name", list(instances), alert_ref=rule, site="http://h:8080")
    return msgspec.structs.replace(alert, **fields)


def find(*alerts: raw.RawAlert) -> report.Finding:
    (finding,) = findings.build(alerts)
    return finding


def test_systemic_rules_speak_of_the_whole_origin() -> None:
    pages = [raw.RawInstance(f"http://h/{page}", "GET", "x-frame-options") for page in "abc"]
    finding = find(make("10020-1", *pages))
    assert (finding.method, finding.template, finding.param, finding.count) == ("*", "*", "", 3)
    assert len(finding.occurrences) == 3


def test_cookies_are_told_apart() -> None:
    cookies = [raw.RawInstance("http://h/", "GET", name) for name in ("sid", "SID ", "theme")]
    assert [finding.param for finding in findings.build([make("10010", *cookies)])] == ["sid", "theme"]


def test_a_segment_that_the_scanner_made_up_is_dropped() -> None:
    made_up = [raw.RawInstance(f"http://h/files/{end}", "PUT") for end in ("x81ht2", "zz9")]
    assert find(make("90028", *made_up)).template == "/files"
    assert find(make("90028", raw.RawInstance("http://h/only", "PUT"))).template == "/"


Volatile = st.fixed_dictionaries(
    {
        "name": st.text(max_size=5),
        "risk": st.integers(0, 3),
        "confidence": st.integers(0, 4),
        "cwe": st.none() | st.integers(1, 999),
        "count": st.none() | st.integers(0, 99),
        "is_systemic": st.none() | st.booleans(),
        "description": st.text(max_size=9),
        "other": st.text(max_size=9),
    }
)
Seen = st.fixed_dictionaries({key: st.text(max_size=9) for key in ("attack", "evidence", "other", "node_name")})


@given(Volatile, Seen, st.integers(0, 9999))
def test_texts_levels_and_evidence_are_no_part_of_it(
    alert: dict[str, object], seen: dict[str, str], number: int
) -> None:
    instance = raw.RawInstance(f"HTTP://H:80/item/{number}/?id={number}", "get", "ID")
    instance = msgspec.structs.replace(instance, **seen)
    assert find(make("40012", instance, **alert)).digest == find(make("40012", HERE)).digest


@pytest.mark.parametrize(
    ("rule", "instance"),
    [
        ("40018", HERE),
        ("40012", raw.RawInstance("https://h/item/7", "GET", "id")),
        ("40012", raw.RawInstance("http://h/item/7", "POST", "id")),
        ("40012", raw.RawInstance("http://h/item/7/edit", "GET", "id")),
        ("40012", raw.RawInstance("http://h/item/7", "GET", "name")),
    ],
)
def test_another_rule_or_place_is_another_finding(rule: str, instance: raw.RawInstance) -> None:
    assert find(make(rule, instance)).digest != find(make("40012", HERE)).digest


def test_the_digest_never_changes() -> None:
    """Triage depends on it: another algorithm needs another name."""
    assert zap_rules.VERSION == "zap/1"
    assert find(make("40012", HERE)).algorithm == "zap/1"
    assert find(make("40012", HERE)).digest.hex() == "239ebee2e9ae674916774de5e4cc6836"


def test_equal_instances_are_one_occurrence_even_on_overlapping_sites() -> None:
    finding = find(make("40012", HERE, HERE, site="http://h"), make("40012", HERE, site="http://h:8080"))
    assert len(finding.occurrences) == 1
    assert finding.count == 1


@pytest.mark.parametrize("tool", ["", "Semgrep"])
def test_occurrences_are_distinct_and_in_the_order_of_the_file(tool: str) -> None:
    pages = [raw.RawInstance(f"http://h/item/{at}", "GET", evidence="e") for at in (3, 1, 3, 2, 1)]
    finding = find(make("40012", *pages, tool=tool))
    assert [occurrence.uri[-1] for occurrence in finding.occurrences] == ["3", "1", "2"]
    assert finding.count == 3


def test_alerts_may_hold_their_instances_as_they_like() -> None:
    here, there = HERE, raw.RawInstance("http://h/item/8", "GET", "Id", evidence="e")
    numbers = Numbers()
    expected = findings.build([make("40012", here), make("40012", there, here), make("40018", there)])
    packed = [raw.Instances(numbers, [here]), raw.Instances(Numbers(), [there, here]), raw.Instances(numbers, [there])]
    alerts = [
        make("40012", instances=packed[0]),
        make("40012", instances=packed[1]),
        make("40018", instances=packed[2]),
    ]
    assert findings.build(alerts) == expected
    assert findings.build([alerts[0], make("40012", there, here), alerts[2]]) == expected
    assert [list(finding.occurrences) for finding in expected] == [
        [report.Occurrence("http://h/item/7?id=1", "GET", "Id", "", "", ""), occurrence_of(there)],
        [occurrence_of(there)],
    ]


def occurrence_of(instance: raw.RawInstance) -> report.Occurrence:
    return report.Occurrence(instance.uri, instance.method, instance.param, "", instance.evidence, "")


def test_the_tools_own_count_is_kept_where_it_can_be_told_whose_it_is() -> None:
    elsewhere = raw.RawInstance("http://h/other", "GET")
    assert find(make("40012", HERE, count=500)).count == 500
    assert [finding.count for finding in findings.build([make("40012", HERE, elsewhere, count=500)])] == [1, 1]


def test_the_gravest_alert_speaks_and_a_suppressed_one_does_not() -> None:
    finding = find(
        make("40012", HERE, name="low", risk=1, confidence=2),
        make("40012", HERE, name="high", risk=3, confidence=1),
        make("40012", HERE, name="suppressed", risk=3, confidence=0),
    )
    assert (finding.name, finding.severity, finding.confidence) == ("high", Severity.HIGH, Confidence.MEDIUM)


def test_a_false_positive_is_kept_and_marked() -> None:
    assert find(make("40012", HERE, risk=3, confidence=0)).confidence is Confidence.FALSE_POSITIVE


def test_what_is_not_said_is_taken_low() -> None:
    finding = find(make("40012", HERE))
    assert (finding.severity, finding.confidence) == (Severity.INFORMATIONAL, Confidence.LOW)


def test_an_alert_without_instances_is_on_its_site() -> None:
    finding = find(make("40012", risk=3, count=0))
    assert (finding.origin, finding.method, finding.template) == ("http://h:8080", "*", "*")
    assert (finding.occurrences, finding.count) == ((), 0)


def test_texts_become_plain_and_references_a_list() -> None:
    finding = find(
        make(
            "40012",
            msgspec.structs.replace(HERE, request_header="GET / HTTP/1.1\r\n\r\n", request_body="a", response_body="b"),
            description="<p>one</p><p>two</p>",
            solution="lines\nstay",
            reference="<p>https://a.example/x</p><p>https://b.example</p><p>https://a.example/x</p>",
            tags={"CWE-79": ""},
            cwe=79,
            wasc=8,
        )
    )
    assert (finding.description, finding.solution) == ("one\n\ntwo", "lines\nstay")
    assert finding.references == ("https://a.example/x", "https://b.example")
    assert (finding.tags, finding.cwe, finding.wasc) == ({"CWE-79": ""}, 79, 8)
    assert finding.occurrences[0].request == "GET / HTTP/1.1\r\n\r\na"
    assert finding.occurrences[0].response == "b"
    assert finding.occurrences[0].param == "Id"


@pytest.mark.parametrize("tool", ["", "Semgrep"])
def test_what_the_scanner_signed_in_with_is_hidden(tool: str) -> None:
    instance = msgspec.structs.replace(
        HERE,
        request_header="GET / HTTP/1.1\r\nCookie: sid=1\r\nAuthorization: Bearer x\r\n\r\n",
        request_body="Cookie: of a body",
        response_header="HTTP/1.1 200 OK\r\nSet-Cookie: sid=2\r\n\r\n",
    )
    (occurrence,) = find(make("40012", instance, tool=tool)).occurrences
    hidden = "GET / HTTP/1.1\r\nCookie: [hidden]\r\nAuthorization: [hidden]\r\n\r\nCookie: of a body"
    assert occurrence.request == hidden
    assert occurrence.response == "HTTP/1.1 200 OK\r\nSet-Cookie: [hidden]\r\n\r\n"


@given(st.permutations([make("40012", HERE), make("40018", HERE), make("10021", HERE), make("10010", HERE)]))
def test_the_order_of_a_file_does_not_matter(alerts: list[raw.RawAlert]) -> None:
    assert {finding.digest for finding in findings.build(alerts)} == {
        finding.digest for finding in findings.build(sorted(alerts, key=lambda alert: alert.plugin_id))
    }
