from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.model import raw, report
from testflux.model.status import Confidence, Severity
from testflux.normalise import findings, sarif_identity

HERE = raw.RawInstance(evidence="eval(x)", path="src/app.py", line=12, logical="app.run", other="Do not.")


def make(*instances: raw.RawInstance, rule: str = "R1", **fields: object) -> raw.RawAlert:
    alert = raw.RawAlert(rule, "Rule one", list(instances), risk=3, confidence=2, tool="Semgrep")
    return msgspec.structs.replace(alert, **fields)


def change(**fields: object) -> raw.RawInstance:
    return msgspec.structs.replace(HERE, **fields)


def find(*alerts: raw.RawAlert) -> report.Finding:
    (finding,) = findings.build(alerts)
    return finding


def test_a_finding_in_a_file() -> None:
    finding = find(make(HERE))
    assert (finding.algorithm, finding.rule, finding.origin, finding.method) == ("sarif/1", "R1", "", "")
    assert (finding.template, finding.param, finding.count) == ("src/app.py", "app.run", 1)
    assert (finding.severity, finding.confidence) == (Severity.HIGH, Confidence.MEDIUM)
    (occurrence,) = finding.occurrences
    assert (occurrence.uri, occurrence.evidence, occurrence.other) == ("src/app.py:12", "eval(x)", "Do not.")


def test_a_finding_at_an_address_and_one_nowhere() -> None:
    finding = find(make(raw.RawInstance("https://h/item/7?q=1", "post", evidence="ok")))
    assert (finding.origin, finding.method, finding.template) == ("https://h:443", "POST", "/item/{n}")
    assert finding.occurrences[0].uri == "https://h/item/7?q=1"
    assert find(make(raw.RawInstance())).template == "*"


def test_the_digest_never_changes() -> None:
    """Triage depends on it: another algorithm needs another name."""
    assert sarif_identity.VERSION == "sarif/1"
    assert find(make(HERE)).digest.hex() == "60cd2f5ad8856d276e6ecffc8802ecc7"
    assert find(make(change(fingerprint="39fa2ee980eb94b0:1"))).digest.hex() == "d5739d5fe2ad07ba084d7c371cead004"


Volatile = st.fixed_dictionaries(
    {
        "line": st.none() | st.integers(1, 9999),
        "other": st.text(max_size=9),
        "logical": st.text(max_size=9),
        "evidence": st.sampled_from(["eval(x)", "  eval(x)\n", "eval(x) "]),
    }
)
Alert = st.fixed_dictionaries(
    {"name": st.text(max_size=5), "risk": st.integers(0, 4), "confidence": st.integers(0, 4), "tool": st.just("Other")}
)


@given(Volatile, Alert)
def test_lines_messages_and_levels_are_no_part_of_it(seen: dict[str, object], alert: dict[str, object]) -> None:
    changed = msgspec.structs.replace(make(change(**seen)), **alert)
    assert find(changed).digest == find(make(HERE)).digest


@given(st.text(max_size=9), st.integers(1, 99))
def test_a_fingerprint_stands_for_the_text(evidence: str, line: int) -> None:
    one, other = (change(fingerprint="abcdef0123", **more) for more in ({}, {"evidence": evidence, "line": line}))
    assert find(make(one)).digest == find(make(other)).digest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"evidence": "exec(x)"}),
        ({}, {"path": "src/other.py"}),
        ({"fingerprint": "abcdef01"}, {"fingerprint": "abcdef02"}),
        ({"fingerprint": "abcdef01"}, {"fingerprint": "abcdef01", "path": "src/other.py"}),
        ({"fingerprint": "eval(x)"}, {}),
        ({"evidence": ""}, {"evidence": "", "logical": "app.stop"}),
        ({"evidence": "app.run"}, {"evidence": ""}),
    ],
)
def test_another_place_is_another_finding(one: dict[str, object], other: dict[str, object]) -> None:
    assert len(findings.build([make(change(**one), change(**other))])) == 2


def test_another_rule_is_another_finding() -> None:
    assert len(findings.build([make(HERE), make(HERE, rule="R2")])) == 2


def test_equal_text_in_one_file_is_one_finding_with_its_places() -> None:
    finding = find(make(HERE, change(line=40), HERE))
    assert [occurrence.uri for occurrence in finding.occurrences] == ["src/app.py:12", "src/app.py:40"]
    assert finding.count == 2


def test_answers_of_a_server_are_no_context() -> None:
    pages = [raw.RawInstance("http://h/a", "GET", evidence=text) for text in ("one", "two")]
    assert len(find(make(*pages)).occurrences) == 2


def test_what_is_suppressed_everywhere_is_out_and_what_is_not_is_in() -> None:
    assert find(make(HERE, confidence=0)).confidence is Confidence.FALSE_POSITIVE
    assert find(make(HERE, confidence=0), make(HERE, confidence=1)).confidence is Confidence.LOW


def test_one_foreign_alert_gives_all_the_same_algorithm() -> None:
    built = findings.build([make(HERE), make(raw.RawInstance("http://h/a", "GET"), rule="10021", tool="")])
    assert {finding.algorithm for finding in built} == {"sarif/1"}
    assert built[1].template == "/a"


@pytest.mark.parametrize(
    ("instance", "position"),
    [
        (HERE, "src/app.py:12"),
        (change(line=None), "src/app.py"),
        (raw.RawInstance(" http://h/a "), "http://h/a"),
        (raw.RawInstance(), ""),
    ],
)
def test_positions(instance: raw.RawInstance, position: str) -> None:
    assert sarif_identity.position(instance) == position
