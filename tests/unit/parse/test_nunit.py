from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from testflux.kit import errors
from testflux.model import raw
from testflux.model.status import Status
from testflux.parse import nunit


def read(inside: str, root: str = "test-run", more: str = "") -> raw.RawReport:
    return nunit.parse(io.BytesIO(f"<{root} {more}>{inside}</{root}>".encode()))


def read_case(attributes: str, inside: str = "") -> raw.RawTest:
    return read(
        f'<test-suite name="Carts"><test-case name="Holds" {attributes}>{inside}</test-case></test-suite>'
    ).tests[0]


def test_every_field_has_its_place() -> None:
    seen = read(
        '<test-suite type="Assembly" name="Shop.dll"><environment framework-version="4.1.0.0"/>'
        '<test-suite type="TestFixture" name="Carts"><test-case name="Holds" result="Passed" duration="0.25" '
        'start-time="2026-03-14T09:15:31.25Z"><properties><property name="Description" value="d"/>'
        '<property name="Category" value="smoke"/><property name="Author" value="a"/></properties></test-case>'
        "</test-suite></test-suite>",
        more='engine-version="3.17.0.0" start-time="2026-03-14 09:15:30Z" duration="2.75"',
    )
    (test,) = seen.tests
    assert (test.suite, test.name, test.doc, test.tags) == (("Shop", "Carts"), "Holds", "d", ("smoke",))
    assert (test.started_at, test.duration_ms) == (datetime(2026, 3, 14, 9, 15, 31, 250_000, tzinfo=UTC), 250)
    assert (seen.started_at, seen.duration_ms) == (datetime(2026, 3, 14, 9, 15, 30, tzinfo=UTC), 2750)
    assert (seen.tool, seen.local_times, seen.warnings) == (raw.Tool("NUnit", "4.1.0.0"), False, [])


@pytest.mark.parametrize(
    ("attributes", "status"),
    [
        ('result="Passed"', Status.PASSED),
        ('result="Warning"', Status.PASSED),
        ('result="Failed"', Status.FAILED),
        ('result="Failed" label="Error"', Status.BROKEN),
        ('result="Failed" label="Invalid"', Status.BROKEN),
        ('result="Failed" label="Cancelled"', Status.BROKEN),
        ('result="Failed" site="SetUp"', Status.BROKEN),
        ('result="Failed" site="Parent"', Status.BROKEN),
        ('result="Failed" site="Test"', Status.FAILED),
        ('result="Skipped" label="Ignored"', Status.SKIPPED),
        ('result="Inconclusive"', Status.SKIPPED),
        ('result="Success"', Status.PASSED),
        ('result="Failure"', Status.FAILED),
        ('result="Error"', Status.BROKEN),
        ('result="NotRunnable"', Status.BROKEN),
        ('result="Ignored"', Status.SKIPPED),
        ('executed="True" success="True"', Status.PASSED),
        ('executed="true" success="false"', Status.FAILED),
        ('executed="False"', Status.SKIPPED),
    ],
)
def test_results(attributes: str, status: Status) -> None:
    assert read_case(attributes).status is status


def test_a_result_that_is_not_known_is_broken_with_a_warning() -> None:
    seen = read('<test-case name="a" result="Fine"/><test-case name="b" result="Fine"/>')
    assert [test.status for test in seen.tests] == [Status.BROKEN] * 2
    assert [warning.code for warning in seen.warnings] == ["unknown-status"]


@pytest.mark.parametrize(
    ("attributes", "inside", "message"),
    [
        ("", "<failure><message><![CDATA[ no\n]]></message><stack-trace>at x</stack-trace></failure>", " no"),
        ("", "<failure><message/><stack-trace>\nat x</stack-trace></failure>", "at x"),
        ("", "<reason><message>later</message></reason>", "later"),
        ('label="Test exceeded Timeout value 1ms."', "<failure/>", "Test exceeded Timeout value 1ms."),
        ('label="Error"', "<failure/>", ""),
        ("", "<assertions><assertion><message>one</message></assertion></assertions>", ""),
    ],
)
def test_messages(attributes: str, inside: str, message: str) -> None:
    assert read_case(f'result="Failed" {attributes}', inside).message == message


