from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from testflux.kit.numbers import Numbers
from testflux.model import raw
from testflux.normalise import occurrences

Texts = st.sampled_from(["", "a", " a", "a ", "<p>a</p><p>b</p>", "Cookie: a\r\n", "Cookie: b\r\n", "\x1f"])
Instances = st.builds(raw.RawInstance, *[Texts] * raw.Instances.WIDTH)


def read(row: occurrences.Row, numbers: Numbers) -> list[str]:
    return [numbers.texts[number] for number in row]


@given(st.lists(Instances, max_size=12))
def test_many_at_once_say_the_same_as_one_by_one(listed: list[raw.RawInstance]) -> None:
    numbers = Numbers()
    for columns in raw.Instances(numbers, listed).pieces():
        rows = list(occurrences.rows(columns, numbers))
        assert rows == [occurrences.row(instance, instance.uri.strip(), numbers) for instance in listed]


def test_texts_are_as_people_read_them() -> None:
    numbers = Numbers()
    instance = raw.RawInstance(
        " u ",
        " GET ",
        " p ",
        " a ",
        " e ",
        "<p>one</p><p>two</p>",
        "node",
        "Cookie: c\r\n\r\n",
        "qb",
        "rh\r\n\r\n",
        "rb",
    )
    row = occurrences.row(instance, "here", numbers)
    assert read(row, numbers) == [
        "here", "GET", " p ", " a ", " e ", "one\n\ntwo", "Cookie: [hidden]\r\n\r\nqb", "rh\r\n\r\nrb"
    ]  # fmt: skip


def test_equal_messages_are_equal_however_they_were_parted() -> None:
    numbers = Numbers()
    parted = [raw.RawInstance(request_header="ab"), raw.RawInstance(request_header="a", request_body="b")]
    (columns,) = raw.Instances(numbers, parted).pieces()
    one, other = occurrences.rows(columns, numbers)
    assert one == other
