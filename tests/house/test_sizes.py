from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

MODULE_LIMIT = 400
FUNCTION_LIMIT = 40


def test_modules(sources: list[Any], tests: list[Any], measure: Callable[[str], None]) -> None:
    measure(f"modules: median {statistics.median(m.lines for m in sources if m.lines):.0f} lines (aim: below 120)")
    assert [f"{m.name}: {m.lines}" for m in sources + tests if m.lines > MODULE_LIMIT] == []


def test_functions(sources: list[Any], measure: Callable[[str], None]) -> None:
    lengths = {
        f"{module.name}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for module in sources
        for node in module.walk_functions()
    }
    measure(f"functions: median {statistics.median(lengths.values()):.0f} lines (aim: below 8), {len(lengths)} of them")
    assert {name: length for name, length in lengths.items() if length > FUNCTION_LIMIT} == {}


def test_tests_weigh_as_much_as_the_source(
    sources: list[Any], tests: list[Any], measure: Callable[[str], None]
) -> None:
    source_lines = sum(module.lines for module in sources if "migrations" not in module.path.parts)
    test_lines = sum(module.lines for module in tests)
    measure(f"tests : source = {test_lines} : {source_lines} = {test_lines / source_lines:.2f} (at least 1.0)")
    assert test_lines >= source_lines


def test_web_modules(root: Path, measure: Callable[[str], None]) -> None:
    files = [path for path in (root / "web" / "src").rglob("*.ts*") if "lib/api" not in path.as_posix()]
    lengths = {path.relative_to(root).as_posix(): len(path.read_text().splitlines()) for path in files}
    own = [length for name, length in lengths.items() if ".test." not in name]
    measure(f"web modules: median {statistics.median(own):.0f} lines, {len(own)} of them")
    assert {name: length for name, length in lengths.items() if length > MODULE_LIMIT} == {}
