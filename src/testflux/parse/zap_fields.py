"""What ZAP's XML and JSON reports have in common."""

from __future__ import annotations

from testflux.model import raw
from testflux.model.status import Kind
from testflux.parse import times

_RISKS = {"informational": 0, "low": 1, "medium": 2, "high": 3}
_TRUE = {"true": True, "false": False}


def start(name: str, version: str, created: str, generated: str) -> raw.RawReport:
    """Return the report so far. `created` is the moment in UTC (ZAP 2.17 and later), `generated` local, in words."""
    report = raw.RawReport(name, Kind.SECURITY, raw.Tool("ZAP", version))
    report.started_at = times.iso(created)
    if report.started_at is None and generated:
        report.started_at = times.worded(generated) or times.iso(generated)
        report.local_times = report.started_at is not None
        if report.started_at is None:
            report.warnings.append(
                raw.ReportWarning("time-unreadable", f"The time of the scan, {generated[:80]!r}, could not be read.")
            )
    return report


def integer(text: str) -> int | None:
    """Return the whole number in a text, None when there is none or it cannot be stored."""
    try:
        number = int(text.strip()[:20])
    except ValueError:
        return None
    return number if abs(number) < 2**31 else None


def identifier(text: str) -> int | None:
    """Return a CWE or WASC number; ZAP writes 0 or -1 for none."""
    number = integer(text)
    return number if number is not None and number > 0 else None


def level(text: str, highest: int) -> int | None:
    """Return a risk or confidence code between 0 and `highest`, None for anything else."""
    number = integer(text)
    return number if number is not None and 0 <= number <= highest else None


def risk(code: str, description: str) -> int | None:
    """Return the risk from its code, else from the English words that stand beside it."""
    number = level(code, 3)
    words = description.lower().split()
    return number if number is not None or not words else _RISKS.get(words[0])


def truth(text: str) -> bool | None:
    """Return True or False for the words, None for anything else."""
    return _TRUE.get(text.strip().lower())
