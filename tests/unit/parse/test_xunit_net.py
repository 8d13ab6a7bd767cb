from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Status
from testflux.parse import xunit_net


def read(*assemblies: str) -> raw.RawReport:
    return xunit_net.parse(io.BytesIO(f"<assemblies>{''.join(assemblies)}</assemblies>".encode()))


def assembly(tests: str, more: str = "", errors_: str = "") -> str:
    return (
        f'<assembly name="C:\\x\\Shop.Tests.dll" {more}><errors>{errors_}</errors>'
        f'<collection name="c">{tests}</collection></assembly>'
    )


def one_test(name: str = "Shop.Carts.Holds", result: str = "Pass", inside: str = "", more: str = "") -> str:
    return f'<test name="{name}" type="Shop.Carts" method="Holds" result="{result}" {more}>{inside}</test>'


def read_test(*args: str, **fields: str) -> raw.RawTest:
    return read(assembly(one_test(*args, **fields))).tests[0]


def test_every_field_has_its_place() -> None:
    inside = (
        '<traits><trait name="Category" value="smoke"/><trait name="owner" value="ann"/>'
        '<trait name="Category" value="smoke"/></traits><output>o</output><warnings/><attachments/>'
    )
    more = 'time="0.0125" start-rtf="2026-03-14T10:15:31+01:00" source-file="/src/Carts.cs" source-line="12"'
    test = read_test(inside=inside, more=more)
    assert (test.suite, test.name, test.parameters) == (("Shop.Tests", "Shop.Carts"), "Holds", "")
    assert (test.source, test.line, test.tags) == ("/src/Carts.cs", 12, ("smoke", "owner:ann"))
    assert (test.started_at, test.duration_ms) == (datetime(2026, 3, 14, 9, 15, 31, tzinfo=UTC), 12.5)


@pytest.mark.parametrize(
    ("result", "status"),
    [("Pass", Status.PASSED), ("Fail", Status.FAILED), ("Skip", Status.SKIPPED), ("NotRun", Status.SKIPPED)],
)
def test_results(result: str, status: Status) -> None:
    assert read_test(result=result).status is status


def test_a_result_that_is_not_known_is_broken_with_a_warning() -> None:
    seen = read(assembly(one_test(result="Fine") + one_test(result="Fine")))
    assert [test.status for test in seen.tests] == [Status.BROKEN] * 2
    assert [warning.code for warning in seen.warnings] == ["unknown-status"]


@pytest.mark.parametrize(
    ("name", "own", "parameters"),
    [
        ("Shop.Carts.Adds(apples: 2, note: &quot;x, y&quot;)", "Adds", 'apples: 2, note: "x, y"'),
        ("Carts hold (slowly)", "Carts hold (slowly)", ""),
        ("", "Holds", ""),
    ],
)
def test_names(name: str, own: str, parameters: str) -> None:
    test = read_test(name)
    assert (test.name, test.parameters) == (own, parameters)


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ('<failure exception-type="E"><message>no\n</message><stack-trace>at x</stack-trace></failure>', "no"),
        ('<failure exception-type="System.TimeoutException"/>', "System.TimeoutException"),
        ('<failure exception-type="E"><message/></failure>', "E"),
        ("<reason><![CDATA[later]]></reason>", "later"),
    ],
)
def test_messages(inside: str, message: str) -> None:
    assert read_test(result="Fail", inside=inside).message == message


@pytest.mark.parametrize(
    ("line", "number"), [("12", 12), ("0", None), ("", None), ("x", None), ("9" * 20, None), ("²", None)]
)
def test_lines_are_numbers(line: str, number: int | None) -> None:
    assert read_test(more=f'source-line="{line}"').line == number


def test_what_failed_outside_tests_is_a_broken_test() -> None:
    failure = '<failure exception-type="E"><message>stuck</message><stack-trace>at x</stack-trace></failure>'
    seen = read(assembly("", errors_=f'<error type="class-cleanup" name="Shop.Carts">{failure}</error><error/>'))
    assert [(test.suite, test.name, test.status, test.message) for test in seen.tests] == [
        (("Shop.Tests",), "class-cleanup: Shop.Carts", Status.BROKEN, "stuck"),
        (("Shop.Tests",), "error", Status.BROKEN, ""),
    ]


def test_times_with_a_zone_go_before_those_without() -> None:
    more = 'run-date="2026-03-14" run-time="10:15:30" time="1.5"'
    local = read(assembly("", more), assembly("", more))
    assert (local.started_at, local.local_times) == (datetime(2026, 3, 14, 10, 15, 30, tzinfo=UTC), True)
    assert local.duration_ms == 3000
    zoned = read(
        assembly("", f'{more} start-rtf="2026-03-14T10:15:30+01:00" finish-rtf="2026-03-14T10:15:34+01:00"'),
        assembly("", f'{more} start-rtf="2026-03-14T10:15:31+01:00" finish-rtf="2026-03-14T10:15:32+01:00"'),
    )
    assert (zoned.started_at, zoned.local_times) == (datetime(2026, 3, 14, 9, 15, 30, tzinfo=UTC), False)
    assert zoned.duration_ms == 4000


def test_no_time_is_no_time() -> None:
    seen = read(assembly(one_test()))
    assert (seen.started_at, seen.duration_ms, seen.local_times) == (None, None, False)


@pytest.mark.parametrize(
    ("framework", "tool"),
    [
        ("xUnit.net 2.4.1.0", raw.Tool("xUnit.net", "2.4.1.0")),
        ("xUnit.net v3 3.2.0", raw.Tool("xUnit.net v3", "3.2.0")),
        ("", raw.Tool("xUnit.net")),
    ],
)
def test_the_framework_is_the_tool(framework: str, tool: raw.Tool) -> None:
    assert read(assembly("", f'test-framework="{framework}"')).tool == tool


def test_tests_stand_where_they_say() -> None:
    data = (
        f"<assemblies>\n{assembly(one_test() + '<test name=' + chr(34) + 'b' + chr(34) + ' />')}</assemblies>".encode()
    )
    pieces = [data[test.byte_start : test.byte_end] for test in xunit_net.parse(io.BytesIO(data)).tests]
    assert [(piece[:6], piece[-2:]) for piece in pieces] == [(b"<test ", b"t>"), (b"<test ", b"/>")]


def test_unknown_elements_are_named_and_lose_nothing() -> None:
    seen = read(assembly(one_test(inside="<new/>")))
    assert [test.name for test in seen.tests] == ["Holds"]
    assert ["<new>" in warning.message for warning in seen.warnings] == [True]


def test_a_file_that_breaks_off_keeps_its_complete_tests() -> None:
    data = f"<assemblies>{assembly(one_test() + one_test())}".encode()
    seen = xunit_net.parse(io.BytesIO(data[: data.rindex(b"</test>")]))
    assert (len(seen.tests), seen.is_complete) == (1, False)
    with pytest.raises(errors.ReportError) as caught:
        xunit_net.parse(io.BytesIO(data[:60]))
    assert caught.value.code == "report-truncated"
