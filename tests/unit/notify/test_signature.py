"""The signature is checked by a second hand: RFC 2104's definition of HMAC, written out."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.notify import signature


def _hmac_written_out(key: bytes, content: bytes) -> bytes:
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + content).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner).digest()


@given(
    key=st.binary(min_size=24, max_size=80),
    message_id=st.from_regex(r"msg_[0-9]+-[0-9]+", fullmatch=True),
    body=st.binary(),
)
def test_signature_is_hmac_over_id_timestamp_and_body(key: bytes, message_id: str, body: bytes) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    made = signature.sign(secret, message_id, "1614265330", body)
    scheme, _, given_digest = made.partition(",")
    assert scheme == "v1"
    expected = _hmac_written_out(key, message_id.encode() + b".1614265330." + body)
    assert base64.b64decode(given_digest) == expected


def test_headers_are_the_three_of_standard_webhooks() -> None:
    secret = signature.make_secret()
    at = datetime(2026, 11, 22, 16, 0, 0, 900_000, tzinfo=UTC)
    headers = signature.headers(secret, "msg_3-17", at, b"{}")
    assert headers == {
        "webhook-id": "msg_3-17",
        "webhook-timestamp": "1795363200",
        "webhook-signature": signature.sign(secret, "msg_3-17", "1795363200", b"{}"),
    }


def test_a_secret_holds_32_random_bytes() -> None:
    first, second = signature.make_secret(), signature.make_secret()
    assert first != second
    assert first.startswith("whsec_")
    assert len(base64.b64decode(first.removeprefix("whsec_"))) == 32


def test_a_secret_that_is_no_base64_is_explained() -> None:
    with pytest.raises(errors.InvalidError, match="whsec_") as caught:
        signature.sign("whsec_not base64!", "msg_1-1", "1", b"")
    assert "not base64!" not in str(caught.value)
