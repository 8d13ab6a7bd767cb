"""Numbers in words for people."""

from __future__ import annotations

from collections.abc import Mapping

_KIB = 1024
_MINUTE_MS = 60_000


def size(count: int) -> str:
    """Return a number of bytes, e.g. `3.4 MiB`."""
    value, unit = float(count), "B"
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < _KIB or unit == "GiB":
            break
        value /= _KIB
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"


def duration(milliseconds: int) -> str:
    """Return a duration, e.g. `4 min 12 s`."""
    if milliseconds < _MINUTE_MS:
        return f"{milliseconds / 1000:.1f} s" if milliseconds >= 1000 else f"{milliseconds} ms"  # noqa: PLR2004
    minutes, rest = divmod(round(milliseconds / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun, e.g. `1 test` or `2,345 tests`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def totals(kind: str, counted: Mapping[str, int | dict[str, int]]) -> str:
    """Return a report's totals in a line; zeros that nobody misses are left out."""
    plain = {key: value for key, value in counted.items() if isinstance(value, int)}
    if kind == "functional":
        return _functional(plain)
    if kind == "security":
        by_severity = counted.get("by_severity", 0)
        return _security(plain, {} if isinstance(by_severity, int) else by_severity)
    return _load(plain)


def _functional(counted: Mapping[str, int]) -> str:
    words = ("passed", "flaky", "failed", "broken", "skipped")
    parts = [f"{counted.get(word, 0):,} {word}" for word in words if counted.get(word) or word == "passed"]
    return f"{count(counted.get('total', 0), 'test')}: {', '.join(parts)}"


def _security(counted: Mapping[str, int], by_severity: Mapping[str, int]) -> str:
    parts = [f"{number:,} {severity}" for severity, number in by_severity.items() if number]
    found = f"{count(counted.get('findings', 0), 'finding')} on {count(counted.get('sites', 0), 'site')}"
    return f"{found}: {', '.join(parts)}" if parts else found


def _load(counted: Mapping[str, int]) -> str:
    limits, passed = counted.get("thresholds", 0), counted.get("checks_passed", 0)
    checks = passed + counted.get("checks_failed", 0)
    held = f"{limits - counted.get('thresholds_failed', 0):,} of {count(limits, 'threshold')} held"
    return f"{held if limits else 'no thresholds'}, {passed:,} of {count(checks, 'check')} passed"
