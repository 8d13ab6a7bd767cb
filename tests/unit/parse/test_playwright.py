from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Status
from testflux.parse import json_pieces, playwright


def read(*suites: dict[str, object], **document: object) -> raw.RawReport:
    return playwright.parse(io.BytesIO(json.dumps({"config": {}, "suites": suites, **document}).encode()))


def suite(
    *specs: dict[str, object], title: str = "a.spec.ts", suites: list[dict[str, object]] | None = None
) -> dict[str, object]:
    return {"title": title, "specs": specs, "suites": suites or []}


def spec(*tests: dict[str, object], title: str = "holds", **fields: object) -> dict[str, object]:
    return {"title": title, "tests": tests, **fields}


def read_test(*results: dict[str, object], **test: object) -> list[raw.RawTest]:
    return read(suite(spec({"results": results, **test}))).tests


def test_every_field_has_its_place() -> None:
    result = {"status": "passed", "duration": 125, "startTime": "2026-03-14T09:15:31.250Z"}
    test: dict[str, object] = {"projectName": "chromium", "expectedStatus": "passed", "results": [result]}
    inner = suite(spec(test, file="a.spec.ts", line=3, tags=["@smoke", "slow", "smoke"]), title="cart")
    seen = read(
        suite(suites=[inner]),
        config={"version": "1.57.0"},
        stats={"startTime": "2026-03-14T09:15:30.500Z", "duration": 4250.5},
    )
    (only,) = seen.tests
    assert (only.suite, only.name, only.parameters) == (("a.spec.ts", "cart"), "holds", "chromium")
    assert (only.source, only.line, only.tags) == ("a.spec.ts", 3, ("smoke", "slow"))
    assert (only.started_at, only.duration_ms) == (datetime(2026, 3, 14, 9, 15, 31, 250_000, tzinfo=UTC), 125)
    assert (seen.tool, seen.duration_ms) == (raw.Tool("Playwright", "1.57.0"), 4250.5)
    assert seen.started_at == datetime(2026, 3, 14, 9, 15, 30, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "expected", "meant"),
    [
        ("passed", "passed", Status.PASSED),
        ("failed", "passed", Status.FAILED),
        ("timedOut", "passed", Status.FAILED),
        ("failed", "failed", Status.PASSED),
        ("passed", "failed", Status.FAILED),
        ("timedOut", "failed", Status.FAILED),
        ("skipped", "skipped", Status.SKIPPED),
        ("skipped", "passed", Status.SKIPPED),
        ("interrupted", "passed", Status.BROKEN),
    ],
)
def test_what_ends_as_expected_passed(status: str, expected: str, meant: Status) -> None:
    assert [test.status for test in read_test({"status": status}, expectedStatus=expected)] == [meant]


def test_a_status_that_is_not_known_is_broken_with_a_warning() -> None:
    seen = read(suite(spec({"results": [{"status": "fine"}, {"status": "fine"}]})))
    assert [test.status for test in seen.tests] == [Status.BROKEN, Status.BROKEN]
    assert [warning.code for warning in seen.warnings] == ["unknown-status"]


def test_every_result_is_an_attempt_and_the_last_can_be_opened() -> None:
    first, last = read_test({"status": "failed"}, {"status": "passed"})
    assert [(test.attempt, test.status) for test in (first, last)] == [(1, Status.FAILED), (2, Status.PASSED)]
    assert first.byte_start is None
    assert last.byte_start is not None


def test_a_test_without_results_never_came() -> None:
    assert [test.status for test in read_test()] == [Status.SKIPPED]


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ({"error": {"message": "\x1b[31mone\x1b[0m"}, "errors": [{"message": "two"}]}, "one"),
        ({"errors": [{"message": "one"}, {"message": "two"}]}, "one"),
        ({"error": {"value": "thrown"}}, "thrown"),
        ({"errors": []}, ""),
    ],
)
def test_messages(result: dict[str, object], message: str) -> None:
    assert [test.message for test in read_test({"status": "failed", **result})] == [message]


def test_a_message_is_ours_where_playwright_has_none() -> None:
    assert [test.message for test in read_test({"status": "passed"}, expectedStatus="failed")] == [
        "Expected to fail, but passed."
    ]
    assert [test.message for test in read_test({"status": "interrupted"})] == ["Interrupted."]


def test_what_failed_as_expected_has_no_message() -> None:
    assert [
        test.message for test in read_test({"status": "failed", "error": {"message": "x"}}, expectedStatus="failed")
    ] == [""]


def test_a_skip_has_its_annotation_as_message() -> None:
    annotations = [
        {"type": []},
        {"type": "issue", "description": "A-1"},
        {"type": "skip"},
        {"type": "fixme", "description": "later"},
    ]
    assert [test.message for test in read_test({"status": "skipped"}, annotations=annotations)] == ["later"]
    assert [test.message for test in read_test({"status": "passed"}, annotations=annotations)] == [""]


def test_what_broke_outside_tests_is_a_broken_test() -> None:
    place = {"file": "/src/pay.spec.ts", "line": 2}
    seen = read(errors=[{"message": "\x1b[31mSyntaxError\x1b[0m", "location": place}, {"value": "thrown"}])
    assert [(test.name, test.status, test.message, test.line) for test in seen.tests] == [
        ("Error outside any test", Status.BROKEN, "SyntaxError", 2),
        ("Error outside any test", Status.BROKEN, "thrown", None),
    ]


def test_suites_nest_as_deep_as_people_write() -> None:
    def nested(depth: int) -> dict[str, object]:
        inner = suite(spec({"results": []}), title="0")
        for level in range(1, depth):
            inner = suite(title=str(level), suites=[inner])
        return inner

    assert len(read(nested(json_pieces.DEEPEST)).tests[0].suite) == json_pieces.DEEPEST
    with pytest.raises(errors.ReportError) as caught:
        read(nested(json_pieces.DEEPEST + 2))
    assert caught.value.code == "report-too-deep"


def test_nothing_in_the_frame_breaks_the_database() -> None:
    seen = read(suite(spec({"results": []}, title="a\x00b", tags=["\x00c"], file="\x00d"), title="\x00e"))
    (test,) = seen.tests
    assert (test.suite, test.name, test.tags, test.source) == (("e",), "ab", ("c",), "d")


@pytest.mark.parametrize("suites", [{}, [1], [{"specs": {}}], [{"title": 1}]])
def test_what_is_no_report_is_refused(suites: object) -> None:
    with pytest.raises(errors.ReportError) as caught:
        playwright.parse(io.BytesIO(json.dumps({"config": {}, "suites": suites}).encode()))
    assert caught.value.code == "report-shape"
