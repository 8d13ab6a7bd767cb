"""What people meet from outside is written down: settings, routes, options, formats, error codes."""

from __future__ import annotations

import argparse
import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from testflux.kit import errors, settings


@pytest.fixture(scope="module")
def reference(root: Path) -> dict[str, str]:
    """Every reference page by name."""
    folder = root / "docs" / "reference"
    return {path.relative_to(folder).with_suffix("").as_posix(): path.read_text() for path in folder.rglob("*.md")}


def test_every_setting(reference: dict[str, str], sources: list[Any]) -> None:
    read = {word for module in sources for word in re.findall(r"\bTESTFLUX_[A-Z][A-Z_]*[A-Z]\b", module.text)}
    names = read | set(settings.VARIABLES)
    assert sorted(name for name in names if f"`{name}`" not in reference["settings"]) == []


def test_every_setting_on_the_page_exists(reference: dict[str, str], root: Path) -> None:
    places = [*(root / "src").rglob("*.py"), *(root / "tools").glob("*.py"), root / "hatch_build.py"]
    known = set(settings.VARIABLES) | {
        word for path in places for word in re.findall(r"\bTESTFLUX_[A-Z_]+[A-Z]\b", path.read_text())
    }
    named = set(re.findall(r"`(TESTFLUX_[A-Z_]+[A-Z])`", reference["settings"]))
    assert sorted(named - known) == []


def test_every_route(reference: dict[str, str]) -> None:
    from testflux.serve import app, openapi  # noqa: PLC0415 - the other pages can be checked while the server cannot load

    paths = openapi.describe(app.declare_app())["paths"]
    routes = [f"{method.upper()} {path}" for path, item in paths.items() for method in item]
    assert [route for route in routes if f"`{route}`" not in reference["api"]] == []


def test_every_command_and_option(reference: dict[str, str]) -> None:
    from testflux.cli import main  # noqa: PLC0415 - see above

    parsers = [parser for name in main.COMMANDS for parser in walk_parsers(main.command_parser(name))]
    words = {word for parser in parsers for word in list_words(parser)}
    assert (
        sorted(
            word for word in words if not re.search(rf"`[^`\n]*(?<![\w-]){re.escape(word)}(?![\w-])", reference["cli"])
        )
        == []
    )


def walk_parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:  # noqa: SLF001 - argparse has no public way to ask
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for child in action.choices.values():
                yield from walk_parsers(child)


def list_words(parser: argparse.ArgumentParser) -> Iterator[str]:
    yield parser.prog.split()[-1]
    for action in parser._actions:  # noqa: SLF001
        if action.help != argparse.SUPPRESS and not isinstance(action, argparse._HelpAction):  # noqa: SLF001
            yield from (option for option in action.option_strings if option.startswith("--"))


def test_every_format(reference: dict[str, str]) -> None:
    from testflux.parse import registry  # noqa: PLC0415 - see above

    assert sorted(name for name in registry.FORMATS if f"`{name}`" not in reference["formats"]) == []


def test_every_error_code(reference: dict[str, str], sources: list[Any]) -> None:
    """A problem's `type` leads to its page, so each code that can be raised has a heading there."""
    codes = {
        kind.code for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.TestFluxError)
    }
    codes |= {
        node.value.value
        for module in sources
        for node in ast.walk(module.tree)
        if isinstance(node, ast.keyword) and node.arg == "code" and isinstance(node.value, ast.Constant)
        if isinstance(node.value.value, str)
    }
    assert sorted(code for code in codes if f"\n## {code}\n" not in reference["errors"]) == []


def test_every_metric(reference: dict[str, str]) -> None:
    from testflux.serve import metrics  # noqa: PLC0415 - see above

    documented = set(re.findall(r"^\| `(testflux_\w+)`", reference["metrics"], re.MULTILINE))
    assert sorted(documented) == sorted(metrics.NAMES)


def test_the_openapi_document_of_the_web_app_is_the_present_one(root: Path) -> None:
    from testflux.serve import app  # noqa: PLC0415 - see above

    present = json.loads(app.read_openapi())
    assert json.loads((root / "web" / "openapi.json").read_text()) == present, "make api-types"


def test_the_page_of_permissions_is_the_present_one(reference: dict[str, str]) -> None:
    import permission_table  # noqa: PLC0415 - see above

    assert reference["permissions"] == permission_table.write(), "make permissions"


def test_every_page_is_in_the_index(root: Path) -> None:
    docs = root / "docs"
    pages = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")} - {"README.md"}
    index = (docs / "README.md").read_text()
    assert sorted(page for page in pages if f"({page})" not in index) == []


def test_links_between_pages_lead_somewhere(root: Path) -> None:
    broken = [
        f"{page.relative_to(root)}: {target}"
        for page in [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []
