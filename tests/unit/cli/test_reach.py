from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from testflux.cli import reach
from testflux.kit import errors
from testflux.kit.settings import Settings
from testflux.store import embedded


class Started:
    """Stands for the embedded server; counts who is inside."""

    inside = 0

    def __init__(self, folder: Path) -> None:
        self.dsn = f"postgresql://started-on/{folder.name}"

    def __enter__(self) -> Self:
        Started.inside += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        Started.inside -= 1


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "find_running_dsn", lambda _: None)
    monkeypatch.setattr(embedded, "EmbeddedPostgres", Started)


def test_own_database_comes_first(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url="postgresql://own/db")
    with reach.database_url(settings) as url:
        assert url == "postgresql://own/db"


def test_running_server_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def find(folder: Path) -> str:
        asked.append(folder)
        return "postgresql://running/db"

    monkeypatch.setattr(embedded, "find_running_dsn", find)
    with reach.database_url(Settings(data_dir=tmp_path)) as url:
        assert url == "postgresql://running/db"
    assert asked == [tmp_path / "postgres"]


def test_sleeping_database_is_started_for_the_moment(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    with reach.database_url(Settings(data_dir=tmp_path)) as url:
        assert (url, Started.inside) == ("postgresql://started-on/postgres", 1)
    assert Started.inside == 0


def test_nothing_is_made_where_nothing_is(tmp_path: Path) -> None:
    with (
        pytest.raises(errors.SetupError, match="There is no database in"),
        reach.database_url(Settings(data_dir=tmp_path)),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_what_needs_a_lasting_session_goes_around_the_pooler(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url="postgresql://pooler/d", database_direct_url="postgresql://d/d")
    with reach.database_url(settings) as url:
        assert url == "postgresql://d/d"
