"""What ZAP's XML and JSON reports have in common."""

from __future__ import annotations

from collections.abc import Mapping

from testflux.model import raw
from testflux.model.status import Kind
from testflux.parse import times

_RISKS = {"informational": 0, "low": 1, "medium": 2, "high": 3}
_CONFIDENCES = {"false positive": 0, "low": 1, "medium": 2, "high": 3, "confirmed": 4, "user confirmed": 4}
_TRUE = {"true": True, "false": False}
_LONGEST = 500
INSIGHT = ("level", "reason", "site", "key", "description", "statistic")
"""What an insight of ZAP 2.17 and later says, all of it text."""

_GRAVE = ("high", "medium")
_BLINDING = ("insight.auth.failure", "insight.network.failure")  # behind these a scan sees only the door


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


def confidence(text: str) -> int | None:
    """Return the confidence from its code or from its English words, as the API writes them."""
    number = level(text, 4)
    return number if number is not None else _CONFIDENCES.get(text.strip().lower())


def add_insight(report: raw.RawReport, insight: Mapping[str, str]) -> None:
    """Warn about what ZAP noticed of its own scan; a scan that could not sign in or connect is not complete."""
    gravity, key = insight.get("level", "").strip().lower(), insight.get("key", "").strip()
    if gravity not in _GRAVE:
        return
    words = insight.get("description", "").strip() or key
    where = f" on {insight['site']}" if insight.get("site") else ""
    statistic = f" ({insight['statistic']})" if insight.get("statistic") else ""
    _warn(report, "zap-insight", f"ZAP noticed{where}: {words}{statistic}")
    if gravity == "high" and key.startswith(_BLINDING):
        report.is_complete = False


def stop(report: raw.RawReport, reason: str) -> None:
    """Mark a scan that ZAP stopped early: it closes nothing."""
    _warn(report, "zap-stopped", f"ZAP stopped the scan early: {reason}")
    report.is_complete = False


def fail(report: raw.RawReport, reason: str) -> None:
    """Mark a scan whose automation plan failed: it closes nothing."""
    _warn(report, "zap-plan-error", f"ZAP's plan failed: {reason}")
    report.is_complete = False


def check_instances(report: raw.RawReport) -> None:
    """Warn about the one release that lists the first alert's instances under all alerts of its rule."""
    if report.tool.version.strip() != "2.11.0":
        return
    first: dict[str, raw.RawAlert] = {}
    for alert in report.alerts:
        before = first.setdefault(alert.plugin_id, alert)
        if before is not alert and alert.instances and before.instances == alert.instances:
            _warn(
                report,
                "zap-instances-repeated",
                f"ZAP 2.11.0 lists the same places under several alerts of rule {alert.plugin_id}; update ZAP.",
            )
            return


def _warn(report: raw.RawReport, code: str, message: str) -> None:
    report.warnings.append(raw.ReportWarning(code, message[:_LONGEST]))


def truth(text: str) -> bool | None:
    """Return True or False for the words, None for anything else."""
    return _TRUE.get(text.strip().lower())
