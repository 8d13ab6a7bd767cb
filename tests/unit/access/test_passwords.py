from __future__ import annotations

import hashlib

import bcrypt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testflux.access import passwords

CHEAP = 4  # bcrypt's lowest cost: the words are the same, the waiting is not
LONG = "x" * 72
CONFUSING = "l1IoO0"


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "",
        " ",
        "пароль",
        "🗝️" * 40,
        "nul\0inside",
        "\udcff lone surrogate",
        LONG + "tail",
    ],
)
def test_the_password_fits_its_hash(password: str) -> None:
    assert passwords.fits(password, passwords.make_hash(password, CHEAP))


@pytest.mark.parametrize("other", ["Secret", "secret ", " secret", "secret\0", "secre", "sécret", ""])
def test_another_password_does_not(other: str) -> None:
    assert not passwords.fits(other, passwords.make_hash("secret", CHEAP))


@pytest.mark.parametrize("length", [71, 72, 73, 200, 10_000])
def test_every_character_counts_however_long_it_is(length: int) -> None:
    """Bcrypt alone reads 72 bytes: a longer password would be as good as its beginning."""
    password = "x" * length + "a"
    stored = passwords.make_hash(password, CHEAP)
    assert passwords.fits(password, stored)
    assert not passwords.fits("x" * length + "b", stored)
    assert not passwords.fits("x" * length, stored)


def test_a_nul_byte_does_not_end_a_password() -> None:
    assert not passwords.fits("before\0other", passwords.make_hash("before\0after", CHEAP))


def test_a_digest_with_a_nul_byte_is_not_cut_there() -> None:
    """The digest under bcrypt is written in base64: whoever stops at a zero byte would take these for equal."""
    cut = [word for word in map(str, range(3000)) if hashlib.sha256(word.encode()).digest()[0] == 0]
    first, second = cut[:2]
    assert not passwords.fits(second, passwords.make_hash(first, CHEAP))
    assert b"\0" not in passwords._prehash(first)  # noqa: SLF001  (bcrypt of today reads on, that of tomorrow may not)


def test_a_hash_is_salted_and_says_its_cost() -> None:
    first, second = (passwords.make_hash("secret", CHEAP) for _ in range(2))
    assert first != second
    assert first.startswith("$2b$04$")
    assert "secret" not in first
    assert f"$2b${passwords.COST}$".encode() == bcrypt.gensalt(passwords.COST)[:7]


def test_the_usual_cost_is_slow_enough_for_guessers() -> None:
    assert passwords.COST >= 12
    assert passwords.make_hash.__defaults__ == (passwords.COST,)


def test_nobody_is_checked_against_a_hash_of_the_same_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a person the same work is done: the time tells nobody which addresses exist."""
    checked: list[tuple[bytes, bytes]] = []

    def check(password: bytes, stored: bytes) -> bool:
        checked.append((password, stored))
        return False

    monkeypatch.setattr(bcrypt, "checkpw", check)
    assert not passwords.fits("secret", None)
    assert not passwords.fits("secret", "$2b$12$" + "a" * 53)
    (nobody, _), (somebody, _) = ((stored[:7], len(stored)) for _, stored in checked)
    assert nobody == somebody == f"$2b${passwords.COST}$".encode()
    assert checked[0][0] == checked[1][0], "the same bytes are hashed"
    assert {len(stored) for _, stored in checked} == {60}


def test_nobody_fits_nothing_even_if_the_hash_were_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    def always(_password: bytes, _stored: bytes) -> bool:
        return True

    monkeypatch.setattr(bcrypt, "checkpw", always)
    assert not passwords.fits("anything", None)
    assert passwords.fits("anything", "$2b$04$whatever")


@pytest.mark.parametrize("password", ["", "secret"])
def test_bcrypt_reads_the_hash_of_nobody(password: str) -> None:
    assert not passwords.fits(password, None)


def test_a_made_password_is_long_and_cannot_be_misread() -> None:
    made = {passwords.generate() for _ in range(200)}
    assert len(made) == 200
    assert {len(password) for password in made} == {20}
    letters = set("".join(made))
    assert letters.isdisjoint(CONFUSING)
    assert len(letters) > 50, "all of the alphabet is used"
    assert all(password.isalnum() and password.isascii() for password in made)


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=100), st.text(max_size=100))
def test_only_equal_passwords_fit(first: str, second: str) -> None:
    assert passwords.fits(second, passwords.make_hash(first, CHEAP)) == (first == second)
