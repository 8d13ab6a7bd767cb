from __future__ import annotations

from pathlib import Path

import pytest

from testflux.cli import admin_distribute, main
from testflux.store.distribution import Plan


def run(*arguments: str) -> int:
    return main.main(["admin", "distribute", *arguments])


def test_it_prints_what_it_would_do(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TESTFLUX_DATABASE_URL", database_url)
    assert run("--data", str(tmp_path)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "-- This PostgreSQL has no Citus: nothing can be done here yet."
    assert "select create_reference_table('project');" in lines
    assert "select create_distributed_table('run', 'project_id', colocate_with => 'upload');" in lines
    assert all(line.startswith("-- ") or line.endswith(";") for line in lines)


def test_without_citus_it_cannot_run(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TESTFLUX_DATABASE_URL", database_url)
    assert run("--data", str(tmp_path), "--run") != 0
    assert "no Citus" in capsys.readouterr().err


def test_where_there_is_citus_the_script_says_nothing_of_its_absence() -> None:
    plan = Plan(copied=["org"], spread=["upload"], kept=["blob"], statements=["select 1"], is_possible=True)
    script = admin_distribute.as_script(plan)
    assert script.startswith("-- Stop every server")
    assert script.endswith("with the queue: blob\nselect 1;\n")
