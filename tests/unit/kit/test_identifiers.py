from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors, identifiers


@given(st.integers(min_value=1, max_value=999_999_999), st.integers(min_value=0, max_value=10**18 - 1))
def test_an_identifier_survives_the_round_trip(project_id: int, number: int) -> None:
    assert identifiers.unpack(identifiers.pack(project_id, number)) == (project_id, number)


@pytest.mark.parametrize(
    "text", ["", "3", "3-", "-4", "0-4", "3-4-5", "3–4", " 3-4", "3-4\n", "3-1' or 1=1", "9" * 40 + "-1"]
)
def test_text_that_is_no_identifier_names_nothing(text: str) -> None:
    with pytest.raises(errors.NotFoundError):
        identifiers.unpack(text)
