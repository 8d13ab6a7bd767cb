"""Each test of a real output.xml, cut out by its byte range and opened, says what the official reader's model says."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from robot.api import ExecutionResult

import official
from testflux.parse import evidence, registry

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "robot"
FIXTURES = Path(__file__).parent / "robot"
TWO_ROOTS = "pub-jenkins-blue_skip.xml"  # of two root suites the official reader keeps the first one's place only


def readable() -> list[Any]:
    """The fixtures beside this file, and the corpus, as far as Robot Framework 7.5 reads it."""
    index = CORPUS / "SOURCES.tsv"
    rows = csv.DictReader(index.read_text(encoding="utf-8").splitlines(), delimiter="\t") if index.exists() else ()
    names = [row["file"] for row in rows if row["file"].endswith(".xml") and not row["rf75_error"]]
    paths = [*sorted(FIXTURES.glob("*.xml")), *(CORPUS / name for name in names if name != TWO_ROOTS)]
    return [pytest.param(path, id=path.name) for path in paths]


@pytest.mark.parametrize("path", readable())
def test_every_test_opened_is_the_official_one(path: Path) -> None:
    data = path.read_bytes()
    seen = official.finals(registry.parse(io.BytesIO(data)))
    expected = list(ExecutionResult(path).suite.all_tests)
    assert len(seen) == len(expected)
    for test, model in zip(seen, expected, strict=True):
        opened = evidence.open_test("robot-xml", data[test.byte_start : test.byte_end])
        assert official.plains(opened.steps) == official.steps_of(model)
        assert opened.warnings == ()
        assert dict(opened.properties).get("Timeout") == (model.timeout or None)
