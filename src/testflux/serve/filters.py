"""The filters of lists, read from the query: plain keys, and `q` in the query language. Both must hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final

from litestar.di import Provide
from litestar.params import FromQuery, QueryParameter

from testflux.kit import clock, errors, query
from testflux.model.status import Kind, Severity, Status, Verdict
from testflux.serve.shapes.results import Change
from testflux.store import run_findings, run_list, run_results, tests, trends

MOST_DAYS: Final = 366 * 40
_DEFAULT_DAYS: Final = 30
_PATH_SEPARATOR: Final = "\x1f"
_STATUSES: Final = tuple(status.label for status in Status)
_SEVERITIES: Final = tuple(severity.label for severity in Severity)
_STATES: Final = ("new", "existing", "reopened", "fixed", "not_seen")
_CHANGES: Final = ("new", "fixed", "still")
_VERDICTS: Final = tuple(verdict.value for verdict in Verdict)
_RUN_KEYS: Final = {
    "status": query.Key(_VERDICTS),
    "verdict": query.Key(_VERDICTS),
    "kind": query.Key(tuple(kind.value for kind in Kind)),
    "is": query.Key(("starred",)),
    "dur": query.Key(is_duration=True),
} | {name: query.Key() for name in ("branch", "env", "environment", "type", "name", "tool", "commit", "label")}
_RESULT_KEYS: Final = {
    "status": query.Key(_STATUSES),
    "change": query.Key(_CHANGES),
    "tag": query.Key(),
    "dur": query.Key(is_duration=True),
}
_FINDING_KEYS: Final = {
    "severity": query.Key(_SEVERITIES),
    "state": query.Key(_STATES),
    "rule": query.Key(),
    "method": query.Key(),
    "param": query.Key(),
}
_TEST_KEYS: Final = {
    "status": query.Key(_STATUSES),
    "tag": query.Key(),
    "suite": query.Key(),
    "dur": query.Key(is_duration=True),
}

Word = Annotated[str | None, QueryParameter(max_length=250)]
Words = Annotated[list[str] | None, QueryParameter(max_items=20)]
Type = Annotated[str | None, QueryParameter(name="type", max_length=250)]
Labels = Annotated[list[str] | None, QueryParameter(max_items=20, description="key=value; all must be there.")]
Text = Annotated[
    str | None, QueryParameter(max_length=1000, description='Query language: `status:failed tag:smoke dur:>5s "text"`.')
]


def choices(words: Collection[str]) -> QueryParameter:
    """Describe a key that takes some of these words, separated by commas."""
    return QueryParameter(max_length=200, description=f"Comma-separated: {', '.join(words)}.")


async def run_filter(  # noqa: PLR0913, PLR0917  (one argument for each key of the query)
    kind: FromQuery[Kind | None] = None,
    verdict: Words = None,
    branch: Word = None,
    environment: Word = None,
    type_: Type = None,
    name: Word = None,
    label: Labels = None,
    tool: Word = None,
    q: Text = None,
    starred: Annotated[bool | None, QueryParameter(description="Only runs with a star, or only those without.")] = None,
    from_: Annotated[datetime | None, QueryParameter(name="from", description="Runs started at or after.")] = None,
    to: Annotated[datetime | None, QueryParameter(description="Runs started before.")] = None,
    sort: FromQuery[run_list.Sort] = "-started_at",
) -> run_list.RunFilter:
    """Read which runs are wanted."""
    asked = query.parse(q, _RUN_KEYS)
    verdicts = one_of(",".join(verdict), _VERDICTS, "verdict") if verdict else None
    asked_verdicts = both(asked.any_of("status"), asked.any_of("verdict"), "status")
    return run_list.RunFilter(
        kinds=both(None if kind is None else [kind.value], asked.any_of("kind"), "kind"),
        verdicts=both(verdicts, asked_verdicts, "verdict"),
        branches=both(single(branch), asked.any_of("branch"), "branch"),
        environments=both(
            single(environment), both(asked.any_of("env"), asked.any_of("environment"), "env"), "environment"
        ),
        types=both(single(type_), asked.any_of("type"), "type"),
        names=both(single(name), asked.any_of("name"), "name"),
        tools=both(single(tool), asked.any_of("tool"), "tool"),
        labels=read_labels([*(label or ()), *(asked.any_of("label") or ())]),
        is_starred=True if asked.any_of("is") else starred,
        from_=from_ and _aware(from_),
        to=to and _aware(to),
        query=asked,
        sort=sort,
    )


async def result_filter(
    status: Annotated[str | None, choices(_STATUSES)] = None,
    q: Text = None,
    suite: Annotated[
        str | None,
        QueryParameter(
            max_length=4000, description="Path of suite names joined by U+001F; means what lies below, too."
        ),
    ] = None,
    tag: Word = None,
    change: FromQuery[Change | None] = None,
    sort: FromQuery[run_results.Sort] = "position",
) -> run_results.ResultFilter:
    """Read which results are wanted."""
    asked = query.parse(q, _RESULT_KEYS)
    return run_results.ResultFilter(
        statuses=both(one_of(status, _STATUSES, "status"), asked.any_of("status"), "status"),
        suite=suite.split(_PATH_SEPARATOR) if suite else None,
        tags=[*(single(tag) or ()), *(asked.any_of("tag") or ())] or None,
        changes=both(single(change), asked.any_of("change"), "change"),
        query=asked,
        sort=sort,
    )


async def finding_filter(
    severity: Annotated[str | None, choices(_SEVERITIES)] = None,
    state_: Annotated[
        str | None, QueryParameter(name="state", max_length=200, description=f"Comma-separated: {', '.join(_STATES)}.")
    ] = None,
    q: Text = None,
) -> run_findings.FindingFilter:
    """Read which findings are wanted."""
    asked = query.parse(q, _FINDING_KEYS)
    severities = both(one_of(severity, _SEVERITIES, "severity"), asked.any_of("severity"), "severity")
    return run_findings.FindingFilter(
        severities=[_SEVERITIES.index(word) for word in severities] if severities is not None else None,
        states=both(one_of(state_, _STATES, "state"), asked.any_of("state"), "state"),
        query=asked,
    )


async def catalogue_filter(
    q: Text = None,
    status: Annotated[str | None, choices(_STATUSES)] = None,
    tag: Word = None,
    sort: FromQuery[tests.Sort] = "name",
) -> tests.TestFilter:
    """Read which tests are wanted."""
    asked = query.parse(q, _TEST_KEYS)
    return tests.TestFilter(
        statuses=both(one_of(status, _STATUSES, "status"), asked.any_of("status"), "status"),
        tags=[*(single(tag) or ()), *(asked.any_of("tag") or ())] or None,
        query=asked,
        sort=sort,
    )


async def history_filter(branch: Word = None, environment: Word = None, name: Word = None) -> tests.HistoryFilter:
    """Read which runs of a test are wanted."""
    return tests.HistoryFilter(branch=branch, environment=environment, name=name)


async def trend_filter(  # noqa: PLR0913, PLR0917  (one argument for each key of the query)
    metric: Annotated[
        str,
        QueryParameter(
            max_length=300, description="pass_rate, results, duration, findings or load:<metric>:<statistic>."
        ),
    ] = "pass_rate",
    interval: FromQuery[trends.Interval] = "day",
    from_: Annotated[
        date | None, QueryParameter(name="from", description="First day, UTC; 30 days ago when absent.")
    ] = None,
    to: Annotated[date | None, QueryParameter(description="Last day, UTC; today when absent.")] = None,
    branch: Word = None,
    environment: Word = None,
    type_: Type = None,
    name: Word = None,
    label: Labels = None,
    kind: FromQuery[Kind | None] = None,
    tool: Word = None,
) -> trends.TrendFilter:
    """Read which figures over time are wanted."""
    last_day = to or clock.now().date()
    first_day = from_ or last_day - timedelta(days=min(_DEFAULT_DAYS - 1, (last_day - date.min).days))
    if not timedelta(0) <= last_day - first_day <= timedelta(days=MOST_DAYS):
        message = f"The range ends before it begins, or is longer than {MOST_DAYS // 366} years."
        raise errors.InvalidError(message, field="from", hint="Choose an earlier first day, not too early.")
    return trends.TrendFilter(
        first_day=first_day,
        last_day=last_day,
        interval=interval,
        kind=kind and kind.value,
        branch=branch,
        environment=environment,
        type=type_,
        name=name,
        tool=tool,
        labels=read_labels(label or ()),
        metric=metric,
        load_metric=_load_metric(metric),
    )


def read_labels(items: Iterable[str]) -> dict[str, str] | None:
    """Read labels written `key=value` or `key:value`; None when there are none."""
    labels: dict[str, str] = {}
    for item in items:
        key, separator, value = item.partition("=") if "=" in item else item.partition(":")
        if not separator or not key:
            raise errors.InvalidError(f"The label {item[:60]!r} has no value.", field="label", hint="Write key=value.")
        labels[key] = value
    return labels or None


def one_of(text: str | None, words: Collection[str], field: str) -> list[str] | None:
    """Read words separated by commas; InvalidError names one that is not known."""
    if not text:
        return None
    chosen = [word.strip().lower() for word in text.split(",")]
    for word in chosen:
        if word not in words:
            hint = f"It takes {', '.join(words)}."
            raise errors.InvalidError(f"{field} does not know {word[:40]!r}.", field=field, hint=hint)
    return chosen


def single(word: str | None) -> list[str] | None:
    """Return a word as a list of one."""
    return None if word is None else [word]


def both(first: list[str] | None, second: list[str] | None, field: str) -> list[str] | None:
    """Return what two filters of one key leave; InvalidError when they leave nothing."""
    if first is None or second is None:
        return second if first is None else first
    left = [word for word in first if word in second]
    if not left:
        message = f"The filters of {field} leave nothing: {', '.join(first)}, and {', '.join(second)}."
        raise errors.InvalidError(message, field=field, hint="Remove one of them.")
    return left


def _load_metric(metric: str) -> trends.LoadMetric | None:
    if metric in ("pass_rate", "results", "duration", "findings"):
        return None
    kind, _, rest = metric.partition(":")
    name, _, statistic = rest.rpartition(":")
    if kind != "load" or not name or not statistic:
        hint = "It takes pass_rate, results, duration, findings or load:<metric>:<statistic>."
        raise errors.InvalidError(f"There is no metric {metric[:60]!r}.", field="metric", hint=hint)
    base, _, tags = name.partition("{")
    return trends.LoadMetric(base, tags.removesuffix("}"), statistic)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


PROVIDED: Final[dict[str, Any]] = {
    name: Provide(read)
    for name, read in {
        "run_filter": run_filter,
        "result_filter": result_filter,
        "finding_filter": finding_filter,
        "test_filter": catalogue_filter,
        "history_filter": history_filter,
        "trend_filter": trend_filter,
    }.items()
}
