from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from testflux.serve import suites


def row(*suite: str, passed: int = 1, failed: int = 0) -> dict[str, Any]:
    return {
        "suite": list(suite),
        "total": passed + failed,
        "passed": passed,
        "failed": failed,
        "broken": 0,
        "skipped": 0,
        "flaky": 0,
        "duration_ms": 10,
    }


def test_suites_add_up_into_their_parents() -> None:
    items = suites.build([row("Shop", "Pay", passed=2), row("Shop", "Ship", "Air", failed=1), row("Shop")])
    assert [(item.path, item.depth, item.total, item.failed) for item in items] == [
        (["Shop"], 0, 5, 1),
        (["Shop", "Pay"], 1, 2, 0),
        (["Shop", "Ship"], 1, 2, 1),
        (["Shop", "Ship", "Air"], 2, 2, 1),
    ]
    assert items[0].duration_ms == 30
    assert items[3].name == "Air"


def test_siblings_keep_their_order_and_children_follow_their_parent() -> None:
    items = suites.build([row("B", "x"), row("A"), row("B", "w"), row("B", "x", "deep")])
    assert [item.path for item in items] == [["B"], ["B", "x"], ["B", "x", "deep"], ["B", "w"], ["A"]]


def test_no_suites() -> None:
    assert suites.build([]) == []


def test_a_tree_deeper_than_pythons_stack() -> None:
    items = suites.build([row(*(str(depth) for depth in range(2000)))])
    assert len(items) == 2000
    assert items[-1].depth == 1999


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4), max_size=20))
def test_roots_hold_everything(paths: list[list[str]]) -> None:
    items = suites.build([row(*path) for path in paths])
    assert sum(item.total for item in items if item.depth == 0) == len(paths)
    assert len({tuple(item.path) for item in items}) == len(items)
