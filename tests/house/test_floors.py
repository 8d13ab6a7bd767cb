from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import grimp
import pytest
from importlinter.cli import lint_imports

BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    """Every import between our modules: at load, for typing, and inside functions."""
    graph = grimp.build_graph("testflux", exclude_type_checking_imports=False, cache_dir=None)
    return {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}


def test_import_contracts(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0, "run `make check` to read which"


def test_no_rings(imports: dict[str, set[str]]) -> None:
    assert find_rings(imports) == []


def find_rings(imports: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that reach each other: what is left after peeling off leaves and roots."""
    reach = {module: reachable_from(module, imports) for module in imports}
    rings = {tuple(sorted(other for other in reach[module] if module in reach[other])) for module in imports}
    return [list(ring) for ring in sorted(rings) if ring]


def reachable_from(start: str, imports: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for module in imports[waiting.pop()] - seen:
            seen.add(module)
            waiting.append(module)
    return seen


def test_a_ring_would_be_found() -> None:
    assert find_rings({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == [["b", "c"]]


def test_across_folders_the_room_is_imported_not_the_name(sources: list[Any], package: Path) -> None:
    """So that each use says its room: `runs.get_run(...)`. Types (`Reader`, `Run`) are words that need none."""
    wrong: list[str] = []
    for module in sources:
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("testflux."):
                continue
            path = package.parent.joinpath(*node.module.split("."))  # pyright: ignore[reportOptionalMemberAccess]
            room = path.relative_to(package).parts[0]
            has_functions = any(alias.name.islower() for alias in node.names)
            if has_functions and not path.is_dir() and room not in {module.room, "model"}:
                wrong.append(f"{module.name}:{node.lineno}: from {node.module} import …")
    assert wrong == []


def test_init_files_hold_one_sentence(sources: list[Any], package: Path) -> None:
    for module in sources:
        if module.path.name == "__init__.py" and module.path.parent != package:
            assert len(module.tree.body) == 1, module.name
            assert ast.get_docstring(module.tree), module.name


def test_names_say_what_is_inside(sources: list[Any]) -> None:
    for module in sources:
        assert not BANNED_NAMES & {module.path.stem, *module.path.stem.split("_")}, module.name
