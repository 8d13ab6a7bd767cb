"""`testflux admin organisation` on a real database."""

from __future__ import annotations

from pathlib import Path

import pytest

from testflux.cli import main

OWNER = "owner@example.test"


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path) -> None:
    monkeypatch.setenv("TESTFLUX_DATABASE_URL", database_url)
    monkeypatch.setenv("TESTFLUX_DATA", str(tmp_path))


def admin(*words: str) -> int:
    return main.main(["admin", *words])


def test_an_organisation_is_added_for_somebody_and_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert admin("user", "add", OWNER, "--role", "owner") == 0
    assert admin("organisation", "add", "acme", "--name", "Acme", "--owner", OWNER.upper()) == 0
    capsys.readouterr()
    assert admin("organisation", "list") == 0
    assert "acme  Acme  1 member, 0 projects\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Acme Ltd", "--owner", OWNER), "no slug"),
        (("acme", "--owner", "nobody@example.test"), "Nobody signs in as"),
        (("default", "--owner", OWNER), "already an organisation"),
    ],
)
def test_what_cannot_be_is_said(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str) -> None:
    assert admin("user", "add", OWNER, "--role", "owner") == 0
    assert admin("organisation", "add", *words) != 0
    assert said in capsys.readouterr().err
