"""Suites made at random and run by Robot Framework, of several versions: we read what it writes as it does itself."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from robot.api import ExecutionResult

import official
import robot_suites
import robots

HERE = importlib.metadata.version("robotframework")
QUIET = ["--console", "none", "--log", "NONE", "--report", "NONE"]
FEW = settings(
    max_examples=3,
    phases=[Phase.generate],  # making a failing suite smaller would take minutes
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def versions() -> list[Any]:
    return [pytest.param(version, id=version) for version in (*robots.VERSIONS, HERE)]


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@pytest.mark.parametrize("version", versions())
@FEW
@given(data=st.data())
def test_what_robot_writes_is_read_as_robot_reads_it(version: str, data: st.DataObject) -> None:
    if version != HERE and not (robots.HOME / version).is_dir():
        pytest.skip(f"no Robot Framework {version}: run tools/robots.py")
    project = data.draw(robot_suites.projects(numbers(version)))
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        suites = project.write(work)
        for name in ["output.xml", "output.json"][: 1 + (numbers(version) >= (7, 2))]:
            run(version, "robot", [*project.options, "--output", str(work / name), str(suites)])
            check_file(work / name)
        if version == HERE:
            run(version, "robot.rebot", ["--output", str(work / "again.json"), str(work / "output.xml")])
            check_file(work / "again.json")


def run(version: str, module: str, arguments: list[str]) -> None:
    """Run that version; it ends with the number of failed tests, and with 250 or more when it did not work at all."""
    place = {"PYTHONPATH": str(robots.HOME / version)} if version != HERE else {}
    command = [sys.executable, "-m", module, *QUIET, *arguments]
    ended = subprocess.run(command, env=os.environ | place, capture_output=True, check=False)
    assert ended.returncode < 250, ended.stderr.decode()


def check_file(path: Path) -> None:
    official.assert_same(path.read_bytes(), f"robot-{path.suffix[1:]}", ExecutionResult(path))
