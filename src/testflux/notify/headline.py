"""What happened in a run, in one sentence: the first line of a message and of the run's page."""

from __future__ import annotations

import msgspec

from testflux.model.status import Kind, Verdict


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a headline is made of; `totals` has the keys of `testflux parse --json` for the kind."""

    kind: Kind
    verdict: Verdict
    totals: dict[str, int | dict[str, int]]
    new_failures: int
    fixed: int
    baseline_number: int | None = None
    flaky: int = 0


def sentence(facts: Facts) -> str:
    """Say how the run ended against its baseline, e.g. `6 new failures since #1279, 3 still failing`."""
    if facts.verdict is Verdict.EMPTY:
        return "The report holds nothing to judge"
    words = _WORDS[facts.kind](facts)
    if facts.verdict is Verdict.INCOMPLETE:
        return f"The report breaks off; in what is there: {words[0].lower()}{words[1:]}"
    return words


def lead(facts: Facts) -> str:
    """Name the most important thing in a few words for a subject line, e.g. `6 new failures`."""
    if facts.verdict is Verdict.EMPTY:
        return "nothing to judge"
    return _LEADS[facts.kind](facts)


def _functional(facts: Facts) -> str:
    bad, total, passed = _bad_tests(facts), _total(facts, "total"), _total(facts, "passed")
    if bad:
        return _functional_bad(facts, bad, total)
    if facts.flaky:
        return f"{_count(facts.flaky, 'flaky test')}, nothing failed"
    skipped = _total(facts, "skipped")
    words = f"{_count(passed, 'test')} passed, {skipped:,} skipped" if skipped else _all(total, "test", "passed")
    return words + _fixed(facts)


def _functional_bad(facts: Facts, bad: int, total: int) -> str:
    if facts.baseline_number is None:
        return f"{bad:,} of {_count(total, 'test')} failed"
    if not facts.new_failures:
        return f"{_count(bad, 'failure')}, none new since #{facts.baseline_number}"
    still = bad - facts.new_failures
    rest = f", {still:,} still failing" if still > 0 else ""
    return f"{_count(facts.new_failures, 'new failure')} since #{facts.baseline_number}{rest}"


def _security(facts: Facts) -> str:
    findings, high = _total(facts, "findings"), _high(facts)
    if not findings:
        return "No findings" + _fixed(facts)
    severity = f", {high:,} of high severity" if high else ""
    if facts.baseline_number is None:
        return _count(findings, "finding") + severity
    if facts.new_failures:
        words = f"{_count(facts.new_failures, 'new finding')} since #{facts.baseline_number}"
        return f"{words}, {findings:,} in all{severity}"
    return f"{_count(findings, 'finding')}{severity}, none new since #{facts.baseline_number}"


def _load(facts: Facts) -> str:
    thresholds, missed = _total(facts, "thresholds"), _total(facts, "thresholds_failed")
    if not thresholds:
        return _checks(facts)
    if not missed:
        return _all(thresholds, "threshold", "met") + _fixed(facts)
    words = f"{missed:,} of {_count(thresholds, 'threshold')} missed"
    if facts.baseline_number is None:
        return words
    return f"{words}, {facts.new_failures or 'none'} new since #{facts.baseline_number}"


def _checks(facts: Facts) -> str:
    passed, failed = _total(facts, "checks_passed"), _total(facts, "checks_failed")
    if failed:
        return f"No thresholds set; {failed:,} of {_count(passed + failed, 'check')} failed"
    return f"No thresholds set; {_all(passed, 'check', 'passed').lower()}" if passed else "No thresholds set"


def _functional_lead(facts: Facts) -> str:
    if facts.new_failures:
        return _count(facts.new_failures, "new failure")
    if bad := _bad_tests(facts):
        return _count(bad, "failure")
    return _count(facts.flaky, "flaky test") if facts.flaky else _count(_total(facts, "total"), "test")


def _security_lead(facts: Facts) -> str:
    if facts.new_failures:
        return _count(facts.new_failures, "new finding")
    findings = _total(facts, "findings")
    return _count(findings, "finding") if findings else "no findings"


def _load_lead(facts: Facts) -> str:
    if missed := _total(facts, "thresholds_failed"):
        return _count(missed, "missed threshold")
    thresholds = _total(facts, "thresholds")
    return f"{_count(thresholds, 'threshold')} met" if thresholds else "no thresholds"


_WORDS = {Kind.FUNCTIONAL: _functional, Kind.SECURITY: _security, Kind.LOAD: _load}
_LEADS = {Kind.FUNCTIONAL: _functional_lead, Kind.SECURITY: _security_lead, Kind.LOAD: _load_lead}


def _fixed(facts: Facts) -> str:
    return f", {facts.fixed:,} fixed since #{facts.baseline_number}" if facts.fixed and facts.baseline_number else ""


def _bad_tests(facts: Facts) -> int:
    return _total(facts, "failed") + _total(facts, "broken")


def _high(facts: Facts) -> int:
    by_severity = facts.totals.get("by_severity", {})
    return by_severity.get("high", 0) if isinstance(by_severity, dict) else 0


def _total(facts: Facts, key: str) -> int:
    value = facts.totals.get(key, 0)
    return value if isinstance(value, int) else 0


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _all(number: int, thing: str, did: str) -> str:
    return f"{_count(number, thing)} {did}" if number == 1 else f"All {_count(number, thing)} {did}"
