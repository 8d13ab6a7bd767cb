from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from testflux.access import totp

# RFC 6238, appendix B, SHA-1, the last six of eight digits.
RFC = b"12345678901234567890"
VECTORS = {59: "287082", 1111111109: "081804", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"}


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert totp.code_at(RFC, seconds // 30) == code
    assert totp.find_step(RFC, code, datetime.fromtimestamp(seconds, UTC), None) == seconds // 30


@pytest.mark.parametrize("astray", range(-3, 4))
def test_a_clock_may_be_one_step_astray(astray: int) -> None:
    now = datetime(2026, 11, 23, 12, 0, 15, tzinfo=UTC)
    code = totp.code_at(RFC, int(now.timestamp()) // 30 + astray)
    assert (totp.find_step(RFC, code, now, None) is not None) == (abs(astray) <= 1)


def test_a_code_is_good_once_and_so_are_older_ones() -> None:
    now = datetime(2026, 11, 23, 12, 0, 15, tzinfo=UTC)
    step = int(now.timestamp()) // 30
    code, older = totp.code_at(RFC, step), totp.code_at(RFC, step - 1)
    assert totp.find_step(RFC, code, now, step) is None
    assert totp.find_step(RFC, older, now, step) is None
    assert totp.find_step(RFC, totp.code_at(RFC, step + 1), now, step) == step + 1
    assert totp.find_step(RFC, code, now + timedelta(minutes=2), None) is None


@pytest.mark.parametrize("code", ["", "000000", "12345", "abcdef", "２８７０８２", "287082" * 5])
def test_what_is_no_code(code: str) -> None:
    assert totp.find_step(RFC, code, datetime.fromtimestamp(59, UTC), None) is None


def test_blanks_in_a_code_do_no_harm() -> None:
    assert totp.find_step(RFC, " 287 082 ", datetime.fromtimestamp(59, UTC), None) == 1


def test_an_app_is_told_everything() -> None:
    address = totp.address(RFC, "ada+ci@example.org")
    assert address == (
        "otpauth://totp/TestFlux%3Aada%2Bci%40example.org"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=TestFlux&algorithm=SHA1&digits=6&period=30"
    )
    picture = totp.picture(address)
    assert picture.startswith("data:image/svg+xml")
    assert picture != totp.picture(address + "1")


def test_every_secret_is_another() -> None:
    assert len({totp.make_secret() for _ in range(50)}) == 50
    assert len(totp.make_secret()) == 20
