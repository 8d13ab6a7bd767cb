from __future__ import annotations

from testflux.kit import keys


def test_the_present_key_comes_first_and_each_once() -> None:
    every = keys.join(["new", "old", "new", "older"])
    assert keys.split(every) == ["new", "old", "older"]
    assert keys.present(every) == "new"
    assert keys.present("only") == "only"


def test_a_key_has_a_name_that_tells_nothing_of_it() -> None:
    assert keys.identifier("a" * 32) != keys.identifier("b" * 32)
    assert keys.identifier("a" * 32) == keys.identifier("a" * 32)
    assert len(keys.identifier("a" * 32)) == 4
