from __future__ import annotations

import pytest

from testflux.model import raw
from testflux.parse import junit_tools


def in_order(names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), "x")


@pytest.mark.parametrize(
    ("attributes", "wanted"),
    [
        ({"name": "pytest tests"}, "pytest"),
        ({"name": "vitest tests"}, "Vitest"),
        ({"name": "Mocha Tests"}, "Mocha"),
        ({"name": "jest tests"}, "Jest"),
        ({"name": "AllTests", "disabled": "0"}, "GoogleTest"),
        ({"name": "AllTests"}, "JUnit XML"),
        (in_order("id name tests failures skipped errors time"), "Playwright"),
        ({}, "JUnit XML"),
    ],
)
def test_roots(attributes: dict[str, str], wanted: str) -> None:
    assert junit_tools.of_root(attributes) == wanted


@pytest.mark.parametrize(
    ("attributes", "wanted"),
    [
        (in_order("name errors failures skipped tests time timestamp hostname"), "pytest"),
        ({"name": "pytest"}, "pytest"),
        (in_order("version name time tests errors skipped failures"), "Maven Surefire"),
        ({"xsi:noNamespaceSchemaLocation": "https://…/surefire-test-report.xsd"}, "Maven Surefire"),
        (in_order("name tests skipped failures errors timestamp hostname time"), "Gradle"),
        ({"name": "a", "hostname": "tbd"}, "Catch2"),
        (in_order("name tests failures disabled skipped hostname time timestamp"), "CTest"),
        (in_order("name tests failures errors id hostname time timestamp"), "Go"),
        ({"name": "a-20260314091530"}, "unittest-xml-reporting"),
        ({"name": "a", "assertions": "1"}, "PHPUnit"),
        ({"name": "nosetests"}, "nose"),
        ({"name": "a"}, "JUnit XML"),
    ],
)
def test_suites(attributes: dict[str, str], wanted: str) -> None:
    assert junit_tools.of_suite(attributes, is_root=False) == wanted


def test_only_a_root_is_robot_frameworks() -> None:
    attributes = in_order("name tests errors failures skipped time")
    assert junit_tools.of_suite(attributes, is_root=True) == "Robot Framework"
    assert junit_tools.of_suite(attributes, is_root=False) == "JUnit XML"


def test_properties_give_some_away() -> None:
    assert junit_tools.of_property("go.version", "go1.22.1 linux/amd64") == raw.Tool("Go", "1.22.1")
    assert junit_tools.of_property("surefire.test.class.path", "/x") == raw.Tool("Maven Surefire")
    assert junit_tools.of_property("go.version", " ") is None
    assert junit_tools.of_property("java.home", "/x") is None
