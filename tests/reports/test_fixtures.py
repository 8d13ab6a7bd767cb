"""The repository's own reports: Robot Framework's really made by it, ZAP's and k6's written by hand, all small."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Status
from testflux.normalise import report, summary
from testflux.parse import blocks, registry

HERE = Path(__file__).parent
WORDS = {Status.PASSED: "PASS", Status.FAILED: "FAIL", Status.SKIPPED: "SKIP"}
FILES = sorted(
    path for tool in ("robot", "zap", "k6") for path in (HERE / tool).glob("*.*") if path.suffix in {".xml", ".json"}
)
REPORTS = [path for path in FILES if path.name != "expected.json"]
CONTENTS = [path.read_bytes() for path in REPORTS]


def cases(tool: str) -> list[Any]:
    expected = json.loads((HERE / tool / "expected.json").read_text(encoding="utf-8"))
    return [pytest.param(tool, name, wanted, id=name) for name, wanted in expected.items()]


def read(tool: str, name: str) -> raw.RawReport:
    with (HERE / tool / name).open("rb") as stream:
        return registry.parse(stream)


@pytest.mark.parametrize(("tool", "name", "expected"), cases("robot"))
def test_robot(tool: str, name: str, expected: dict[str, Any]) -> None:
    seen = read(tool, name)
    built = report.build(seen)
    finals = [test for test in seen.tests if test.byte_start is not None]
    assert built.totals == expected["totals"]
    assert seen.warnings == []
    assert [".".join((*test.suite, test.name)) for test in finals] == [test[0] for test in expected["tests"]]
    assert [WORDS[test.status] for test in finals] == [test[1] for test in expected["tests"]]
    assert [(sorted(test.tags), test.line) for test in finals] == [(test[3], test[4]) for test in expected["tests"]]
    if not name.startswith("merged."):
        written = [f"*HTML* {test.message}" if test.message_is_html else test.message for test in finals]
        assert written == [test[2] for test in expected["tests"]]


@pytest.mark.parametrize("name", ["merged.xml", "merged.json"])
def test_robot_reruns_are_attempts(name: str) -> None:
    results = {result.key.name: result for result in report.build(read("robot", name)).results}
    flaky, broken = results["Needs two attempts"], results["Always fails"]
    assert flaky.status is Status.FLAKY
    assert [(attempt.status, attempt.message) for attempt in flaky.attempts] == [
        (Status.FAILED, "not yet & not <now>"),
        (Status.PASSED, ""),
    ]
    assert broken.status is Status.FAILED
    assert broken.message == "broken in attempt 3"
    assert [attempt.message for attempt in broken.attempts] == ["broken in attempt 1", "broken in attempt 2"]


@pytest.mark.parametrize(("tool", "name", "expected"), cases("zap"))
def test_zap(tool: str, name: str, expected: dict[str, Any]) -> None:
    built = report.build(read(tool, name))
    entry = summary.describe(built, name)
    assert entry["format"] == expected["format"]
    assert entry["tool"] == {"name": "ZAP", "version": expected["version"]}
    assert entry["started_at"] == expected["started_at"]
    assert entry["totals"] == expected["totals"]
    assert built.local_times is expected["local_times"]
    assert [warning.code for warning in built.warnings] == expected["warnings"]
    assert [
        [found.rule, found.severity.label, found.origin, found.method, found.template, found.param, found.count]
        for found in built.findings
    ] == expected["findings"]


@pytest.mark.parametrize(("tool", "name", "expected"), cases("k6"))
def test_k6(tool: str, name: str, expected: dict[str, Any]) -> None:
    built = report.build(read(tool, name))
    entry = summary.describe(built, name)
    assert [entry[key] for key in ("format", "duration_ms", "totals", "metrics")] == [
        expected[key] for key in ("format", "duration_ms", "totals", "metrics")
    ]
    assert [[list(check.group), check.name, check.passes, check.fails] for check in built.checks] == expected["checks"]
    seen = [[item.metric, item.expression, item.is_met, item.value, item.limit] for item in built.thresholds]
    assert seen == [wanted[:5] for wanted in expected["thresholds"]]
    assert [item.margin for item in built.thresholds] == [
        None if wanted[5] is None else pytest.approx(wanted[5]) for wanted in expected["thresholds"]
    ]


class Dribble:
    """A stream that hands out its bytes in pieces of the given sizes, again and again."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self._rest = io.BytesIO(data)
        self._sizes = sizes
        self._turn = 0

    def read(self, size: int, /) -> bytes:
        self._turn += 1
        return self._rest.read(min(size, self._sizes[self._turn % len(self._sizes)]))


