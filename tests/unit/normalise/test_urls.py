from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.normalise import urls

Hosts = st.from_regex(r"[a-z]{1,8}(\.[a-z]{2,5}){0,2}", fullmatch=True)
Segments = st.text(alphabet="abcXYZ019-_.~%é;=", min_size=1, max_size=12)
Paths = st.lists(Segments, max_size=4).map(lambda parts: "".join(f"/{part}" for part in parts))


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("http://h", "http://h:80"),
        ("HTTPS://Shop.Example/x", "https://shop.example:443"),
        ("http://h:8080/", "http://h:8080"),
        ("http://h:/", "http://h:80"),
        ("http://ann:secret@h/", "http://h:80"),
        ("http://[::1]:99/x", "http://[::1]:99"),
        ("wss://h/socket", "wss://h:443"),
        ("custom://h/x", "custom://h"),
        ("/only/a/path", ""),
        ("", ""),
        ("http://[broken", "http://[broken:80"),
    ],
)
def test_origins_are_whole_and_lower_case(address: str, origin: str) -> None:
    assert urls.origin(address) == origin


@pytest.mark.parametrize(
    ("address", "template"),
    [
        ("http://h", "/"),
        ("http://h/", "/"),
        ("http://h/a/b/", "/a/b"),
        ("http://h/user/17/order/2004", "/user/{n}/order/{n}"),
        ("http://h/a?id=17#top", "/a"),
        ("http://h?id=17", "/"),
        ("http://h/a;jsessionid=AF12B/b;x=1", "/a/b"),
        ("http://h/%61b%20c", "/ab c"),
        ("http://h/x/123e4567-e89b-12d3-a456-426614174000", "/x/{uuid}"),
        ("http://h/news/2024-01-02", "/news/{date}"),
        ("http://h/c/deadbeef01", "/c/{hex}"),
        ("http://h/c/deadbeef", "/c/deadbeef"),
        ("http://h/t/abcdefghijklmnopqrst1", "/t/{tok}"),
        ("http://h/t/abcdefghijklmnopqrstu", "/t/abcdefghijklmnopqrstu"),
        ("http://h/app.3f2a91.js", "/app.{h}.js"),
        ("http://h/static/main-8f3b2c1d.chunk.js", "/static/main-{h}.chunk.js"),
        ("http://h/jquery-3.6.0.min.js", "/jquery-3.6.0.min.js"),
        ("http://h/index2.php", "/index2.php"),
        ("/relative/12", "/relative/{n}"),
        ("", "/"),
    ],
)
def test_changing_segments_are_named(address: str, template: str) -> None:
    assert urls.template(address) == template


@given(Hosts, Paths, st.sampled_from(["", "/", "//"]), st.sampled_from(["", "?a=1", "#x", "?a=/b/c#d"]))
def test_slashes_queries_and_fragments_at_the_end_change_nothing(host: str, path: str, end: str, rest: str) -> None:
    assert urls.template(f"http://{host}{path}{end}{rest}") == urls.template(f"http://{host}{path}")


@given(Hosts, Paths)
def test_the_origin_does_not_depend_on_how_it_is_written(host: str, path: str) -> None:
    plain = f"http://{host}{path}"
    assert urls.origin(plain) == urls.origin(f"HTTP://{host.upper()}:80{path}")
    assert urls.template(plain) == urls.template(f"HTTP://{host.upper()}:80{path}")


@given(Hosts, Paths, st.integers(0, 10**12), st.integers(0, 10**12))
def test_numbers_do_not_part_places(host: str, path: str, one: int, other: int) -> None:
    assert urls.template(f"http://{host}{path}/{one}/x") == urls.template(f"http://{host}{path}/{other}/x")


@given(Hosts, st.lists(st.sampled_from(["cart", "login", "a.b", "x_y"]), min_size=1, max_size=4))
def test_names_stay_and_part_places(host: str, names: list[str]) -> None:
    assert urls.template(f"http://{host}/{'/'.join(names)}") == "/" + "/".join(names)


@given(st.text(max_size=60))
def test_any_text_has_a_template(address: str) -> None:
    assert urls.template(address)
    assert urls.origin(address) == urls.origin(address).lower()


@pytest.mark.parametrize(
    "address", ["http://h/" + "a-1" * 20_000, "http://" + ":" * 60_000, "http://h/" + "." * 60_000]
)
def test_hostile_addresses_take_no_time(address: str) -> None:
    start = time.process_time()
    urls.template(address)
    urls.origin(address)
    assert time.process_time() - start < 1


@given(st.text(max_size=60))
def test_remembering_changes_nothing(address: str) -> None:
    assert urls.origin_and_template(address) == (urls.origin(address), urls.template(address))
    assert urls.origin_and_template(address) == urls.origin_and_template(address + "?" + "q" * 600)


def test_long_addresses_are_read_like_short_ones() -> None:
    address = "http://h/" + "item/17/" * 100
    assert urls.template(address) == "/" + "item/{n}/" * 99 + "item/{n}"
