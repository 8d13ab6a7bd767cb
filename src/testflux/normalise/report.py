"""RawReport to Report: from here on nothing is missing."""

from __future__ import annotations

import msgspec

from testflux.model import raw
from testflux.model import report as model
from testflux.model.status import Kind, Status
from testflux.normalise import attempts, cause, findings, identity, load, texts, totals

_LONGEST = 2**31 - 1


def build(seen: raw.RawReport) -> model.Report:
    """Make sense of what a parser saw."""
    return _BUILDERS[seen.kind](seen)


def _functional(seen: raw.RawReport) -> model.Report:
    digest = identity.Digests().of
    results = tuple(_result(key, digest(key), tries) for key, tries in attempts.fold(seen.tests))
    return msgspec.structs.replace(
        _frame(seen, totals.functional(results)),
        results=results,
        suites=tuple(seen.suites),
        log=tuple(seen.log),
    )


def _security(seen: raw.RawReport) -> model.Report:
    found = findings.build(seen.alerts)
    return msgspec.structs.replace(_frame(seen, totals.security(seen, found)), sites=tuple(seen.sites), findings=found)


def _load(seen: raw.RawReport) -> model.Report:
    return msgspec.structs.replace(
        _frame(seen, totals.load(seen)),
        metrics=load.metrics(seen.metrics),
        thresholds=load.thresholds(seen.thresholds, seen.metrics),
        checks=tuple(model.Check(check.group, check.name, check.passes, check.fails) for check in seen.checks),
        groups=tuple(seen.groups),
        series=load.series(seen.series),
    )


_BUILDERS = {Kind.FUNCTIONAL: _functional, Kind.SECURITY: _security, Kind.LOAD: _load}


def _frame(seen: raw.RawReport, counted: totals.Totals) -> model.Report:
    """Return what a report of any kind has."""
    return model.Report(
        seen.format,
        seen.kind,
        seen.tool,
        seen.started_at,
        _milliseconds(seen.duration_ms),
        seen.is_complete,
        seen.local_times,
        tuple(seen.warnings),
        counted,
        seen.name,
    )


def _result(key: model.TestKey, digest: bytes, tries: attempts.Attempts) -> model.Result:
    last = tries[-1]
    is_bad = last.status is not Status.PASSED and last.status.is_bad
    line = cause.describe(last.message, is_html=last.message_is_html) if is_bad else ""
    return model.Result(
        key,
        digest,
        attempts.status(tries) if len(tries) > 1 else last.status,
        _milliseconds(last.duration_ms),
        last.message.strip(),
        last.message_is_html,
        last.tags,
        last.source,
        last.line,
        tuple(map(_attempt, tries[:-1])),
        None if last.byte_start is None or last.byte_end is None else (last.byte_start, last.byte_end),
        cause.fingerprint(line) if line else None,
        line,
    )


def _attempt(attempt: raw.RawTest) -> model.Attempt:
    message = texts.plain(attempt.message) if attempt.message_is_html else attempt.message.strip()
    return model.Attempt(attempt.status, _milliseconds(attempt.duration_ms), message)


def _milliseconds(duration: float | None) -> int:
    """Return whole milliseconds, 0 for none or no number, and never more than a database's integer holds."""
    if duration is not None and 0.0 <= duration <= _LONGEST:
        return round(duration)
    return round(min(_LONGEST, max(0.0, duration or 0.0)))
