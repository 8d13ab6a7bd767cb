from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.serve import request_id


@pytest.mark.parametrize("offered", ["a", "CI-17.4_x:y", "0" * 64])
def test_a_sane_one_is_taken(offered: str) -> None:
    assert request_id.choose(offered) == offered
    assert request_id.current() == offered


@given(st.text())
def test_whatever_is_offered_the_chosen_one_is_harmless(offered: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._:-]{1,64}", request_id.choose(offered))


def test_made_ones_differ() -> None:
    assert request_id.choose("") != request_id.choose("\n")