def test_variants_of_one_test_are_told_apart_by_their_arguments() -> None:
    seen = read(
        '<test-suite type="TestFixture" name="Carts"><test-suite type="ParameterizedMethod" name="Adds">'
        '<test-case name="Adds(1,&quot;a&quot;)" result="Passed"/><test-case name="Adds(2)" result="Passed"/>'
        '</test-suite><test-suite type="Theory" name="Doubts"><test-case name="Doubts(1)" result="Passed"/>'
        "</test-suite>"
        "</test-suite>"
    )
    assert [(test.suite, test.name, test.parameters) for test in seen.tests] == [
        (("Carts",), "Adds", '1,"a"'), (("Carts",), "Adds", "2"), (("Carts",), "Doubts", "1"),
    ]  # fmt: skip


def test_categories_of_a_suite_are_those_of_its_tests() -> None:
    seen = read(
        '<test-suite name="A"><properties><property name="Category" value="nightly"/></properties>'
        '<test-suite name="B"><categories><category name="slow"/></categories>'
        '<test-case name="a" result="Passed"><categories><category name="slow"/><category name="x"/></categories>'
        '</test-case></test-suite><test-case name="b" result="Passed"/></test-suite>'
        '<test-case name="c" result="Passed"/>'
    )
    assert [test.tags for test in seen.tests] == [("nightly", "slow", "x"), ("nightly",), ()]


def test_a_teardown_that_failed_stands_for_a_broken_test() -> None:
    failure = "<failure><message>stuck</message></failure>"
    seen = read(
        f'<test-suite name="A" result="Failed" site="Child">{failure}'
        f'<test-suite name="B" result="Failed" site="TearDown">{failure}'
        '<test-case name="a" result="Passed"/></test-suite></test-suite>'
    )
    assert [(test.suite, test.name, test.status, test.message) for test in seen.tests] == [
        (("A", "B"), "a", Status.PASSED, ""),
        (("A", "B"), "OneTimeTearDown", Status.BROKEN, "stuck"),
    ]


def test_version_2_has_full_names_and_local_times() -> None:
    seen = read(
        '<environment nunit-version="2.6.4"/><culture-info/>'
        '<test-suite type="Assembly" name="C:\\x\\Shop.dll" time="1,5"><results>'
        '<test-suite type="Namespace" name="Shop"><results><test-suite type="TestFixture" name="Carts"><results>'
        '<test-case name="Shop.Carts.Adds(1.5)" description="d" result="Success" time="0,016"/>'
        '<test-case name="Shop.Carts.Handles 1.5" result="Success"/><test-case name="Other.Name" result="Success"/>'
        "</results></test-suite></results></test-suite></results></test-suite>",
        root="test-results",
        more='date="2026-03-14" time="10:15:30"',
    )
    assert [(test.suite, test.name, test.parameters) for test in seen.tests] == [
        (("Shop", "Shop", "Carts"), "Adds", "1.5"),
        (("Shop", "Shop", "Carts"), "Handles 1.5", ""),
        (("Shop", "Shop", "Carts"), "Name", ""),
    ]
    assert (seen.tests[0].duration_ms, seen.tests[0].doc, seen.duration_ms) == (16, "d", 1500)
    assert (seen.started_at, seen.local_times) == (datetime(2026, 3, 14, 10, 15, 30, tzinfo=UTC), True)
    assert seen.tool == raw.Tool("NUnit", "2.6.4")


def test_a_date_of_another_country_is_no_start() -> None:
    seen = read("", root="test-results", more='date="6/12/2007" time="2:46 PM"')
    assert (seen.started_at, seen.local_times) == (None, False)


def test_cases_stand_where_they_say() -> None:
    data = (
        b'<test-run>\n<test-suite name="A"><test-case name="a" result="Passed" />'
        b'<test-case name="b" result="Passed"><output>x</output></test-case></test-suite></test-run>'
    )
    pieces = [data[test.byte_start : test.byte_end] for test in nunit.parse(io.BytesIO(data)).tests]
    assert [(piece[:11], piece[-2:]) for piece in pieces] == [(b"<test-case ", b"/>"), (b"<test-case ", b"e>")]


def test_unknown_elements_are_named_and_lose_nothing() -> None:
    seen = read('<test-case name="a" result="Passed"><new/></test-case>')
    assert [test.name for test in seen.tests] == ["a"]
    assert ["<new>" in warning.message for warning in seen.warnings] == [True]


def test_a_file_that_breaks_off_keeps_its_complete_tests() -> None:
    data = b'<test-run><test-suite name="A"><test-case name="a" result="Passed"/><test-case name="b" result="Passed">'
    seen = nunit.parse(io.BytesIO(data))
    assert ([test.name for test in seen.tests], seen.is_complete) == (["a"], False)
    with pytest.raises(errors.ReportError) as caught:
        nunit.parse(io.BytesIO(data[:40]))
    assert caught.value.code == "report-truncated"
