from __future__ import annotations

import pytest

from testflux.parse import k6_numbers


def test_numbers_are_those_of_json() -> None:
    assert k6_numbers.decode(b"1,-2.5,1e-07,0.000000,", 4).tolist() == [1, -2.5, 1e-7, 0]
    assert k6_numbers.decode(b"", 0).size == 0


@pytest.mark.parametrize(
    "text", [b"", b"x", b"1,2", b"NaN", b"+1", b"1_0", b"null", b'"1"', b"[1]", b"1e200", b"-1e200", b"1e999"]
)
def test_anything_else_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever words it has
        k6_numbers.decode(b"1,%b," % text, 2)


def test_what_can_be_reckoned_with() -> None:
    assert k6_numbers.is_sound(-5)
    assert not k6_numbers.is_sound(float("inf"))
    assert not k6_numbers.is_sound(float("nan"))
