from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from testflux.normalise import urls, zap_spots

Addresses = st.sampled_from(
    ["", "http://h/a/1", "http://h/a/2?q=3", "HTTP://H:80/a/3/", "http://h/b", "https://h/b", "/x"]
)


@given(st.lists(Addresses, unique=True), st.data())
def test_each_address_has_the_spot_that_it_is_at(texts: list[str], data: st.DataObject) -> None:
    asked = data.draw(st.lists(st.integers(0, len(texts) - 1))) if texts else []
    spots = zap_spots.Spots(texts)
    found = spots.find(asked)
    assert [spots[spot] for spot in found] == [urls.origin_and_template(texts[address]) for address in asked]
    assert spots.find(asked) == found


def test_addresses_of_one_template_are_one_spot() -> None:
    one, same, other = zap_spots.Spots(["http://h/a/1", "http://h/a/2", "http://h/b"]).find([0, 1, 2])
    assert one == same != other


def test_what_is_found_out_is_found_out_once() -> None:
    texts = ["http://h/a"]
    spots = zap_spots.Spots(texts)
    (spot,) = spots.find([0])
    texts[0] = "http://elsewhere/"
    assert spots.find([0]) == [spot]
