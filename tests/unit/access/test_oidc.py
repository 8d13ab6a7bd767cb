from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from testflux.access import oidc
from testflux.kit import errors

ISSUER = "https://login.example.org/realms/main"


def document(**changes: Any) -> bytes:
    right = {
        "issuer": ISSUER,
        "authorization_endpoint": f"{ISSUER}/auth",
        "token_endpoint": f"{ISSUER}/token",
        "jwks_uri": f"{ISSUER}/keys",
    }
    return json.dumps({**right, **changes}).encode()


def read(content: bytes, *, is_private_allowed: bool = False) -> oidc.Metadata:
    return oidc.read_metadata(content, ISSUER, is_private_allowed=is_private_allowed)


def test_where_the_browser_is_sent() -> None:
    start = oidc.Start(nonce="n", verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    url = oidc.authorise_url(
        f"{ISSUER}/auth?x=1", "c", "https://t/cb", ["openid", "a b"], "s&t", start, hd="example.org"
    )
    assert url.startswith(f"{ISSUER}/auth?x=1&")
    query = parse_qs(urlsplit(url).query)
    assert {name: values[0] for name, values in query.items()} == {
        "x": "1",
        "response_type": "code",
        "client_id": "c",
        "redirect_uri": "https://t/cb",
        "scope": "openid a b",
        "state": "s&t",
        "nonce": "n",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",  # the example of RFC 7636
        "code_challenge_method": "S256",
        "hd": "example.org",
    }


def test_the_secrets_of_each_sign_in_are_its_own() -> None:
    starts = [oidc.begin() for _ in range(20)]
    assert len({start.nonce for start in starts} | {start.verifier for start in starts}) == 40
    assert all(43 <= len(start.verifier) <= 128 for start in starts)


def test_how_the_client_proves_itself() -> None:
    metadata = read(document())
    form, headers = oidc.exchange(metadata, "a b", "s:ä", "code", "https://t/cb", "v")
    assert form == {
        "grant_type": "authorization_code",
        "code": "code",
        "redirect_uri": "https://t/cb",
        "code_verifier": "v",
        "client_id": "a b",
    }
    assert base64.b64decode(headers["authorization"].removeprefix("Basic ")) == b"a%20b:s%3A%C3%A4"
    by_form = read(document(token_endpoint_auth_methods_supported=["client_secret_post"]))
    form, headers = oidc.exchange(by_form, "c", "s", "code", "https://t/cb", "v")
    assert form["client_secret"] == "s"
    assert "authorization" not in headers
    form, headers = oidc.exchange(metadata, "c", "", "code", "https://t/cb", "v")
    assert "client_secret" not in form
    assert "authorization" not in headers


@pytest.mark.parametrize("issuer", ["https://evil.example", ISSUER + "/", ISSUER.upper(), "", None])
def test_a_document_of_another_issuer(issuer: str | None) -> None:
    with pytest.raises(errors.UnavailableError, match=r"issuer|read"):
        read(document(issuer=issuer))


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"{}", b"\xff", document(token_endpoint=None)])
def test_what_is_no_document(content: bytes) -> None:
    with pytest.raises(errors.UnavailableError, match="cannot be read"):
        read(content)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"])
@pytest.mark.parametrize(
    "address",
    [
        "http://login.example.org/x",
        "javascript:alert(1)//",
        "data:text/html,x",
        "file:///etc/passwd",
        "//evil.example",
        "/token",
        "https://",
        "https://user:word@login.example.org/",
        "https://login.example.org/#x",
        "https://login.example.org/a b",
        "https://login.example.org:99999/",
        "https://[::1",
        "https://login.example.org/\n",
    ],
)
def test_an_address_that_must_not_be_used(name: str, address: str) -> None:
    with pytest.raises(errors.UnavailableError, match=name):
        read(document(**{name: address}), is_private_allowed=True)


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:5556/dex", "http://keycloak:8080", "http://dex.auth.svc", "http://10.1.2.3", "http://[::1]/"],
)
def test_plain_http_is_for_ones_own_network_only(address: str) -> None:
    assert oidc.insecurity(address, is_private_allowed=True) == ""
    assert oidc.insecurity(address, is_private_allowed=False) == "does not begin with https://"
    assert oidc.insecurity("http://8.8.8.8/", is_private_allowed=True) == "does not begin with https://"


def test_tokens() -> None:
    assert oidc.read_tokens(b'{"access_token": "a", "id_token": "b"}') == oidc.Tokens(access_token="a", id_token="b")
    with pytest.raises(errors.UnavailableError, match="invalid_grant: It is over"):
        oidc.read_tokens(b'{"error": "invalid_grant", "error_description": "It is\\u0000 over"}')
    for content in (b"", b"{}", b"[]", b'{"access_token": 5}', b"\xff"):
        with pytest.raises(errors.UnavailableError, match="cannot be read"):
            oidc.read_tokens(content)
