from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Status
from testflux.parse import trx

DEFINITION = (
    '<UnitTest id="t" storage="x\\shop.tests.dll"><Description>d</Description><Execution id="e"/>'
    '<TestCategory><TestCategoryItem TestCategory="smoke"/><TestCategoryItem TestCategory=""/></TestCategory>'
    '<TestMethod codeBase="/x/Shop.Tests.dll" className="Shop.CartTests" name="Holds"/></UnitTest>'
)


def write(results: str, definitions: str = DEFINITION, rest: str = "") -> str:
    return (
        '<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">'
        f"<Results>{results}</Results><TestDefinitions>{definitions}</TestDefinitions>{rest}</TestRun>"
    )


def read(results: str, definitions: str = DEFINITION, rest: str = "") -> raw.RawReport:
    return trx.parse(io.BytesIO(write(results, definitions, rest).encode()))


def result(name: str = "Shop.CartTests.Holds", outcome: str = "Passed", inside: str = "", more: str = "") -> str:
    return f'<UnitTestResult testId="t" testName="{name}" outcome="{outcome}" {more}>{inside}</UnitTestResult>'


def test_every_field_has_its_place() -> None:
    times = 'startTime="2026-03-14T10:15:31.0000000+01:00" duration="00:00:00.0125000"'
    inside = (
        "<Output><StdOut>o</StdOut><ErrorInfo><Message>no\n</Message><StackTrace>at x</StackTrace></ErrorInfo></Output>"
    )
    (test,) = read(result(outcome="Failed", inside=inside, more=times)).tests
    assert (test.suite, test.name, test.parameters) == (("Shop.Tests", "Shop.CartTests"), "Holds", "")
    assert (test.message, test.doc, test.tags) == ("no", "d", ("smoke",))
    assert (test.started_at, test.duration_ms) == (datetime(2026, 3, 14, 9, 15, 31, tzinfo=UTC), 12.5)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ("Passed", Status.PASSED),
        ("Warning", Status.PASSED),
        ("Failed", Status.FAILED),
        ("Timeout", Status.FAILED),
        ("Error", Status.BROKEN),
        ("Aborted", Status.BROKEN),
        ("NotRunnable", Status.BROKEN),
        ("NotExecuted", Status.SKIPPED),
        ("Inconclusive", Status.SKIPPED),
        ("Pending", Status.SKIPPED),
    ],
)
def test_outcomes(outcome: str, status: Status) -> None:
    assert read(result(outcome=outcome)).tests[0].status is status


def test_no_outcome_is_an_error_and_an_unknown_one_is_broken_with_a_warning() -> None:
    seen = read('<UnitTestResult testId="t" testName="a"/>' + result(outcome="Fine") + result(outcome="Fine"))
    assert [test.status for test in seen.tests] == [Status.BROKEN] * 3
    assert [warning.code for warning in seen.warnings] == ["unknown-status"]
    assert '"Fine"' in seen.warnings[0].message


