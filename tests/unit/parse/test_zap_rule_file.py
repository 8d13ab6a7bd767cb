from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.parse import zap_rule_file

FILE = (
    "# zap-baseline rule configuration file\n"
    "\n"
    "10011\tWARN\t(Cookie Without Secure Flag)\n"
    "10015\tFAIL\t(Cache-control)\tAsk the platform team\r\n"
    "10015,10020\tOUTOFSCOPE\thttps://shop\\.example/old/.*\n"
    "*\tOUTOFSCOPE\t.*\\.woff2$\n"
    "10011\tIGNORE\t(Cookie Without Secure Flag)\n"
)


def test_every_line_has_its_place() -> None:
    seen = zap_rule_file.parse(FILE)
    assert seen.rules == (
        zap_rule_file.Rule("10011", "WARN", "Cookie Without Secure Flag", "", 3),
        zap_rule_file.Rule("10015", "FAIL", "Cache-control", "Ask the platform team", 4),
        zap_rule_file.Rule("10011", "IGNORE", "Cookie Without Secure Flag", "", 7),
    )
    assert seen.exclusions == (
        zap_rule_file.Exclusion(("10015", "10020"), "https://shop\\.example/old/.*", 5),
        zap_rule_file.Exclusion(("*",), ".*\\.woff2$", 6),
    )


def test_the_last_line_on_a_rule_counts_and_silence_means_warn() -> None:
    seen = zap_rule_file.parse(FILE)
    assert [seen.action(rule) for rule in ("10011", "10015", "40012")] == ["IGNORE", "FAIL", "WARN"]


@pytest.mark.parametrize(
    ("rule", "address", "is_out"),
    [
        ("10015", "https://shop.example/old/a", True),
        ("10011", "https://shop.example/old/a", False),
        ("10015", "https://shop.example/new", False),
        ("10015", "http://x/?u=https://shop.example/old/a", False),
        ("40012", "https://shop.example/font.woff2", True),
    ],
)
def test_addresses_are_taken_out_from_their_start(rule: str, address: str, *, is_out: bool) -> None:
    assert zap_rule_file.parse(FILE).is_out_of_scope(rule, address) is is_out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("10011 FAIL (spaces)", "has 1 fields"),
        ("10011\tFAIL", "has 2 fields"),
        ("10011\tFAIL\t", "has 2 fields"),
        ("10011\tDENY\t(x)", "'DENY'"),
        ("*\tFAIL\t(x)", "'*'"),
        ("cookie\tFAIL\t(x)", "'cookie'"),
        ("10011,x\tOUTOFSCOPE\t.*", "'10011,x'"),
        ("10011\tOUTOFSCOPE\t(", "regular expression"),
    ],
)
def test_a_line_that_is_wrong_is_named(line: str, said: str) -> None:
    with pytest.raises(errors.ReportError) as caught:
        zap_rule_file.parse(f"# first\n\n{line}\n")
    assert caught.value.code == "rule-file-invalid"
    assert caught.value.line == 3
    assert "Line 3" in caught.value.message
    assert said in caught.value.message
    assert caught.value.hint


def test_an_empty_file_has_no_rules() -> None:
    assert zap_rule_file.parse("") == zap_rule_file.parse("# nothing\n \n") == zap_rule_file.RuleFile()
    assert zap_rule_file.parse("\ufeff10011\tPASS\t\tsaid").rules[0].message == "said"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (FILE, True),
        ("10011\tWARN\t", True),
        ("# x\n10011,40012\tOUTOFSCOPE\t.*", True),
        ("*\tOUTOFSCOPE\t.*", True),
        ("# only a comment\n", False),
        ("", False),
        ("10011\tbroken\t", False),
        ("name\tFAIL\tx", False),
        ("a log\n10011\tWARN\tx", False),
    ],
)
def test_a_rule_file_is_known_by_its_first_rule(text: str, *, is_one: bool) -> None:
    assert zap_rule_file.looks_like(text) is is_one


@given(st.text(alphabet="10\t\n#*,(.AFILWRN x", max_size=80))
def test_any_text_is_read_or_refused_with_its_line(text: str) -> None:
    seen = read_or_refuse(text)
    if isinstance(seen, errors.ReportError):
        assert 1 <= (seen.line or 0) <= len(text.splitlines())
    else:
        assert all(rule.action in zap_rule_file.ACTIONS for rule in seen.rules)


def read_or_refuse(text: str) -> zap_rule_file.RuleFile | errors.ReportError:
    try:
        return zap_rule_file.parse(text)
    except errors.ReportError as refusal:
        return refusal
