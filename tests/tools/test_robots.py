from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import robots


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A pip that only fills the folder it is told, and notes what it is asked for."""
    asked: list[str] = []

    def note(command: list[Any], **_: object) -> SimpleNamespace:
        asked.append(str(command[-1]))
        Path(command[command.index("--target") + 1]).mkdir(parents=True)
        return SimpleNamespace(returncode=1 if "5.0.1" in asked[-1] else 0)

    monkeypatch.setattr(robots, "HOME", tmp_path / ".robots")
    monkeypatch.setattr(robots.subprocess, "run", note)
    return asked


def test_each_version_is_installed_once(pip: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robots, "VERSIONS", ("3.2.2", "7.2.2"))
    robots.main()
    robots.main()
    assert pip == ["robotframework==3.2.2", "robotframework==7.2.2"]
    assert sorted(path.name for path in robots.HOME.iterdir()) == ["3.2.2", "7.2.2"]


def test_what_failed_is_tried_again(pip: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robots, "VERSIONS", ("5.0.1",))
    for _ in range(2):
        with pytest.raises(SystemExit, match="failed"):
            robots.main()
    assert len(pip) == 2
    assert not (robots.HOME / "5.0.1").exists()
