from __future__ import annotations

import re

import pytest

from testflux.access import recovery


def test_ten_codes_that_cannot_be_misread() -> None:
    codes = recovery.make()
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}", code) for code in codes)
    assert set(recovery.make()).isdisjoint(codes)


@pytest.mark.parametrize("written", ["K7MP-QXW9-VTZR-2HD6", "k7mpqxw9vtzr2hd6", " k7mp qxw9 vtzr 2hd6 "])
def test_a_code_may_be_written_in_several_ways(written: str) -> None:
    assert recovery.is_one(written)
    assert recovery.digest(written) == recovery.digest("k7mp-qxw9-vtzr-2hd6")


def test_other_codes_have_other_digests() -> None:
    assert recovery.digest("k7mp-qxw9-vtzr-2hd6") != recovery.digest("k7mp-qxw9-vtzr-2hd7")


@pytest.mark.parametrize("code", ["123456", "", "k7mp-qxw9-vtzr", "k7mp-qxw9-vtzr-2hd6-x"])
def test_what_is_no_recovery_code(code: str) -> None:
    assert not recovery.is_one(code)
