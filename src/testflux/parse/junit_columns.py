"""Tests out of a run of simple JUnit test cases, column by column, so that no line of Python runs once a case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat

from testflux.model import raw
from testflux.model.status import Status
from testflux.parse import junit_case, junit_names, junit_reason, junit_result, junit_simple

_MOST_DURATIONS = 20_000
_NO_ATTRIBUTES: dict[str, str] = {}


class Tests:
    """Adds runs of cases to a result: what comes of it is what comes of adding them one by one."""

    def __init__(self, result: junit_result.Result) -> None:
        self._result = result
        self._durations = _Durations()
        self._sources: dict[str, str] = {}

    def keep(self, run: junit_simple.Run) -> None:
        """Keep the tests of a run, all of which stand in the innermost suite."""
        columns, count = run.columns, len(run.starts)
        nothing = ("",) * count
        classnames = _words(columns.get("classname", nothing))
        names = _names(_words(columns["name"]), classnames)
        places = self._places(classnames, names)
        for place, name in zip(places, names, strict=True):
            place.names.append(name)
        statuses, messages, html = self._endings(*(columns[name] for name in junit_simple.OUTCOME))
        self._result.report.tests.extend(
            map(
                raw.RawTest,
                [place.path for place in places],
                names,
                statuses,
                messages,
                html,
                repeat(None),
                map(self._durations.__getitem__, columns.get("time", nothing)),
                repeat(()),
                self._of_files(columns.get("file", nothing)),
                map(self._result.line, columns["line"]) if "line" in columns else repeat(None),
                repeat(""),
                repeat(1),
                repeat(""),
                run.starts,
                run.ends,
                repeat(_NO_ATTRIBUTES),
            )
        )

    def _places(self, classnames: Sequence[str], names: Sequence[str]) -> Sequence[junit_result.Place]:
        known = self._result.suites[-1].places
        if any(classnames) and any(map(str.endswith, names, classnames)):
            return list(map(self._result.place, classnames, names))
        for classname in set(classnames):
            if classname not in known:
                self._result.place(classname, "")
        return list(map(known.__getitem__, classnames))

    def _endings(
        self, outcomes: Sequence[str | None], reasons: Sequence[str], texts: Sequence[str | None]
    ) -> tuple[Iterable[Status], Iterable[str], Iterable[bool]]:
        if not any(outcomes):
            return repeat(Status.PASSED), repeat(""), repeat(False)
        statuses, messages, html = [Status.PASSED] * len(texts), [""] * len(texts), [False] * len(texts)
        for at, outcome in enumerate(outcomes):
            if outcome:
                statuses[at] = junit_case.STATUSES[outcome]
                messages[at], html[at] = self._result.without_mark(junit_reason.read(reasons[at], texts[at]))
        return statuses, messages, html

    def _of_files(self, files: Sequence[str]) -> Iterable[str]:
        source = self._result.suites[-1].source
        if self._sources.get("") != source:
            self._sources = {"": source}
        for file in set(files):
            if file not in self._sources:
                self._sources[file] = junit_simple.decoded(file)
        return map(self._sources.__getitem__, files)


class _Durations(dict[str, float | None]):
    """Milliseconds by seconds as written; the first ones are remembered, which saves time and memory."""

    def __missing__(self, seconds: str) -> float | None:
        found = float(seconds) * 1000 if seconds else None
        if len(self) < _MOST_DURATIONS:
            self[seconds] = found
        return found


def _words(column: Sequence[str]) -> list[str]:
    return list(map(str.strip, junit_simple.values(column)))


def _names(names: list[str], classnames: Sequence[str]) -> list[str]:
    if "" not in names:
        return names
    return [junit_names.test(name, classname, "") for name, classname in zip(names, classnames, strict=True)]
