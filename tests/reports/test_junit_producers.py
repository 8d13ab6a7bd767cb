"""JUnit XML that real tools write here and now: suites whose outcomes are known, run, read and counted."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from testflux.model import raw
from testflux.model.status import Status
from testflux.normalise import report
from testflux.parse import evidence, registry

PYTEST_SUITE = """
import sys
import pytest

class TestBasket:
    @pytest.mark.parametrize("tea", ["green", "ü & <x>", "\\x1b[31m"])
    def test_adds(self, tea, record_property):
        record_property("owner", "shop")
        print("poured", tea)
        print("spilled", file=sys.stderr)

    def test_fails(self):
        assert 1 == 2, "no <tea>"

@pytest.fixture
def no_cup():
    raise OSError("no cup")

@pytest.fixture
def leaking_cup():
    yield
    raise OSError("the cup leaks")

def test_cannot_begin(no_cup):
    pass

def test_leaks(leaking_cup):
    assert False

def test_leaks_quietly(leaking_cup):
    pass

@pytest.mark.skip(reason="not today")
def test_later():
    pass

@pytest.mark.xfail(reason="known", strict=True)
def test_known():
    assert False

@pytest.mark.xfail(reason="known", strict=True)
def test_mended():
    pass
"""
ROBOT_SUITE = """*** Test Cases ***
Pours
    Log    tea
Spills
    Fail    no <tea> & "cup"
Spills
    Fail    *HTML* <b>again</b>
Waits
    Skip    not today
Breaks
    Fail    one${\\n}two
"""
STATUSES = {
    "test_adds[green]": Status.PASSED,
    "test_adds[\\xfc & <x>]": Status.PASSED,
    "test_adds[\\x1b[31m]": Status.PASSED,
    "test_fails": Status.FAILED,
    "test_cannot_begin": Status.BROKEN,
    "test_leaks": Status.BROKEN,
    "test_leaks_quietly": Status.BROKEN,
    "test_later": Status.SKIPPED,
    "test_known": Status.SKIPPED,
    "test_mended": Status.FAILED,
}


def run(command: list[str], folder: Path) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, check=False)
    assert done.returncode not in {0, 252}, done.stdout


def run_pytest(folder: Path, family: str) -> bytes:
    (folder / "test_shop.py").write_text(PYTEST_SUITE, encoding="utf-8")
    options = ["-c", "none.ini", "-p", "no:cacheprovider", "--rootdir", ".", "--junit-xml", "report.xml"]
    (folder / "none.ini").write_text("[pytest]\n")
    run(["pytest", *options, "-o", f"junit_family={family}", "-o", "junit_logging=all", "test_shop.py"], folder)
    return (folder / "report.xml").read_bytes()


def read(data: bytes) -> raw.RawReport:
    return registry.parse(io.BytesIO(data))


@pytest.mark.parametrize("family", ["xunit1", "xunit2"])
def test_pytest(family: str, tmp_path: Path) -> None:
    data = run_pytest(tmp_path, family)
    seen = read(data)
    results = {result.key.name: result for result in report.build(seen).results}
    assert seen.tool == raw.Tool("pytest")
    assert {name: result.status for name, result in results.items()} == STATUSES
    assert results["test_fails"].key.suite == ("test_shop.TestBasket",)
    assert results["test_leaks"].message.split("\n\n")[0].startswith(("assert False", "AssertionError"))
    assert "the cup leaks" in results["test_leaks"].message
    lines = PYTEST_SUITE.split("\n")
    line = results["test_fails"].line
    assert (family == "xunit2") if line is None else "def test_fails" in lines[line - 1]
    start, end = results["test_adds[green]"].evidence or (0, 0)
    opened = evidence.open_test("junit-xml", data[start:end])
    assert opened.properties == (("owner", "shop"),)
    assert [step.level for step in opened.steps] == ["stdout", "stderr"]
    assert "poured green" in opened.steps[0].text


def test_robot_xunit(tmp_path: Path) -> None:
    (tmp_path / "shop.robot").write_text(ROBOT_SUITE, encoding="utf-8")
    run(["robot", "--output", "NONE", "--log", "NONE", "--report", "NONE", "--xunit", "x.xml", "shop.robot"], tmp_path)
    seen = read((tmp_path / "x.xml").read_bytes())
    assert seen.tool == raw.Tool("Robot Framework")
    assert [(test.suite, test.name, test.status, test.message, test.message_is_html) for test in seen.tests] == [
        (("Shop",), "Pours", Status.PASSED, "", False),
        (("Shop",), "Spills", Status.FAILED, 'no <tea> & "cup"', False),
        (("Shop",), "Spills", Status.FAILED, "<b>again</b>", True),
        (("Shop",), "Waits", Status.SKIPPED, "not today", False),
        (("Shop",), "Breaks", Status.FAILED, "one\ntwo", False),
    ]
    assert [result.key.duplicate for result in report.build(seen).results] == [0, 0, 1, 0, 0]
