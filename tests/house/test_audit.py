"""Whoever writes leaves a trace: each writing route reaches `audit.note`, and each act is explained."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from testflux.model.acts import ACTS

WRITING = {"POST", "PUT", "PATCH", "DELETE"}
NOTE = ("testflux.store.audit", "note")
# Operations that write nothing worth a trace, and why.
SILENT = {
    "judgePassword": "judges what was typed, and keeps nothing",
    "listKnownFiles": "reads; the question is too long for an address",
    "refreshAccess": "goes on with a sign-in that was noted, every few minutes",
}
# Those that note nothing themselves, and where the trace is left.
NOTED_ELSEWHERE: dict[str, str] = {}

Place = tuple[str, str]


class Calls:
    """Which functions of the package a function calls, as far as its names tell."""

    def __init__(self) -> None:
        self._modules: dict[str, tuple[dict[str, ast.AST], dict[str, str]]] = {}

    def reach(self, start: Place) -> set[Place]:
        seen: set[Place] = set()
        left = [start]
        while left:
            place = left.pop()
            if place not in seen:
                seen.add(place)
                left += self._called(*place)
        return seen

    def _called(self, module: str, name: str) -> Iterator[Place]:
        functions, imports = self._read(module)
        body = functions.get(name)
        for node in ast.walk(body) if body is not None else ():
            if isinstance(node, ast.Name) and node.id in functions:
                yield module, node.id
            elif isinstance(node, ast.Name) and node.id in imports:
                owner, _, member = imports[node.id].rpartition(".")
                yield owner, member
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in imports:
                yield imports[node.value.id], node.attr
            elif isinstance(node, ast.Attribute) and node.attr in functions:
                yield module, node.attr  # a method of the module's own

    def _read(self, module: str) -> tuple[dict[str, ast.AST], dict[str, str]]:
        if module not in self._modules:
            try:
                source = inspect.getsource(importlib.import_module(module))
            except (ImportError, TypeError, OSError):
                source = ""
            self._modules[module] = _read(ast.parse(source))
        return self._modules[module]


def _read(tree: ast.Module) -> tuple[dict[str, ast.AST], dict[str, str]]:
    functions: dict[str, ast.AST] = {}
    imports: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            functions[node.name] = node
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("testflux"):
            imports |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return functions, imports


def list_writing() -> dict[str, Callable[..., Any]]:
    """Return the function of each operation that writes."""
    from litestar.handlers import HTTPRouteHandler  # noqa: PLC0415 - the other checks work while the server cannot load

    from testflux.serve import app  # noqa: PLC0415 - see above

    return {
        str(handler.operation_id): handler.fn
        for route in app.declare_app().routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler) and WRITING & set(handler.http_methods)
    }


def test_every_writing_route_notes_what_was_done() -> None:
    calls = Calls()
    mute = [
        name
        for name, function in list_writing().items()
        if name not in SILENT
        and name not in NOTED_ELSEWHERE
        and NOTE not in calls.reach((function.__module__, function.__name__))
    ]
    assert sorted(mute) == [], "call audit.note in the writer's transaction (store/audit.py)"


def test_what_is_excused_exists() -> None:
    assert sorted((SILENT.keys() | NOTED_ELSEWHERE.keys()) - list_writing().keys()) == []


def test_a_route_that_notes_nothing_would_be_found() -> None:
    calls = Calls()
    assert NOTE not in calls.reach(("testflux.serve.history", "list_known_files"))
    assert NOTE in calls.reach(("testflux.serve.uploads", "add_uploads")), "over ingest/receive.py"


@pytest.fixture(scope="module")
def noted(sources: list[Any]) -> dict[str, str]:
    """Every act that the source writes out, and where."""
    return {
        node.value: f"{module.name}:{node.lineno}"
        for module in sources
        if not module.name.endswith(("model/acts.py", "access/permissions.py", "model/access.py"))
        for call in ast.walk(module.tree)
        if isinstance(call, ast.Call) and _is_note(call)
        for node in (*call.args, *(keyword.value for keyword in call.keywords))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"[a-z_]+\.[a-z_]+", node.value)
    }


def _is_note(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return "note" in name


def test_every_act_that_is_noted_is_explained(noted: dict[str, str]) -> None:
    assert len(noted) > 20
    assert sorted(f"{act} at {place}" for act, place in noted.items() if act not in ACTS) == [], "model/acts.py"


def test_the_reference_explains_every_act(root: Path) -> None:
    page = (root / "docs" / "reference" / "audit.md").read_text().partition("\n## ")[0]
    told = dict(re.findall(r"^\| `([a-z_.]+)` \| (.+?) \|$", page, re.MULTILINE))
    assert told == dict(ACTS), "docs/reference/audit.md repeats model/acts.py"
