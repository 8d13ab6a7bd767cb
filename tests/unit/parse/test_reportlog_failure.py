from __future__ import annotations

import pytest

from testflux.parse import reportlog_failure


def traceback(*lines: str, message: str = "AssertionError") -> dict[str, object]:
    place = {"path": "tests/test_a.py", "lineno": 3, "message": message}
    return {"reprentries": [{"type": "ReprEntry", "data": {"lines": list(lines), "reprfileloc": place}}]}


@pytest.mark.parametrize(
    ("longrepr", "message", "trace"),
    [
        (None, "", ""),
        ("", "", ""),
        (5, "5", "5"),
        ("one line", "one line", "one line"),
        ("\nfirst\nE   what\nE   more", "what", "\nfirst\nE   what\nE   more"),
        ("E\nE  x", "x", "E\nE  x"),
        (["a.py", 3, "Skipped: not today"], "not today", ""),
        (["a.py", 3, None], "", ""),
        ([], "", ""),
        ({}, "", ""),
        ({"reprcrash": {"message": "\x1b[31massert 0\x1b[0m"}, "reprtraceback": []}, "assert 0", ""),
    ],
)
def test_failures_come_in_three_shapes(longrepr: object, message: str, trace: str) -> None:
    assert reportlog_failure.read(longrepr) == (message, trace)


def test_a_traceback_says_where() -> None:
    seen = reportlog_failure.read({"reprcrash": {"message": "assert 0"}, "reprtraceback": traceback(">  assert 0")})
    assert seen == ("assert 0", ">  assert 0\n\ntests/test_a.py:3: AssertionError")


def test_without_a_crash_the_trace_is_the_message() -> None:
    assert reportlog_failure.read({"reprtraceback": traceback(">  assert 0")}).message == ">  assert 0"


def test_a_chain_is_told_from_its_beginning() -> None:
    chain = [[traceback("a", message="KeyError"), {"message": "one"}, "during"], [traceback("b"), None, None], []]
    seen = reportlog_failure.read({"reprcrash": {"message": "two"}, "reprtraceback": traceback("c"), "chain": chain})
    assert seen.message == "two"
    assert seen.trace.split("\n\n") == ["a", "tests/test_a.py:3: KeyError", "b", "tests/test_a.py:3: AssertionError"]
