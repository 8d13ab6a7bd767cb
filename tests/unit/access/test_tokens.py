from __future__ import annotations

import base64
import hashlib
import json
import string
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.access import tokens
from testflux.kit import errors

KEY = "k" * 48
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
SIGN_IN = UUID("5a1f2c3e-0000-4000-8000-00000000000a")
SECOND = timedelta(seconds=1)


def forge(key: str = KEY, algorithm: str = "HS256", **changes: Any) -> str:
    """Sign claims of one's own; a claim of None is left out."""
    claims: dict[str, Any] = {"sub": "7", "sid": str(SIGN_IN), "aud": "testflux", "iat": NOW} | {
        "exp": NOW + tokens.ACCESS_LIFE,
        **changes,
    }
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, key, algorithm=algorithm)


def part(token: str, index: int) -> bytes:
    text = token.split(".")[index]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def written(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@given(st.integers(min_value=1, max_value=2**63 - 1))
def test_who_signed_in_is_read_back(user_id: int) -> None:
    access = tokens.read_access(KEY, tokens.sign_access(KEY, user_id, SIGN_IN, NOW), NOW)
    assert access == tokens.Access(user_id, SIGN_IN, NOW + tokens.ACCESS_LIFE)


def test_an_access_token_says_who_and_until_when_and_nothing_else() -> None:
    claims = json.loads(part(tokens.sign_access(KEY, 7, SIGN_IN, NOW), 1))
    assert claims == {
        "sub": "7",
        "sid": str(SIGN_IN),
        "aud": "testflux",
        "iat": NOW.timestamp(),
        "exp": (NOW + timedelta(minutes=15)).timestamp(),
    }


@pytest.mark.parametrize("after", [timedelta(0), SECOND, tokens.ACCESS_LIFE - SECOND])
def test_an_access_token_is_good_for_its_life(after: timedelta) -> None:
    assert tokens.read_access(KEY, tokens.sign_access(KEY, 7, SIGN_IN, NOW), NOW + after).user_id == 7


@pytest.mark.parametrize("after", [tokens.ACCESS_LIFE, tokens.ACCESS_LIFE + SECOND, timedelta(days=4000)])
def test_and_not_a_second_longer(after: timedelta) -> None:
    with pytest.raises(errors.UnauthenticatedError, match="has expired"):
        tokens.read_access(KEY, tokens.sign_access(KEY, 7, SIGN_IN, NOW), NOW + after)


FORGERIES = {
    "signed with another key": forge(key="x" * 48),
    "signed with another algorithm": forge(algorithm="HS512", key=KEY * 2),
    "for somebody else": forge(aud="other"),
    "for nobody": forge(aud=None),
    "of no one": forge(sub=None),
    "of no number": forge(sub="root"),
    "of an empty name": forge(sub=""),
    "for ever": forge(exp=None),
    "until an absurd moment": forge(exp=10**18),
    "nothing": "",
    "dots": "..",
    "garbage": "not.a.token",
    "an API token": tokens.make_api_token(),
    "no ASCII": "é.é.é",
    "a NUL": "\0",
}


@pytest.mark.parametrize("token", FORGERIES.values(), ids=list(FORGERIES))
def test_a_forged_token_signs_nobody_in(token: str) -> None:
    with pytest.raises(errors.UnauthenticatedError) as caught:
        tokens.read_access(KEY, token, NOW)
    assert caught.value.hint
    assert not token or token not in caught.value.message


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE"])
def test_a_token_without_a_signature_signs_nobody_in(algorithm: str) -> None:
    header, claims, _ = tokens.sign_access(KEY, 7, SIGN_IN, NOW).split(".")
    unsigned = f"{written({'alg': algorithm, 'typ': 'JWT'})}.{claims}."
    for token in (unsigned, f"{header}.{claims}."):
        with pytest.raises(errors.UnauthenticatedError):
            tokens.read_access(KEY, token, NOW)


def test_claims_of_another_under_an_own_signature_sign_nobody_in() -> None:
    header, _, signature = tokens.sign_access(KEY, 7, SIGN_IN, NOW).split(".")
    _, stolen, _ = forge(key="mine" * 12, sub="1").split(".")
    with pytest.raises(errors.UnauthenticatedError):
        tokens.read_access(KEY, f"{header}.{stolen}.{signature}", NOW)


@given(st.data())
def test_a_changed_character_signs_nobody_in(data: st.DataObject) -> None:
    token = tokens.sign_access(KEY, 7, SIGN_IN, NOW)
    position = data.draw(st.integers(0, len(token) - 2))  # the last one carries bits that are not looked at
    letter = data.draw(
        st.sampled_from(string.ascii_letters + string.digits + "-_.").filter(lambda c: c != token[position])
    )
    with pytest.raises(errors.UnauthenticatedError):
        tokens.read_access(KEY, token[:position] + letter + token[position + 1 :], NOW)


@given(st.text(max_size=300))
def test_no_text_is_worse_than_unauthenticated(text: str) -> None:
    with pytest.raises(errors.UnauthenticatedError):
        tokens.read_access(KEY, text, NOW)


def test_the_clock_of_the_reader_decides_also_for_tokens_of_the_future() -> None:
    """A server whose clock was set back must not sign everybody out."""
    assert tokens.read_access(KEY, tokens.sign_access(KEY, 7, SIGN_IN, NOW), NOW - timedelta(hours=1)).user_id == 7


def test_a_made_api_token_has_the_shape_that_scanners_look_for() -> None:
    made = {tokens.make_api_token() for _ in range(300)}
    assert len(made) == 300
    for token in made:
        assert token.startswith("tfx_")
        assert len(token) == 4 + 43 + 6
        assert token.removeprefix("tfx_").isalnum()
        assert tokens.is_api_token(token)


@given(st.binary(min_size=32, max_size=32))
def test_any_random_bytes_make_a_token(secret: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens.secrets, "token_bytes", lambda _count: secret)
        assert tokens.is_api_token(tokens.make_api_token())


@given(st.data())
def test_a_typing_error_is_noticed_without_asking_anybody(data: st.DataObject) -> None:
    token = tokens.make_api_token()
    position = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from(string.ascii_letters + string.digits).filter(lambda c: c != token[position]))
    assert not tokens.is_api_token(token[:position] + letter + token[position + 1 :])


