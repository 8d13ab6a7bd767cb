"""What people install is what is in the wheel; it is built here from the checkout, as pip would."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-t", "sdist", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder


def test_the_wheel_holds_all_that_runs(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    package = ROOT / "src" / "testflux"
    own = {f"testflux/{path.relative_to(package).as_posix()}" for path in package.rglob("*") if path.is_file()}
    assert {name for name in own - names if "__pycache__" not in name} == set()
    assert "testflux/serve/web_dist/index.html" in names
    assert wheel.stat().st_size < 5 << 20
    assert not {name for name in names if name.startswith(("tests/", "web/", "tools/"))}


def test_the_sdist_builds_without_node(built: Path, tmp_path: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    assert not (source / "web" / "node_modules").exists()
    assert subprocess.run([sys.executable, source / "tools" / "web.py", "is-built"], check=False).returncode == 0
