from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import install


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """An empty project whose pip only notes what it is asked for."""
    asked: list[list[str]] = []

    def note(command: list[Any], **_: object) -> SimpleNamespace:
        asked.append([str(word) for word in command])
        return SimpleNamespace(returncode=1 if "broken" in asked[-1] else 0)

    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "HOME", tmp_path / ".venv")
    monkeypatch.setattr(install.subprocess, "run", note)
    (tmp_path / ".venv").mkdir()
    (tmp_path / "run.txt").write_text("one==1")
    return asked


def test_nothing_is_installed_twice(pip: list[list[str]]) -> None:
    for _ in range(2):
        install.install("run", ("run.txt",), ["-r", "run.txt"])
    assert len(pip) == 1
    assert pip[0][-2:] == ["-r", "run.txt"]


def test_a_change_is_installed(pip: list[list[str]], tmp_path: Path) -> None:
    install.install("run", ("run.txt",), ["-r", "run.txt"])
    (tmp_path / "run.txt").write_text("one==2")
    install.install("run", ("run.txt",), ["-r", "run.txt"])
    assert len(pip) == 2


def test_a_failure_is_tried_again(pip: list[list[str]]) -> None:
    for _ in range(2):
        with pytest.raises(SystemExit, match="Is the package registry reachable"):
            install.install("run", ("run.txt",), ["broken"])
    assert len(pip) == 2


def test_an_environment_that_does_not_start_is_not_usable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "PYTHON", tmp_path / "python")
    assert not install.is_usable()
    (tmp_path / "python").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python").chmod(0o755)
    assert not install.is_usable()


def test_an_old_python_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install.sys, "version_info", (3, 10))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11"):
        install.main(["run"])
