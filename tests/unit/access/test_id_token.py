from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

import oidc_made
from oidc_made import CLIENT, CURVE_KEY, EDWARDS_KEY, KEY, OTHER_KEY, by_hand, claims, jwk, key_set, sign
from testflux.access import id_token
from testflux.kit import errors

ISSUER = "https://login.example.org"


def verify(token: str, *rows: dict[str, Any], opaque: str = "opaque", later_s: float = 0) -> dict[str, Any]:
    now = datetime.now(UTC) + timedelta(seconds=later_s)
    expected = id_token.Expected(issuers=(ISSUER,), client_id=CLIENT, nonce="n", access_token=opaque)
    return id_token.verify(token, id_token.read_keys(key_set(*rows)), expected, now)


def refused(token: str, *rows: dict[str, Any], **more: Any) -> str:
    with pytest.raises(errors.UnavailableError) as caught:
        verify(token, *rows, **more)
    assert caught.value.code == "provider-answer"
    return caught.value.message


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"])
def test_rsa_signatures(algorithm: str) -> None:
    assert verify(sign(claims(ISSUER), algorithm=algorithm))["sub"] == "s-1"


def test_other_signatures() -> None:
    assert verify(sign(claims(ISSUER), CURVE_KEY, "ES256"), jwk(CURVE_KEY))["sub"] == "s-1"
    assert verify(sign(claims(ISSUER), EDWARDS_KEY, "EdDSA"), jwk(EDWARDS_KEY))["sub"] == "s-1"


def test_a_token_without_a_key_name_is_tried_with_every_key() -> None:
    assert verify(sign(claims(ISSUER), kid=None), jwk(OTHER_KEY, "a"), jwk(KEY, "b"))["sub"] == "s-1"


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", "", None, 5, ["RS256"]])
def test_an_unsigned_token(name: Any) -> None:
    assert "not accepted" in refused(by_hand({"alg": name, "kid": "one"}, claims(ISSUER)))


@pytest.mark.parametrize("secret", [oidc_made.pem(KEY), json.dumps(jwk(KEY)).encode(), b""])
def test_the_public_key_as_a_shared_secret(secret: bytes) -> None:
    unsigned = by_hand({"alg": "HS256", "kid": "one"}, claims(ISSUER)).rstrip(".")
    mac = hmac.new(secret, unsigned.encode(), hashlib.sha256).digest()
    token = f"{unsigned}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    assert "not accepted" in refused(token)


def test_another_key_under_the_same_name() -> None:
    assert "not signed by the provider" in refused(sign(claims(ISSUER), OTHER_KEY))


def test_a_key_that_the_provider_does_not_publish_asks_for_its_new_keys() -> None:
    with pytest.raises(id_token.UnknownKeyError):
        verify(sign(claims(ISSUER), OTHER_KEY, kid="two"))


@pytest.mark.parametrize("kid", ["../../dev/null", "' or 1=1 --", "one\0", "", "x" * 10_000])
def test_a_key_name_is_only_compared(kid: str) -> None:
    with pytest.raises(id_token.UnknownKeyError):
        verify(sign(claims(ISSUER), kid=kid))


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c"])
def test_a_key_that_the_token_brings_along(name: str) -> None:
    brought = {
        "jwk": jwk(OTHER_KEY),
        "jku": "https://evil.example/jwks",
        "x5u": "https://evil.example",
        "x5c": ["MIIB"],
    }
    import jwt  # noqa: PLC0415 - the one test that writes heads of its own

    token = jwt.encode(claims(ISSUER), OTHER_KEY, "RS256", headers={"kid": "one", name: brought[name]})
    assert "not signed by the provider" in refused(token)


def test_a_key_is_used_only_as_its_provider_says() -> None:
    assert "not signed" in refused(sign(claims(ISSUER), algorithm="PS256"), jwk(KEY, alg="RS256"))
    with pytest.raises(id_token.UnknownKeyError):
        verify(sign(claims(ISSUER)), jwk(KEY, use="enc"))


def test_keys_that_are_left_out() -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - that it is refused is the test
    secret = {"kty": "oct", "k": "c2VjcmV0", "kid": "one"}
    private = {**jwk(KEY), **json.loads(oidc_made.ALGORITHMS["RSA"].to_jwk(KEY))}
    assert (
        id_token.read_keys(key_set(jwk(weak), secret, private, {"kty": "RSA"}, {"kty": "EC", "crv": "P-1"}, {})) == []
    )


def test_a_changed_token() -> None:
    head, body, signature = sign(claims(ISSUER)).split(".")
    other = base64.urlsafe_b64encode(json.dumps(claims(ISSUER, sub="admin")).encode()).rstrip(b"=").decode()
    assert "not signed" in refused(f"{head}.{other}.{signature}")
    assert "not signed" in refused(f"{head}.{body}.{signature[:-4]}AAAA")
    assert "not signed" in refused(f"{head}.{body}.")


@pytest.mark.parametrize("token", ["", "a", "a.b", "a.b.c", "....", "x" * 70_000, "\0.\0.\0", "é.é.é"])
def test_what_is_no_token(token: str) -> None:
    assert "ID token" in refused(token)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": "https://evil.example"}, "made by"),
        ({"iss": ISSUER + "/"}, "made by"),
        ({"iss": None}, "made by"),
        ({"aud": "another"}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": {CLIENT: 1}}, "aud"),
        ({"aud": [CLIENT, "another"]}, "azp"),
        ({"azp": "another"}, "azp"),
        ({"nonce": "m"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": ["n"]}, "nonce"),
        ({"sub": None}, "subject"),
        ({"sub": ""}, "subject"),
        ({"sub": 5}, "subject"),
        ({"exp": None}, "how long"),
        ({"exp": "never"}, "how long"),
        ({"exp": float("inf")}, "how long"),
        ({"exp": float("nan")}, "how long"),
        ({"exp": True}, "how long"),
        ({"iat": None}, "how long"),
        ({"exp": int(time.time()) - 61}, "expired"),
        ({"iat": int(time.time()) + 300}, "future"),
        ({"nbf": int(time.time()) + 300}, "future"),
        ({"at_hash": "AAAA"}, "at_hash"),
        ({"at_hash": 5}, "at_hash"),
    ],
)
def test_claims_that_are_wrong(changes: dict[str, Any], why: str) -> None:
    assert why in refused(sign(claims(ISSUER, **changes)))


def test_claims_that_are_right() -> None:
    half = base64.urlsafe_b64encode(hashlib.sha256(b"opaque").digest()[:16]).rstrip(b"=").decode()
    assert verify(sign(claims(ISSUER, aud=[CLIENT, "another"], azp=CLIENT, at_hash=half)))["azp"] == CLIENT
    assert "at_hash" in refused(sign(claims(ISSUER, at_hash=half)), opaque="another")


def test_a_token_is_good_a_minute_longer_and_no_more() -> None:
    token = sign(claims(ISSUER))
    assert verify(token, later_s=345)["sub"] == "s-1"
    assert "expired" in refused(token, later_s=361)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"keys": 5}', b'{"keys": [1]}', b"\xff"])
def test_what_is_no_key_set(content: bytes) -> None:
    with pytest.raises(errors.UnavailableError):
        id_token.read_keys(content)
