from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.access import ldap
from testflux.kit import errors

DIRECTORY = ldap.Directory(url="ldap://ldap.example.org", addresses=(), base_dn="dc=example,dc=org")
SPECIAL = st.text(alphabet='ab*()\\\x00=&|!<>~ é,+"#;/')


@given(st.one_of(st.text(), SPECIAL))
def test_an_escaped_value_is_one_value(value: str) -> None:
    """A parser of filters finds one comparison with these very bytes, whatever they are."""
    written = ldap.escape(value)
    assert not set(written) & set("()*\x00&|!=")
    assert re.fullmatch(r"(\\[0-9a-f]{2}|[^\\])*", written)
    parsed = ldap.library().operation.search.parse_filter(f"(uid={written})", None, True, False, None, False)
    assert len(parsed.elements) == 1
    back = re.sub(rb"\\([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), written.encode())
    assert back == value.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    ("username", "password"),
    [("ada", ""), ("", "secret"), ("  ", "secret"), ("ada\x00", "secret"), ("ada", "\x00"), ("ada", "secret\x00")],
)
def test_what_is_never_asked_of_a_directory(username: str, password: str) -> None:
    """It has no address: asking it would be another error."""
    with pytest.raises(errors.UnauthenticatedError) as raised:
        ldap.sign_in(DIRECTORY, username, password)
    assert raised.value.code == "wrong-password"


def test_anything_else_is_asked() -> None:
    with pytest.raises(errors.UnavailableError) as raised:
        ldap.sign_in(DIRECTORY, "ada", " ")
    assert raised.value.code == "ldap-unavailable"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("ldap://ldap.example.org", ("ldap.example.org", 389)),
        ("ldaps://ldap.example.org/", ("ldap.example.org", 636)),
        ("ldaps://[::1]:1636", ("::1", 1636)),
    ],
)
def test_where_a_directory_is(url: str, expected: tuple[str, int]) -> None:
    assert ldap.host_of(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ldap.example.org",
        "http://ldap.example.org",
        "ldapi:///",
        "ldap://",
        "ldap://a:b",
        "ldap://a:99999",
        "ldap://[",
        "ldap://admin:secret@ldap.example.org",
        "ldap://ldap.example.org/dc=example",
        "ldap://ldap.example.org?uid",
    ],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(errors.InvalidError) as raised:
        ldap.host_of(url)
    assert raised.value.field == "url"
    assert "secret" not in raised.value.message


@pytest.mark.parametrize(
    ("dn", "name"),
    [
        ("cn=dev,ou=groups,dc=example,dc=org", "dev"),
        ("CN=Ops\\, night,OU=x", "Ops, night"),
        ("CN=Ops\\2C night,OU=x", "Ops, night"),
        ("cn=\\C3\\A9quipe,ou=x", "équipe"),
        ("cn=\\#1\\\\2,ou=x", "#1\\2"),
        ("ou=qa,dc=example", "ou=qa,dc=example"),
    ],
)
def test_the_short_name_of_a_group(dn: str, name: str) -> None:
    assert ldap.short_name(dn) == name
