from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.work import orders

OURS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.TestFluxError)]
PLAIN = [kind for kind in OURS if kind is not errors.RateLimitedError]  # no work is refused for being asked too often


@given(st.tuples(st.integers(1, 2**31), st.integers(1, 2**62)), st.text())
def test_a_message_says_how_long_it_is(key: tuple[int, int], request_id: str) -> None:
    order = orders.Order(orders.Work.COUNT, key, request_id)
    packed = orders.pack(order)
    head, content = packed[: orders.LENGTH], packed[orders.LENGTH :]
    assert orders.length(head) == len(content)
    assert msgspec.msgpack.decode(content, type=orders.Order) == order


@pytest.mark.parametrize("kind", PLAIN)
def test_errors_of_ours_come_back_as_they_were(kind: type[errors.TestFluxError]) -> None:
    answer = orders.explain(kind("What happened.", hint="What to do.", code="some-code"), 7)
    with pytest.raises(kind) as caught:
        orders.raise_error(answer)
    assert type(caught.value) is kind
    assert (caught.value.message, caught.value.hint, caught.value.code) == (
        "What happened.",
        "What to do.",
        "some-code",
    )
    assert answer.memory_bytes == 7


@pytest.mark.parametrize("error", [ZeroDivisionError("by nothing"), MemoryError(), KeyError("x")])
def test_anything_else_is_our_fault(error: Exception) -> None:
    answer = orders.explain(error, 0)
    with pytest.raises(orders.ProcessFailedError, match=type(error).__name__):
        orders.raise_error(answer)


@pytest.mark.parametrize("family", ["Exception", "annotations", "__name__"])
def test_no_name_raises_what_is_no_error_of_ours(family: str) -> None:
    with pytest.raises(orders.ProcessFailedError):
        orders.raise_error(orders.Answer(family=family, message="odd"))


def test_nothing_is_raised_when_it_went_well() -> None:
    assert orders.raise_error(orders.Answer(memory_bytes=1)) is None