def test_definitions_may_stand_in_front_and_lack() -> None:
    data = (
        f"<TestRun><TestDefinitions>{DEFINITION}</TestDefinitions><Results>{result()}"
        '<UnitTestResult testId="other" testName="A.B.C(1)" outcome="Passed"/></Results></TestRun>'
    )
    seen = trx.parse(io.BytesIO(data.encode()))
    assert [(test.suite, test.name, test.parameters) for test in seen.tests] == [
        (("Shop.Tests", "Shop.CartTests"), "Holds", ""), ((), "C", "1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "suite"),
    [
        ('<TestMethod className="A.B, Shop, Version=1.0.0.0"/>', ("shop.tests", "A.B")),
        ('<TestMethod codeBase="Pay.exe" className="A.B"/>', ("Pay", "A.B")),
        ("", ("shop.tests",)),
    ],
)
def test_suites_are_assembly_and_class(method: str, suite: tuple[str, ...]) -> None:
    assert read(result(), f'<UnitTest id="t" storage="x\\shop.tests.dll">{method}</UnitTest>').tests[0].suite == suite


def test_the_rows_of_a_data_driven_test_are_the_tests() -> None:
    rows = "".join(
        result("Pays", outcome, more=f'dataRowInfo="{row}"') for row, outcome in enumerate(["Passed", "Failed"])
    )
    seen = read(result("Pays", "Failed", f"<InnerResults>{rows}</InnerResults><Output><ErrorInfo/></Output>"))
    assert [(test.name, test.parameters, test.status) for test in seen.tests] == [
        ("Pays", "0", Status.PASSED), ("Pays", "1", Status.FAILED),
    ]  # fmt: skip


def test_a_message_may_stand_in_the_trace() -> None:
    inside = "<Output><ErrorInfo><Message/><StackTrace>\n at x\n at y</StackTrace></ErrorInfo></Output>"
    assert read(result(outcome="Failed", inside=inside)).tests[0].message == "at x"


def test_the_run_has_times_and_a_log() -> None:
    rest = (
        '<Times creation="2026-03-14T10:15:29+01:00" start="2026-03-14T10:15:30+01:00" '
        'finish="2026-03-14T10:15:34.5+01:00"/>'
        '<ResultSummary outcome="Failed"><RunInfos><RunInfo outcome="Warning"><Text> slow </Text></RunInfo>'
        '<RunInfo outcome="Error"><Text>bad</Text></RunInfo></RunInfos></ResultSummary>'
    )
    seen = read(result(), rest=rest)
    assert (seen.started_at, seen.duration_ms) == (datetime(2026, 3, 14, 9, 15, 30, tzinfo=UTC), 4500)
    assert [(entry.level, entry.text) for entry in seen.log] == [("WARN", "slow"), ("ERROR", "bad")]
    assert (seen.is_complete, seen.warnings) == (True, [])


@pytest.mark.parametrize("outcome", ["Aborted", "Disconnected", "InProgress"])
def test_a_run_that_was_stopped_is_not_complete(outcome: str) -> None:
    seen = read(result(), rest=f'<ResultSummary outcome="{outcome}"/>')
    assert not seen.is_complete
    assert [warning.code for warning in seen.warnings] == ["run-stopped"]


def test_results_stand_where_they_say() -> None:
    data = write(
        result() + '<UnitTestResult testId="t" testName="b" outcome="Passed" />' + result("c", inside="<Output/>")
    )
    marked = b"\xef\xbb\xbf" + data.encode()
    pieces = [marked[test.byte_start : test.byte_end] for test in trx.parse(io.BytesIO(marked)).tests]
    assert [piece[:16] for piece in pieces] == [b"<UnitTestResult "] * 3
    assert [piece[-2:] for piece in pieces] == [b"t>", b"/>", b"t>"]


def test_a_wide_file_has_no_places() -> None:
    seen = trx.parse(io.BytesIO(write(result()).encode("utf-16")))
    assert [(test.name, test.byte_start, test.byte_end) for test in seen.tests] == [("Holds", None, None)]


def test_unknown_elements_are_named_and_lose_nothing() -> None:
    seen = read(result(inside="<New><Message>x</Message></New>"))
    assert [test.status for test in seen.tests] == [Status.PASSED]
    assert ["<New>" in warning.message for warning in seen.warnings] == [True]


def test_a_file_that_breaks_off_keeps_what_has_a_definition() -> None:
    data = write(result() + '<UnitTestResult testId="u" testName="other" outcome="Passed"/>')
    seen = trx.parse(io.BytesIO(data[: data.index("</TestDefinitions>")].encode()))
    assert ([test.name for test in seen.tests], seen.is_complete) == (["Holds"], False)
    with pytest.raises(errors.ReportError) as caught:
        trx.parse(io.BytesIO(data[: data.index("</UnitTest>")].encode()))
    assert caught.value.code == "report-truncated"
