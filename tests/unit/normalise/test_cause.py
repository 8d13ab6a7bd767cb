from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.normalise import cause


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("Timeout after 1234 ms", "Timeout after {n} ms"),
        ("took 345ms, then 200 ms", "took {n}ms, then {n} ms"),
        ("404 != 200", "404 != 200"),
        ("500 Internal Server Error", "500 Internal Server Error"),
        ("Expected 12 items but got 1,234", "Expected {n} items but got {n}"),
        ("42.50 != 43.00", "{n} != {n}"),
        ("Element 'id=btn-12345' not visible", "Element 'id=btn-{n}' not visible"),
        ("v1.2.3 is not HTTP2", "v1.2.3 is not HTTP2"),
        ("at 2024-01-02T10:11:12.345Z on 10.0.0.1:8080", "at {time} on {ip}"),
        ("20240102 10:11:12.345 late", "{time} late"),
        ("since 2024-01-02, at 10:11:12", "since {time}, at {time}"),
        ("build 3f2a91bc in /tmp/run-17/x.log", "build {hex} in {path}"),
        ("at 0x7f3a object", "at {hex} object"),
        ("no 123e4567-e89b-12d3-a456-426614174000 here", "no {uuid} here"),
        ("GET http://localhost:8080/a?b=1 failed for ann@example.org", "GET {url} failed for {email}"),
        (r"C:\Users\ann\a.txt is missing", "{path} is missing"),
        ("first\n\n  second\tthird ", "first second third"),
        ("", cause.NO_MESSAGE),
        (" \n", cause.NO_MESSAGE),
    ],
)
def test_what_changes_from_run_to_run_is_named(message: str, line: str) -> None:
    assert cause.describe(message) == line


def test_html_is_read_as_text() -> None:
    assert cause.describe("The <b>basket</b> is empty &amp; sad", is_html=True) == "The basket is empty & sad"
    assert cause.describe("a <b> c") == "a <b> c"


def test_only_the_beginning_counts() -> None:
    assert cause.describe("x" * 1000) == "x" * 400
    assert cause.describe("a " * 1000 + "b") == cause.describe("a " * 1000 + "c")


@given(st.text(max_size=300))
def test_a_line_is_one_short_line(message: str) -> None:
    line = cause.describe(message)
    assert 0 < len(line) <= 400
    assert "\n" not in line
    assert len(cause.fingerprint(line)) == 16


@given(st.integers(600, 10**9), st.integers(600, 10**9))
def test_numbers_do_not_part_causes(one: int, other: int) -> None:
    assert cause.describe(f"waited {one} for row {other}") == cause.describe(f"waited {other} for row {one}")


def test_the_fingerprint_never_changes() -> None:
    """Stored failure groups depend on it: another algorithm needs another name."""
    assert cause.ALGORITHM == "cause/1"
    assert cause.fingerprint("Timeout after {n} ms").hex() == "43143b7cbda427b6020f243fcf4777d2"


@pytest.mark.parametrize("message", ["1" * 2000, "1." * 1000, "a@" * 1000, "a" * 1999 + "-", "/tmp" * 500, "0-" * 1000])
def test_hostile_messages_take_no_time(message: str) -> None:
    start = time.process_time()
    cause.describe(message)
    assert time.process_time() - start < 0.5
