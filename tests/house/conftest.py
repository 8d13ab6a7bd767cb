"""The repository as the house tests see it."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "testflux"


@dataclass(frozen=True)
class Module:
    """One Python file of the package or of the tests."""

    path: Path

    @property
    def name(self) -> str:
        """The path below the repository, for messages."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def room(self) -> str:
        """The folder of the package it stands in (the file itself for the hall, pipeline.py)."""
        return self.path.relative_to(PACKAGE).parts[0]

    @cached_property
    def text(self) -> str:
        """The whole file."""
        return self.path.read_text()

    @property
    def lines(self) -> int:
        """Physical lines."""
        return len(self.text.splitlines())

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.text)

    def walk_functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Yield every function and method, nested ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def list_modules(folder: Path) -> list[Module]:
    return [Module(path) for path in sorted(folder.rglob("*.py"))]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def package() -> Path:
    return PACKAGE


@pytest.fixture(scope="session")
def sources() -> list[Module]:
    """Every module of the package."""
    return list_modules(PACKAGE)


@pytest.fixture(scope="session")
def tests() -> list[Module]:
    """Every module of the tests."""
    return list_modules(ROOT / "tests")


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Every file under version control."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout, so nothing tells which files belong to it")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607 - whichever git is there
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.fixture
def measure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """State a figure in the summary of the test run."""
    return lambda words: record_property("measured", words)
