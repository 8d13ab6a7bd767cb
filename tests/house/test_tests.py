from __future__ import annotations

import ast
from pathlib import Path
from typing import Any


def test_unit_tests_mirror_the_source(root: Path, package: Path) -> None:
    unit = root / "tests" / "unit"
    tested = [path.relative_to(unit) for path in unit.rglob("test_*.py")]
    homeless = [path for path in tested if not has_source(path, package)]
    assert homeless == []


def has_source(path: Path, package: Path) -> bool:
    stem = path.stem.removeprefix("test_")
    return any((package / path.parent / name).exists() for name in (f"{stem}.py", stem))


def test_nobody_sleeps(tests: list[Any]) -> None:
    """A test waits for a condition (the fixture wait_until), never for a while."""
    found = [
        f"{module.name}:{node.lineno}"
        for module in tests
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "sleep"
        and not (node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0)
        and module.name != "tests/conftest.py"
        and "benchmarks" not in module.path.parts
    ]
    assert found == []


def test_every_test_asserts_something(tests: list[Any]) -> None:
    found = [
        f"{module.name}:{node.lineno} {node.name}"
        for module in tests
        for node in module.walk_functions()
        if module.path.name.startswith("test_")
        and node.name.startswith("test_")
        and not any(is_expectation(part) for part in ast.walk(node))
    ]
    assert found == []


def is_expectation(node: ast.AST) -> bool:
    """An assert, a `raises` or `warns`, or a call of something that says in its name that it checks."""
    if isinstance(node, ast.Assert):
        return True
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in {"raises", "warns", "wait_until", "expect"} or name.startswith(
        ("assert_", "check_", "expect_", "to_")
    )
