from __future__ import annotations

from array import array

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit.numbers import Numbers
from testflux.model import raw

Texts = st.sampled_from(["", "a", "b", "long " * 20])
Listed = st.lists(st.builds(raw.RawInstance, *[Texts] * raw.Instances.WIDTH), max_size=30)


@given(Listed)
def test_instances_read_like_their_list(listed: list[raw.RawInstance]) -> None:
    instances = raw.Instances(Numbers(), listed)
    assert list(instances) == listed
    assert len(instances) == len(listed)
    assert instances == listed
    assert instances == raw.Instances(Numbers(), listed)


@given(Listed, Listed)
def test_instances_differ_as_their_lists_do(one: list[raw.RawInstance], other: list[raw.RawInstance]) -> None:
    assert (raw.Instances(Numbers(), one) == other) == (one == other)
    assert raw.Instances(Numbers(), one) != tuple(one)


@given(Listed, Listed)
def test_alerts_share_their_texts(one: list[raw.RawInstance], other: list[raw.RawInstance]) -> None:
    numbers = Numbers()
    instances = [raw.Instances(numbers, listed) for listed in (one, other)]
    assert [list(each) for each in instances] == [one, other]
    assert len(numbers.texts) <= 4


def test_many_come_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [raw.RawInstance(str(at), evidence="late" if at == 8 else "") for at in range(10)]
    instances = raw.Instances(Numbers(), listed)
    monkeypatch.setattr(raw, "_PIECE", 4)
    assert [len(columns[0]) for columns in instances.pieces()] == [4, 4, 2]
    assert all(len(set(map(len, columns))) == 1 for columns in instances.pieces())
    assert list(instances) == listed
    assert instances[8].evidence == "late"


def test_whole_columns_can_be_added() -> None:
    numbers = Numbers()
    instances = raw.Instances(numbers, [raw.RawInstance("u")])
    nothing: list[array[int] | None] = [None] * (raw.Instances.WIDTH - 1)
    instances.extend([array("I", [numbers["v"], 0]), *nothing], 2)
    instances.extend([None, *nothing[1:], array("I", [numbers["r"]])], 1)
    assert [(item.uri, item.response_body) for item in instances] == [("u", ""), ("v", ""), ("", ""), ("", "r")]


def test_the_fields_are_those_of_an_address() -> None:
    assert msgspec.structs.fields(raw.RawInstance)[raw.Instances.WIDTH].name == "path"
    assert list(raw.Instances(Numbers(), [raw.RawInstance("u", path="p", line=1)])) == [raw.RawInstance("u")]
