"""Each JSON output, of the corpus and of ours, is to us what it is to the official reader: tests, steps, keywords."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from robot.api import ExecutionResult

import official
from testflux.normalise import report
from testflux.parse import registry

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "robot"
FIXTURES = Path(__file__).parent / "robot"
NAMES = ("rf722-all", "rf732-all", "rf742-all", "rf75-all", "rf75-merged", "rf75-suite-only")


def paths() -> list[Any]:
    return [
        pytest.param(path, id=path.name)
        for path in [*sorted(FIXTURES.glob("[!e]*.json")), *sorted(CORPUS.glob("*.json"))]
    ]


def test_the_corpus_is_there() -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"there is no corpus at {CORPUS}")
    assert {path.stem for path in CORPUS.glob("*.json")} == set(NAMES)


@pytest.mark.parametrize("path", paths())
def test_all_of_it_is_what_the_official_reader_sees(path: Path) -> None:
    data = path.read_bytes()
    result = ExecutionResult(path)
    official.assert_same(data, "robot-json", result)
    with path.open("rb") as stream:
        totals = report.build(registry.parse(stream)).totals
    stats = result.suite.statistics
    assert [totals[key] for key in ("total", "passed", "failed", "skipped")] == [
        stats.total,
        stats.passed,
        stats.failed,
        stats.skipped,
    ]
