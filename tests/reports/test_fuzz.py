"""A taste of `make fuzz` in every test run, and each input that once went wrong, for good."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz import fuzz
from testflux.parse import registry

KEPT = sorted((Path(fuzz.HERE) / "seeds").glob("*"))
COUNT = 300


@pytest.fixture(scope="module")
def seeds() -> dict[str, list[bytes]]:
    return fuzz.list_seeds()


@pytest.mark.parametrize("name", sorted(registry.FORMATS))
def test_mutated_reports_are_read_or_refused(name: str, seeds: dict[str, list[bytes]]) -> None:
    assert seeds.get(name), "a small report of this format is missing in tests/reports"
    outcomes = {fuzz.read(name, fuzz.make(name, number, seeds[name])) for number in range(COUNT)}
    assert "read" in outcomes, "the mutations are too wild to find anything behind the door"
    assert len(outcomes) > 1, "the mutations are too tame"


@pytest.mark.parametrize("path", KEPT, ids=[path.name for path in KEPT])
def test_what_once_went_wrong_does_so_no_more(path: Path) -> None:
    assert fuzz.read(path.name.rpartition("-")[0], path.read_bytes())


def test_an_input_can_be_made_again_by_its_number(seeds: dict[str, list[bytes]]) -> None:
    again = {fuzz.make("robot-xml", number, seeds["robot-xml"]) for number in (7, 7, 8)}
    assert len(again) == 2
