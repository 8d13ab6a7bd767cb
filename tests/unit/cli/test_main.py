from __future__ import annotations

import argparse

import pytest

from testflux import __version__
from testflux.cli import main, parse
from testflux.kit import errors


def raising(error: BaseException) -> object:
    def run(_: argparse.Namespace) -> int:
        raise error

    return run


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main.main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"testflux {__version__}\n"


def test_no_command_shows_them_all_and_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main([]) == 2
    printed = capsys.readouterr().out
    assert all(f"    {name} " in printed for name in main.COMMANDS)


@pytest.mark.parametrize(
    "words", [["explode"], ["--colour"], ["parse"], ["parse", "a.xml", "--colour"], ["-x", "parse"]]
)
def test_wrong_words_are_wrong_usage(words: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main.main(words)
    assert caught.value.code == 2


def test_options_are_not_guessed_from_their_beginnings() -> None:
    with pytest.raises(SystemExit) as caught:
        main.main(["parse", "a.xml", "--js"])
    assert caught.value.code == 2


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main.main([name, "--help"])
    assert caught.value.code == 0
    assert f"usage: testflux {name}" in capsys.readouterr().out


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_option_says_what_it_does(name: str) -> None:
    for action in main.command_parser(name)._actions:  # noqa: SLF001 - argparse has no public way to ask
        assert action.help, action


def test_known_error_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(parse, "run", raising(errors.UnavailableError("The disk is away.", hint="Bring it back.")))
    assert main.main(["parse", "a.xml"]) == 4
    assert capsys.readouterr().err == "testflux: The disk is away.\n  Bring it back.\n"


def test_defect_is_told_with_a_traceback_and_is_no_failed_gate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(parse, "run", raising(ZeroDivisionError("odd")))
    assert main.main(["parse", "a.xml"]) == 70
    printed = capsys.readouterr().err
    assert "ZeroDivisionError: odd" in printed
    assert "defect in TestFlux" in printed


def test_interruption_has_its_own_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse, "run", raising(KeyboardInterrupt()))
    assert main.main(["parse", "a.xml"]) == 130
