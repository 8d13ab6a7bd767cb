"""From k6's samples, however they were written, to a report: reading them to their end and adding them up."""

from __future__ import annotations

from typing import Protocol

from testflux.kit import errors
from testflux.model import limit, raw
from testflux.model.status import Kind
from testflux.parse import blocks, k6_breakdown, k6_builtin, k6_lines, k6_moments, k6_table

_TYPES = {"trend", "rate", "counter", "gauge"}
_GROUP, _CHECK = k6_table.KEYS.index("group"), k6_table.KEYS.index("check")
_NAMES = ("testid", "testname", "test_name")


class Reader(Protocol):
    """Reads lines into a table."""

    table: k6_table.Table

    def read(self, block: bytes) -> list[int]:
        """Read whole lines. Returns which of them, counted from 0, could not be read."""
        ...

    def read_line(self, line: bytes) -> bool:
        """Read one line. False when it could not be read."""
        ...


def read(name: str, stream: blocks.Stream, reader: Reader) -> raw.RawReport:
    """Read samples up to where they break off, and add them up. Raises ReportError when there is none."""
    report = raw.RawReport(name, Kind.LOAD, raw.Tool("k6"), warnings=[])
    lines = k6_lines.Lines(stream)
    _read_lines(lines, reader, report)
    table = reader.table
    if table.first is None or table.last is None:
        raise _nothing(report, lines)
    clock = k6_breakdown.Clock.over(table.first, table.last)
    report.samples = table.samples
    report.started_at = k6_moments.moment(table.first)
    report.duration_ms = clock.duration_s * 1000
    report.name = next((tag for key in _NAMES if (tag := (table.run_tags or {}).get(key))), "")
    crowded: dict[str, None] = {}
    for number, definition in enumerate(table.metrics):
        column = table.take(number)
        if not column.values.size and not definition.type:
            continue  # known from a line only that could not be read
        _complete(definition, column, report)
        breakdown = k6_breakdown.Breakdown(column, definition, table)
        _add_up(breakdown, definition, clock, report)
        crowded.update(dict.fromkeys(breakdown.crowded))
    report.groups = _groups(table)
    _warn_of_crowds(table, list(crowded), report)
    return report


def _complete(definition: k6_table.Definition, column: k6_table.Column, report: raw.RawReport) -> None:
    """Fill in a type and a unit that the file does not say."""
    definition.contains = definition.contains or k6_builtin.unit(definition.name)
    if definition.type in _TYPES:
        return
    definition.type = k6_builtin.type_of(definition.name)
    if not definition.type:
        definition.type = k6_builtin.guess(column.values)
        _warn(
            report,
            "k6-guessed-type",
            f"The file does not say what {definition.name[:80]!r} is: taken for a {definition.type} by its values.",
        )


def _groups(table: k6_table.Table) -> list[tuple[str, ...]]:
    """Return the paths of all groups, each after the one it lies in."""
    found: dict[tuple[str, ...], None] = {}
    for tags in table.sets:
        path = _path(tags[_GROUP])
        found.update((path[:depth], None) for depth in range(1, len(path) + 1))
    return list(found)


def _path(group: str | None) -> tuple[str, ...]:
    """Return the names in `::outer::inner`."""
    return tuple((group or "").removeprefix("::").split("::")) if group else ()


def _checks(breakdown: k6_breakdown.Breakdown) -> list[raw.RawCheck]:
    """Return each check of each group with how often it held."""
    found: dict[tuple[tuple[str, ...], str], raw.RawCheck] = {}
    for tags, passes, fails in breakdown.counts_by_set():
        name = tags[_CHECK]
        if name is not None:
            path = _path(tags[_GROUP])
            check = found.setdefault((path, name), raw.RawCheck(path, name, 0, 0))
            check.passes += passes
            check.fails += fails
    return list(found.values())


def _read_lines(lines: k6_lines.Lines, reader: Reader, report: raw.RawReport) -> None:
    """Read all lines; note which are no samples, and where the file breaks off."""
    count, skipped, first = 0, 0, 0
    for block in lines.blocks():
        bad = reader.read(block)
        first = first or (count + bad[0] + 1 if bad else 0)
        skipped += len(bad)
        count += block.count(b"\n")
    if lines.damage is not None or not reader.read_line(lines.rest):
        report.is_complete = False
        why = f" {lines.damage.message}" if lines.damage else ""
        _warn(
            report, "report-truncated", f"The file breaks off after line {count}; what stands before it was read.{why}"
        )
    if skipped + lines.overlong:
        where = f"; the first is line {first}" if first else ""
        _warn(report, "k6-lines-skipped", f"{skipped + lines.overlong} lines are no samples and were left out{where}.")


def _add_up(
    breakdown: k6_breakdown.Breakdown, definition: k6_table.Definition, clock: k6_breakdown.Clock, report: raw.RawReport
) -> None:
    """Put into the report what one metric comes to."""
    metrics = list(breakdown.metrics(clock.duration_s))
    report.metrics.extend(metrics)
    report.series.extend(breakdown.series(clock))
    if definition.name == "checks":
        report.checks = _checks(breakdown)
    for expression in definition.thresholds:
        demand = limit.parse(expression)
        if demand is None:
            _warn(
                report,
                "unexpected-value",
                f"The threshold {expression[:80]!r} of {definition.name[:80]!r} is not of k6's grammar.",
            )
        else:
            report.thresholds.append(raw.RawThreshold(definition.name, expression, demand.holds(metrics[0].values)))


def _warn_of_crowds(table: k6_table.Table, crowded: list[str], report: raw.RawReport) -> None:
    advice = "Give requests of one kind one name: http.get(url, {tags: {name: 'product'}})."
    for tags in crowded:
        message = f"There are more than {k6_breakdown.MOST_GROUPS} values of {tags}: only the most frequent are listed."
        _warn(report, "k6-cardinality", f"{message} {advice}")
    if table.folded:
        message = "There are too many different sets of tags: only those that came first are told apart."
        _warn(report, "k6-cardinality", f"{message} {advice}")


def _warn(report: raw.RawReport, code: str, message: str) -> None:
    report.warnings.append(raw.ReportWarning(code, message))


def _nothing(report: raw.RawReport, lines: k6_lines.Lines) -> errors.ReportError:
    if report.is_complete:
        return errors.ReportError(
            "This looks like k6's samples, but there is not one in it.",
            code="report-shape",
            hint="Did the test run at all? Send the file that k6 run --out json=samples.json wrote.",
        )
    return lines.damage or errors.ReportError(
        "The file breaks off before its first sample ends.",
        code="report-truncated",
        hint="Was k6 stopped, or the disk full, or the upload cut? Send the whole file.",
    )
