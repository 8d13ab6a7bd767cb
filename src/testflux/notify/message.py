"""From a stored run to what people are told about it, and whether they are told at all."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

from testflux.model.message import Event, Item, Rule, RunMessage
from testflux.model.report import Report
from testflux.model.run import Metadata
from testflux.model.status import Confidence, Kind, Severity, Status, Verdict
from testflux.notify import headline

ITEMS_TOLD = 10
"""How many things a message names; it says how many more there are."""
HISTORY = timedelta(hours=24)
"""A run that its uploader dates further back than this is history being imported, not news."""

_DETAIL_CHARACTERS = 400
_DETAIL_LINES = 5
_TAG = re.compile(r"<[^>]*>")


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """The run a message is about, as stored. `run_id` is the API's id, e.g. `3-1284`."""

    project_slug: str
    project_name: str
    run_id: str
    number: int
    verdict: Verdict
    started_at: datetime
    request_id: str = ""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What changed against the baseline. `new` holds digests of newly bad results and of new findings.

    `new_thresholds` holds (metric, expression) of thresholds newly missed. Without a baseline nothing is new.
    """

    new: frozenset[bytes] = frozenset()
    new_thresholds: frozenset[tuple[str, str]] = frozenset()
    new_failures: int = 0
    fixed: int = 0
    baseline_number: int | None = None


def build(report: Report, metadata: Metadata, subject: Subject, comparison: Comparison) -> RunMessage:
    """Tell a finished run: its verdict, its counts, and the first few things to look at, new ones first."""
    items = sorted(_ITEMS[report.kind](report, comparison), key=lambda item: not item.is_new)
    return RunMessage(
        event=Event.RUN_FINISHED,
        project_slug=subject.project_slug,
        project_name=subject.project_name,
        run_id=subject.run_id,
        run_number=subject.number,
        kind=report.kind,
        name=metadata.name,
        verdict=subject.verdict,
        totals=report.totals,
        branch=metadata.branch,
        commit=metadata.commit,
        environment=metadata.environment,
        type=metadata.type,
        started_at=subject.started_at,
        duration_ms=report.duration_ms,
        url=f"/runs/{subject.run_id}",
        new_failures=comparison.new_failures,
        fixed=comparison.fixed,
        item_count=len(items),
        items=tuple(items[:ITEMS_TOLD]),
        baseline_number=comparison.baseline_number,
        flaky=sum(result.status is Status.FLAKY for result in report.results),
        request_id=subject.request_id,
    )


def build_test(project_slug: str, project_name: str, now: datetime) -> RunMessage:
    """Make the message of the test button: it names the project and says that it is a test."""
    return RunMessage(
        event=Event.TEST,
        project_slug=project_slug,
        project_name=project_name,
        run_id="",
        run_number=0,
        kind=Kind.FUNCTIONAL,
        name="",
        verdict=Verdict.EMPTY,
        totals={},
        branch="",
        commit="",
        environment="",
        type="",
        started_at=now,
        duration_ms=0,
        url=f"/p/{project_slug}",
        new_failures=0,
        fixed=0,
        item_count=0,
        items=(),
    )


def should_send(rule: Rule, message: RunMessage) -> bool:
    """Whether a channel with this rule speaks about this run."""
    match rule:
        case Rule.EVERY_RUN:
            return True
        case Rule.ANY_FAILURE:
            return message.verdict is Verdict.FAILED
        case Rule.NEW_FAILURES:
            return message.new_failures > 0


def rules_met(message: RunMessage, said: Metadata, *, is_sample: bool, now: datetime) -> tuple[Rule, ...]:
    """List the rules under which this run is told; none for sample projects and for history.

    Only what the uploader says makes a run history: a file's time, or an old start (UTC when it names no zone). A
    report whose own clock is old was still uploaded as news.
    """
    if is_sample or said.file_time or (said.started_at is not None and now - _zoned(said.started_at) > HISTORY):
        return ()
    return tuple(rule for rule in Rule if should_send(rule, message))


def facts(message: RunMessage) -> headline.Facts:
    """Pick out of a message what its headline is made of."""
    return headline.Facts(
        kind=message.kind,
        verdict=message.verdict,
        totals=message.totals,
        new_failures=message.new_failures,
        fixed=message.fixed,
        baseline_number=message.baseline_number,
        flaky=message.flaky,
    )


def _zoned(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _test_items(report: Report, comparison: Comparison) -> Iterable[Item]:
    for result in report.results:
        if result.status.is_bad:
            text = html.unescape(_TAG.sub(" ", result.message)) if result.message_html else result.message
            name = f"{result.key.name} [{result.key.parameters}]" if result.key.parameters else result.key.name
            yield Item(name, " / ".join(result.key.suite), _shorten(text), result.digest in comparison.new)


def _finding_items(report: Report, comparison: Comparison) -> Iterable[Item]:
    told = [
        finding
        for finding in report.findings
        if finding.confidence is not Confidence.FALSE_POSITIVE
        and (finding.digest in comparison.new or finding.severity >= Severity.HIGH)
    ]
    for finding in sorted(told, key=lambda finding: (-finding.severity, finding.name)):
        parameter = f" ({finding.param})" if finding.param else ""
        where = f"{finding.method} {finding.origin}{finding.template}{parameter}".strip()
        words = f"{finding.severity.label} severity, {finding.confidence.label} confidence"
        yield Item(finding.name, where, words, finding.digest in comparison.new)


def _threshold_items(report: Report, comparison: Comparison) -> Iterable[Item]:
    for threshold in report.thresholds:
        if not threshold.is_met:
            measured = "" if threshold.value is None else f"measured {threshold.value:,.6g}"
            is_new = (threshold.metric, threshold.expression) in comparison.new_thresholds
            yield Item(f"{threshold.metric}: {threshold.expression}", "", measured, is_new)


_ITEMS = {Kind.FUNCTIONAL: _test_items, Kind.SECURITY: _finding_items, Kind.LOAD: _threshold_items}


def _shorten(text: str) -> str:
    lines = [line.rstrip() for line in text.strip().splitlines()]
    short = "\n".join(lines[:_DETAIL_LINES])[:_DETAIL_CHARACTERS].rstrip()
    return short if len(short) == len("\n".join(lines)) else f"{short} …"
