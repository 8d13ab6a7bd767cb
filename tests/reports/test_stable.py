"""What was read can be written down and read again: by us as a document, by Robot Framework as its own output."""

from __future__ import annotations

import contextlib
import io
import typing
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
    assert again(seen, RAW) == told_whole(seen)
    assert again(built, BUILT) == told_whole(built)


def again(thing: msgspec.Struct, kind: type[msgspec.Struct]) -> object:
    """Return what a thing tells after it was written as JSON and read by its types."""
    return told_whole(msgspec.json.decode(msgspec.json.encode(thing, enc_hook=list), type=kind))


def told_whole(thing: msgspec.Struct) -> object:
    """Return all that a thing tells, as plain lists and dictionaries."""
    return msgspec.to_builtins(thing, enc_hook=list)


def with_types(kind: type[msgspec.Struct], **types: object) -> type[msgspec.Struct]:
    """Return a struct that reads some fields of another one as other types."""
    hints = typing.get_type_hints(kind)
    fields = [(field.name, types.get(field.name, hints[field.name])) for field in msgspec.structs.fields(kind)]
    return msgspec.defstruct(kind.__name__, fields)


# What is packed while it is worked on is written as lists.
ALERT = with_types(raw.RawAlert, instances=list[raw.RawInstance])
RAW = with_types(raw.RawReport, alerts=list[ALERT])
FINDING = with_types(model.Finding, occurrences=list[model.Occurrence])
BUILT = with_types(model.Report, findings=tuple[FINDING, ...])


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
