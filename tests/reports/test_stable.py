"""What was read can be written down and read again: by us as a document, by Robot Framework as its own output."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from robot.api import ExecutionResult

from testflux.kit import errors
from testflux.model import raw
from testflux.model import report as model
from testflux.normalise import report
from testflux.parse import registry

HERE = Path(__file__).parent
ROBOT = sorted((HERE / "robot").glob("*.xml"))


def read(content: bytes) -> raw.RawReport:
    return registry.parse(io.BytesIO(content))


def readable() -> Iterator[object]:
    """Yield every report beside this file that can be read."""
    for path in sorted(HERE.rglob("*")):
        if path.is_file() and path.suffix not in {".py", ".robot"}:
            content = path.read_bytes()
            with contextlib.suppress(errors.ReportError):
                read(content)
                yield pytest.param(content, id=str(path.relative_to(HERE)))


@pytest.mark.parametrize("content", list(readable()))
def test_what_was_read_survives_being_written_as_json(content: bytes) -> None:
    seen = read(content)
    built = report.build(seen)
    assert msgspec.json.decode(msgspec.json.encode(seen), type=raw.RawReport) == seen
    assert msgspec.json.decode(msgspec.json.encode(built), type=model.Report) == built


@pytest.mark.parametrize("notation", ["xml", "json"])
@pytest.mark.parametrize("path", ROBOT, ids=[path.name for path in ROBOT])
def test_what_robot_framework_writes_again_says_the_same(path: Path, notation: str, tmp_path: Path) -> None:
    again = tmp_path / f"again.{notation}"
    ExecutionResult(path).save(again)
    assert told(again.read_bytes()) == told(path.read_bytes())


def told(content: bytes) -> list[dict[str, object]]:
    """Return what is known of each test, without where it stands in its file."""
    tests = [msgspec.structs.asdict(test) for test in read(content).tests]
    place = {"byte_start": None, "byte_end": None}
    return [{**test, **place, "tags": sorted(test["tags"])} for test in tests]