@given(st.sampled_from(CONTENTS), st.lists(st.integers(1, 5000), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_the_sizes_of_reads_do_not_matter(data: bytes, sizes: list[int]) -> None:
    assert registry.parse(Dribble(data, sizes)) == registry.parse(io.BytesIO(data))


@given(st.sampled_from(CONTENTS), st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.large_base_example])
def test_whatever_happens_to_a_report_it_is_read_or_refused(data: bytes, draw: st.DataObject) -> None:
    broken = mutate(data, draw)
    outcome = read_or_refuse(broken)
    if isinstance(outcome, errors.ReportError):
        assert outcome.message
        assert outcome.hint
        assert 0 <= (outcome.byte or 0) <= len(broken)
    else:
        assert json.dumps(summary.describe(report.build(outcome), "broken")).encode()


@given(st.sampled_from(CONTENTS), st.data())
@settings(max_examples=100, deadline=None)
def test_a_report_that_breaks_off_is_refused_or_says_that_it_is_incomplete(data: bytes, draw: st.DataObject) -> None:
    end = draw.draw(st.integers(0, len(data.rstrip()) - 1))
    outcome = read_or_refuse(data[:end])
    if isinstance(outcome, errors.ReportError):
        assert outcome.code in {"report-truncated", "empty-file", "xml-malformed", "format-unknown", "json-malformed"}
    else:
        assert not outcome.is_complete
        assert [warning.byte for warning in outcome.warnings if warning.code == "report-truncated"] == [end]
        assert outcome.tests == registry.parse(io.BytesIO(data)).tests[: len(outcome.tests)] or b"TEARDOWN" in data


def read_or_refuse(data: bytes) -> raw.RawReport | errors.ReportError:
    try:
        return registry.parse(io.BytesIO(data))
    except errors.ReportError as refusal:
        return refusal


def mutate(data: bytes, draw: st.DataObject) -> bytes:
    """Cut, repeat, overwrite or insert somewhere, once to three times."""
    for _ in range(draw.draw(st.integers(1, 3))):
        start = draw.draw(st.integers(0, len(data)))
        end = min(len(data), start + draw.draw(st.integers(0, 200)))
        put = draw.draw(st.one_of(st.binary(max_size=40), st.sampled_from(AWKWARD), st.just(data[start:end] * 3)))
        data = data[:start] + put + data[end:]
    return data


AWKWARD = (
    b"<test>", b"</test>", b"<suite>", b"</suite>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;", b"<![CDATA[", b"]]>",
    b"<!--", b"-->", b'"', b"{", b"}", b"[", b"]", b":", b"null", b"true", b"1e999", b"-1", b"NaN", b"9" * 400,
    b"\\ud800", b"\\u0000", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"<?xml version='1.0' encoding='utf-16'?>",
    b"<?xml version='1.0' encoding='x'?>", b"<?xml version='1.0' encoding='cp1252'?>",
)  # fmt: skip


def test_blocks_are_what_makes_it_so() -> None:
    assert [len(block) for block in blocks.blocks(Dribble(b"x" * (blocks.SIZE + 7), [1000, 3]))] == [blocks.SIZE, 7]
