"""The keywords of every output.xml of the shared corpus are counted as Robot Framework's own reader sees them."""

from __future__ import annotations

import collections
from pathlib import Path
from typing import Any

import pytest
from robot.api import ExecutionResult, ResultVisitor

from testflux.parse import robot_keywords

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "robot"
UNREADABLE = (
    "gen-", "pub-jenkins-collisions", "pub-jenkins-graph", "pub-jenkins-low_failure", "pub-jenkins-model-output",
    "pub-jenkins-new_critical", "pub-jenkins-rebot_output", "pub-jenkins-split-testfile", "pub-jenkins-suite-setup",
    "pub-jenkins-teardown_fail", "pub-jenkins-xxe", "pub-rf-golden_suite",
)  # fmt: skip
FILES = sorted(
    path
    for folder in (CORPUS, Path(__file__).parent / "robot")
    for path in folder.glob("*.xml")
    if not path.name.startswith(UNREADABLE)
)
Counted = dict[tuple[str, str], list[float]]


class OfficialCount(ResultVisitor):
    """Adds up calls, failures and milliseconds of what was run."""

    def __init__(self) -> None:
        self.found: Counted = collections.defaultdict(lambda: [0, 0, 0.0])

    def start_keyword(self, keyword: Any) -> None:
        """Count a call; until version 3 loops were keywords too, which they are not any more."""
        if keyword.status != "NOT RUN" and not is_loop(keyword):
            count = self.found[keyword.owner or "", keyword.name or ""]
            count[0] += 1
            count[1] += keyword.status == "FAIL"
            count[2] += keyword.elapsed_time.total_seconds() * 1000


def is_loop(keyword: Any) -> bool:
    return keyword.type not in {"KEYWORD", "SETUP", "TEARDOWN"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_keywords_are_those_of_the_official_reader(path: Path) -> None:
    visitor = OfficialCount()
    ExecutionResult(path).visit(visitor)
    with path.open("rb") as stream:
        seen = {
            (item.owner, item.name): [item.calls, item.failed, item.duration_ms]
            for item in robot_keywords.count(stream)
        }
    assert seen.keys() == visitor.found.keys()
    for key, expected in visitor.found.items():
        assert seen[key] == pytest.approx(expected, abs=1e-6)
