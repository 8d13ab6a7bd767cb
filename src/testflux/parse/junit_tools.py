"""Who wrote a JUnit XML: each writer has its own attributes, in its own order, or a name that it gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from testflux.model import raw

Attributes = Mapping[str, str]

UNKNOWN = "JUnit XML"
PYTEST = "pytest"
PLAYWRIGHT = "Playwright"
PHPUNIT = "PHPUnit"
GRADLE = "Gradle"
GO = "Go"
SUREFIRE = "Maven Surefire"
ROBOT = "Robot Framework"

UNIQUE_NAMES = {GRADLE, GO}
"""Their tests never share a name in one class or package: an equal name after a failure is another attempt."""

_STAMPED = re.compile(r"-\d{14}$")

_ROOTS: tuple[tuple[str, Callable[[Attributes], bool]], ...] = (
    (PYTEST, lambda root: root.get("name") == "pytest tests"),
    ("Vitest", lambda root: root.get("name") == "vitest tests"),
    ("Mocha", lambda root: root.get("name") == "Mocha Tests"),
    ("GoogleTest", lambda root: root.get("name") == "AllTests" and "disabled" in root),
    (PLAYWRIGHT, lambda root: _order(root) == "id name tests failures skipped errors time"),
    ("Jest", lambda root: root.get("name") == "jest tests"),
)
_SUITES: tuple[tuple[str, Callable[[Attributes], bool]], ...] = (
    (PYTEST, lambda suite: _order(suite) == "name errors failures skipped tests time timestamp hostname"),
    (PYTEST, lambda suite: suite.get("name") == "pytest"),
    (SUREFIRE, lambda suite: "surefire" in suite.get("xsi:noNamespaceSchemaLocation", "")),
    (SUREFIRE, lambda suite: _order(suite).startswith("version name time tests errors skipped failures")),
    (GRADLE, lambda suite: _order(suite) == "name tests skipped failures errors timestamp hostname time"),
    ("Catch2", lambda suite: suite.get("hostname") == "tbd"),
    ("CTest", lambda suite: _order(suite) == "name tests failures disabled skipped hostname time timestamp"),
    ("Jest", lambda suite: _order(suite) == "name errors failures skipped timestamp time tests"),
    (GO, lambda suite: _order(suite) == "name tests failures errors id hostname time timestamp"),
    ("Mocha", lambda suite: suite.get("name") in {"Mocha Tests", "Root Suite"}),
    ("nose", lambda suite: suite.get("name") == "nosetests"),
    ("unittest-xml-reporting", lambda suite: _STAMPED.search(suite.get("name", "")) is not None),
    (PHPUNIT, lambda suite: "assertions" in suite),
    ("Swift", lambda suite: suite.get("name") == "TestResults"),
)
_ROBOT_ROOTS = {"name tests errors failures skipped time", "name tests errors failures skipped time timestamp"}


def of_root(attributes: Attributes) -> str:
    """Return the writer of a `<testsuites>`, UNKNOWN when it does not show."""
    return next((name for name, is_theirs in _ROOTS if is_theirs(attributes)), UNKNOWN)


def of_suite(attributes: Attributes, *, is_root: bool) -> str:
    """Return the writer of a `<testsuite>`, UNKNOWN when it does not show."""
    if is_root and _order(attributes) in _ROBOT_ROOTS:
        return ROBOT
    return next((name for name, is_theirs in _SUITES if is_theirs(attributes)), UNKNOWN)


def of_property(name: str, value: str) -> raw.Tool | None:
    """Return the writer that a suite's property gives away. Of no other suite property anything is kept."""
    if name == "go.version" and value.strip():
        return raw.Tool(GO, value.split(maxsplit=1)[0].removeprefix("go"))
    return raw.Tool(SUREFIRE) if name.startswith("surefire.") else None


def _order(attributes: Attributes) -> str:
    return " ".join(attributes)