@given(st.integers(0, 41))
def test_two_letters_exchanged_are_noticed(position: int) -> None:
    token = tokens.make_api_token()
    first, second = token[4 + position], token[5 + position]
    exchanged = token[: 4 + position] + second + first + token[6 + position :]
    assert tokens.is_api_token(exchanged) == (first == second)


@pytest.mark.parametrize("wrong", ["", "tfx_", "TFX_" + "a" * 49, "a" * 53, "eyJhbGciOi.J9.x"])
def test_other_texts_are_no_api_tokens(wrong: str) -> None:
    assert not tokens.is_api_token(wrong)


@given(st.text(max_size=80))
def test_looking_at_any_text_never_fails(text: str) -> None:
    assert tokens.is_api_token(text) is False
    assert tokens.is_api_token(tokens.PREFIX + text) is False


@pytest.mark.parametrize("around", ["{} ", " {}", "{}\n", "x{}", "{}x", "tfx_{}"])
def test_a_token_with_something_around_it_is_none(around: str) -> None:
    assert not tokens.is_api_token(around.format(tokens.make_api_token()))


def test_refresh_tokens_are_random_and_fit_a_cookie() -> None:
    made = {tokens.make_refresh_token() for _ in range(300)}
    assert len(made) == 300
    assert {len(token) for token in made} == {43}
    assert set("".join(made)) <= set(string.ascii_letters + string.digits + "-_")


def test_what_is_kept_of_a_token_is_its_sha256() -> None:
    assert tokens.digest("tfx_abc") == hashlib.sha256(b"tfx_abc").digest()
    assert len(tokens.digest("\udcff")) == 32, "whatever a header held"


def test_a_key_that_was_changed_still_reads_what_it_signed_and_signs_no_more() -> None:
    old, new = "o" * 40, "n" * 40
    token = tokens.sign_access(old, 1, SIGN_IN, NOW)
    assert tokens.read_access(f"{new}\n{old}", token, NOW).user_id == 1
    with pytest.raises(errors.UnauthenticatedError):
        tokens.read_access(new, token, NOW)
    assert tokens.read_access(new, tokens.sign_access(f"{new}\n{old}", 2, SIGN_IN, NOW), NOW).user_id == 2
