from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testflux.access import passwords, strength
from testflux.kit import errors

ABOUT = ("Jan Müller", "jan.mueller@acme-corporation.example")


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("Password1234!", "guessers try first"),
        ("iloveyouforever", "guessers try first"),
        ("P@ssw0rdP@ssw0rd", "repeats"),
        ("aaaaaaaaaaaa", "repeats"),
        ("qazwsxedcrfv", "guessers try first"),
        ("asdfghjkl;'[]", "keyboard"),
        ("abcdefghijkl", "alphabet"),
        ("1984-05-01ab", "date"),
        ("jan.mueller2024", "your name"),
        ("J4n.Mue11er2024!", "your name"),
        ("Acme-Corporation-77", "your organisation"),
        ("TestFlux2026!!", "TestFlux"),
        ("elevenchars", "12 characters"),
        ("", "12 characters"),
        ("x7" + "kq9!" * 60, "200 characters"),
    ],
)
def test_what_is_wrong_with_a_password_is_said(password: str, word: str) -> None:
    judged = strength.judge(password, ABOUT)
    assert not judged.is_enough
    assert word in " ".join(judged.reasons)


@pytest.mark.parametrize(
    "password",
    [
        "zebra violin cloud",  # no capital, digit or sign is asked for
        "8271940365182734",
        "k7mpQxW9vTzr",
        "пароль для работы с отчётами",
        "jan zebra violin cloud",
    ],
)
def test_what_is_hard_to_guess_is_taken(password: str) -> None:
    assert strength.judge(password, ABOUT) == strength.judge(password, ABOUT)
    assert strength.judge(password, ABOUT).is_enough
    strength.check(password, ABOUT)


def test_what_is_made_for_a_person_is_taken() -> None:
    assert all(strength.judge(passwords.generate(), ABOUT).is_enough for _ in range(20))


def test_one_persons_name_is_another_persons_password() -> None:
    assert strength.judge("archibald-warburton", ("Jan",)).is_enough
    assert not strength.judge("archibald-warburton", ("Archibald Warburton",)).is_enough


def test_the_score_grows_with_the_guesses() -> None:
    weak, fair, strong = (strength.judge(text) for text in ("aaaaaaaaaaaa", "Tr0ub4dour&3x", "k7mpQxW9vTzr"))
    assert weak.guesses < fair.guesses < strong.guesses
    assert (weak.score, fair.score, strong.score) == (0, 3, 4)


def test_a_refusal_names_the_field_and_never_the_password() -> None:
    with pytest.raises(errors.InvalidError) as refused:
        strength.check("Password1234!", ABOUT, field="new_password")
    assert refused.value.field == "new_password"
    assert refused.value.code == "password-weak"
    assert "Password1234" not in refused.value.message + refused.value.hint


@pytest.mark.parametrize("text", ["4@8({[</369&#!1/|0$5+7%2", "a1", "0123456789", "qwertasdfg", "12/", "AaBb4@8{3!"])
def test_no_password_takes_long_to_judge(text: str) -> None:
    strength.judge("warm")
    began = time.process_time()
    strength.judge(text * 40)
    assert time.process_time() - began < 0.5


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_can_be_judged(password: str, about: list[str]) -> None:
    judged = strength.judge(password, about)
    assert judged.is_enough == (not judged.reasons)
    assert 0 <= judged.score <= 4
    assert judged.guesses >= 0
