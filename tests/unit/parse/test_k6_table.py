from __future__ import annotations

import numpy as np
import pytest

from testflux.parse import k6_table


def test_samples_come_back_in_their_order() -> None:
    table = k6_table.Table()
    one, other = table.metric("one"), table.metric("other")
    tags = table.tag_set({"scenario": "a"})
    for number in range(200_000 // 4):
        table.add([one, other, one, one], [4 * number] * 4, [number, -number, number, number], [tags, 0, tags, tags])
    column = table.take(one)
    assert column.values.tolist() == np.repeat(np.arange(50_000), 3).tolist()
    assert (column.times[-1], set(column.sets.tolist())) == (199_996, {tags})
    assert table.take(other).values[-1] == -49_999
    assert table.take(one).values.size == 0
    assert (table.samples, table.first, table.last) == (200_000, 0, 199_996)


def test_first_and_last_are_moments_not_places() -> None:
    table = k6_table.Table()
    metric = table.metric("m")
    for moments in ([5, 9, 3], [4, 6]):
        table.add([metric] * len(moments), moments, [1.0] * len(moments), [0] * len(moments))
    assert (table.first, table.last) == (3, 9)


def test_only_tags_that_are_asked_for_tell_sets_apart() -> None:
    table = k6_table.Table()
    assert table.tag_set({"scenario": "a", "url": "/1"}) == table.tag_set({"scenario": "a", "url": "/2"})
    assert table.want(["url", "scenario"])
    assert not table.want(["url"])
    assert table.tag_set({"scenario": "a", "url": "/1"}) != table.tag_set({"scenario": "a", "url": "/2"})


def test_too_many_metrics_are_refused() -> None:
    table = k6_table.Table()
    numbers = [table.metric(f"m{number}") for number in range(2000)]
    assert numbers == [table.metric(f"m{number}") for number in range(2000)]
    with pytest.raises(ValueError, match="too many"):
        table.metric("one more")


def test_sets_of_tags_do_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(k6_table, "_MOST_SETS", 10)
    table = k6_table.Table()
    for number in range(50):
        table.tag_set({"name": f"/{number}", "check": "c"})
    for number in range(50):
        table.tag_set({"check": f"c{number}"})
    assert len(table.sets) == 21
    assert table.sets[10][2] == "(other)"
    assert set(table.sets[-1]) == {None}
    assert table.folded > 60


def test_run_tags_are_those_that_never_differ() -> None:
    table = k6_table.Table()
    table.tag_set({"env": "test", "status": "200"})
    table.tag_set({"env": "test", "status": "500"})
    assert table.run_tags == {"env": "test"}
    table.tag_set({})
    table.tag_set({"env": "test"})
    assert table.run_tags == {}
