from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.normalise import secrecy

SECRET = "s3cr3t"


@pytest.mark.parametrize(
    "name", ["Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "set-cookie", "COOKIE"]
)
@pytest.mark.parametrize(
    "value", [SECRET, f"Bearer {SECRET}", f"sid={SECRET}; theme=dark", f"a\r\n\t{SECRET}", f"a\n  {SECRET}"]
)
def test_values_are_hidden_and_names_kept(name: str, value: str) -> None:
    head = f"GET /a HTTP/1.1\r\nHost: h\r\n{name}: {value}\r\nAccept: */*\r\n\r\n"
    assert secrecy.hide(head) == f"GET /a HTTP/1.1\r\nHost: h\r\n{name}: [hidden]\r\nAccept: */*\r\n\r\n"


@pytest.mark.parametrize(
    "head",
    [
        "",
        "GET /cookie:a HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nX-Cookie: a\r\nCookies: b\r\nVary: Cookie\r\nWWW-Authenticate: Basic\r\n\r\n",
        "HTTP/1.1 200 OK\r\nSet-Cookie:\r\nServer: nginx\r\n\r\n",
        "GET / HTTP/1.1\nAuthorization: \n\n",
    ],
)
def test_nothing_else_changes(head: str) -> None:
    assert secrecy.hide(head) == head


def test_every_such_header_is_hidden() -> None:
    head = "HTTP/1.1 200\nSet-Cookie: a=1\nSet-Cookie: b=2; HttpOnly\nCookie : c=3\rCookie:\n d\nA: b"
    hidden = "HTTP/1.1 200\nSet-Cookie: [hidden]\nSet-Cookie: [hidden]\nCookie : [hidden]\rCookie:[hidden]\nA: b"
    assert secrecy.hide(head) == hidden


def test_a_head_may_begin_with_one() -> None:
    assert secrecy.hide("cookie: a=1") == "cookie: [hidden]"


@given(
    st.lists(st.sampled_from(["Cookie: ", "Host: ", "a", "\r", "\n", " ", "\t", ":", "Set-"]), max_size=12).map("".join)
)
def test_hiding_twice_hides_no_more(head: str) -> None:
    assert secrecy.hide(secrecy.hide(head)) == secrecy.hide(head)
