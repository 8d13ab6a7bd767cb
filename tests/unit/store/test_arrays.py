from __future__ import annotations

import numpy as np
import pytest

from testflux.store.arrays import Block


@pytest.mark.parametrize(
    ("slots", "is_held", "columns"),
    [
        (None, [True, True, False, False], [0, 2]),
        ([0, 2, 900], [True, True, False, True], [0, 1, 2]),
        ([1, 3, 7], [False, False, False, False], []),
    ],
    ids=["the first three", "some", "none of them"],
)
def test_tests_are_found_in_a_block(slots: list[int] | None, is_held: list[bool], columns: list[int]) -> None:
    held = None if slots is None else np.array(slots)
    block = Block(held, np.zeros((2, 3), np.uint8), np.zeros((2, 1, 3), np.uint8))
    found = block.find(np.array([0, 2, 30, 900]))
    assert [column.tolist() for column in found] == [is_held, columns]
