from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.store import deliveries
from testflux.store.deliveries import Key


@given(
    st.builds(
        Key,
        st.integers(1, 10**9 - 1),
        st.dates(date(2020, 1, 1), date(2200, 1, 1)),
        st.integers(1, 10**12),
    )
)
def test_an_identifier_leads_back_to_its_delivery_and_day(key: Key) -> None:
    assert deliveries.read_key(key.identifier) == key


@given(st.integers(1, 999_999_999), st.integers(0, 10**18 - 1))
def test_any_number_is_a_key_or_at_least_no_crash(project: int, number: int) -> None:
    assert deliveries.read_key(f"{project}-{number}").project_id == project


@pytest.mark.parametrize("text", ["", "3", "3-", "x-1", "3-1-1", "0-1", "3-" + "9" * 19])
def test_what_is_no_identifier_names_nothing(text: str) -> None:
    with pytest.raises(errors.NotFoundError):
        deliveries.read_key(text)
