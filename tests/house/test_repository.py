from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

FILE_LIMIT = 1 << 20  # bytes
# What would tie the repository to one machine or to one mirror of a package registry. The brackets keep the pattern
# from finding itself.
FOREIGN = re.compile(
    rb'(^|[^A-Za-z0-9_.])/(work|farm|root)/|"resolve[d]": "http|registry ?[=] ?"?http|--(extra-)?index-ur[l]',
    re.MULTILINE,
)


@pytest.fixture(scope="module")
def lock(root: Path) -> dict[str, Any]:
    return json.loads((root / "web" / "package-lock.json").read_text())["packages"]


def test_nothing_points_at_a_machine_or_a_registry(tracked: list[Path], root: Path) -> None:
    here = [re.escape(bytes(place)) for place in (root, Path.home()) if len(place.parts) > 2]
    pattern = re.compile(b"|".join([FOREIGN.pattern, *here]), re.MULTILINE)
    found = [path.relative_to(root).as_posix() for path in tracked if pattern.search(path.read_bytes())]
    assert found == []


def test_files_are_small(tracked: list[Path]) -> None:
    assert [path.name for path in tracked if path.stat().st_size > FILE_LIMIT] == []


def test_the_web_lock_names_no_host(lock: dict[str, Any]) -> None:
    assert [name for name, package in lock.items() if "resolved" in package] == []
    assert [name for name, package in lock.items() if name and "integrity" not in package] == []


def test_the_web_lock_is_complete_for_every_platform(lock: dict[str, Any]) -> None:
    """A half published version once left out the builds for other systems, and `npm ci` failed there."""
    present = {name.rpartition("node_modules/")[2] for name, package in lock.items() if "version" in package}
    wanted = {optional for package in lock.values() for optional in package.get("optionalDependencies", {})}
    assert wanted - present == set()


def test_pinned_requirements_carry_hashes(root: Path) -> None:
    for path in sorted((root / "requirements").glob("*.txt")):
        for block in re.split(r"\n(?=\S)", path.read_text().strip()):
            assert re.match(r"\S+==\S+", block), block
            assert "--hash=sha256:" in block, block
