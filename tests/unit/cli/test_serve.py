from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from testflux.cli import main
from testflux.kit.settings import Settings
from testflux.serve import server
from testflux.work import worker


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the server is started with, instead of starting it."""
    for name in ("DATA", "HOST", "PORT", "PUBLIC_URL", "DATABASE_URL"):
        monkeypatch.delenv(f"TESTFLUX_{name}", raising=False)
    monkeypatch.setattr("testflux.kit.logging.configure", lambda *_: None)
    given: dict[str, Any] = {}
    monkeypatch.setattr(server, "run", lambda settings, **more: given.update(settings=settings, **more))
    return given


def test_everything_has_a_default(started: dict[str, Any]) -> None:
    assert main.main(["serve"]) == 0
    settings: Settings = started["settings"]
    assert (settings.host, settings.port, settings.data_dir) == ("127.0.0.1", 8080, Path(".testflux"))
    assert started["work"] is worker.run
    assert started["with_sample"] is False


def test_options_win_over_the_environment(started: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTFLUX_PORT", "9000")
    monkeypatch.setenv("TESTFLUX_DATA", "/elsewhere")
    assert main.main(["serve", "--port", "9001", "--host", "0.0.0.0", "--data", "here", "--no-worker", "--sample"]) == 0  # noqa: S104
    settings: Settings = started["settings"]
    assert (settings.host, settings.port, settings.data_dir) == ("0.0.0.0", 9001, Path("here"))  # noqa: S104
    assert started["work"] is None
    assert started["with_sample"] is True


def test_environment_counts_without_options(started: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTFLUX_PORT", "9000")
    monkeypatch.setenv("TESTFLUX_DATA", "/elsewhere")
    assert main.main(["serve"]) == 0
    assert (started["settings"].port, started["settings"].data_dir) == (9000, Path("/elsewhere"))


def test_wrong_setting_is_wrong_usage(
    started: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TESTFLUX_PORT", "http")
    assert main.main(["serve"]) == 2
    assert "TESTFLUX_PORT cannot be right" in capsys.readouterr().err
    assert started == {}
