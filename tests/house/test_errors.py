from __future__ import annotations

import ast
from typing import Any

# Where anything at all may be caught, and what for. Elsewhere one names what one can handle.
EDGES = {
    "src/testflux/work/tasks.py": "the task: whatever fails is our fault, tried again and in the end said so",
    "src/testflux/work/process.py": "the same, where the task is done in a process of its own",
    "src/testflux/cli/main.py": "the command line: a crash must not look like a failed gate",
}
BROAD = {"Exception", "BaseException"}


def test_everything_is_caught_only_at_the_edges(sources: list[Any]) -> None:
    found = [
        f"{module.name}:{node.lineno}"
        for module in sources
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler) and is_broad(node) and module.name not in EDGES
    ]
    assert found == []


def is_broad(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or (isinstance(kind, ast.Name) and kind.id in BROAD) for kind in kinds)


def test_every_edge_is_still_one(sources: list[Any]) -> None:
    catching = {
        module.name
        for module in sources
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler) and is_broad(node)
    }
    assert set(EDGES) <= catching
