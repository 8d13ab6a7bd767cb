"""What an uploader says about a report: from the query, the form, or both; the form wins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import msgspec
from litestar.params import QueryParameter

from testflux.kit import clock, errors
from testflux.model.run import Metadata
from testflux.serve.filters import Type, Word
from testflux.serve.multipart_body import Field

LENGTHS: Final = {
    "name": 250,
    "environment": 250,
    "type": 250,
    "branch": 250,
    "commit": 250,
    "pull_request": 250,
    "ci_provider": 250,
    "build_url": 2000,
    "build_key": 250,
}
MOST_LABELS: Final = 50
_LARGEST_EXIT_CODE: Final = 255
_LABEL_LENGTH: Final = 250
_OLDEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_FUTURE: Final = timedelta(days=2)


async def upload_metadata(  # noqa: PLR0913, PLR0917  (one argument for each key of the query)
    name: Word = None,
    environment: Word = None,
    type_: Type = None,
    branch: Word = None,
    commit: Word = None,
    pull_request: Word = None,
    ci_provider: Word = None,
    build_url: Annotated[str | None, QueryParameter(max_length=2000)] = None,
    build_key: Word = None,
    labels: Annotated[list[str] | None, QueryParameter(max_items=50, description="key=value, repeatable.")] = None,
    started_at: Annotated[datetime | None, QueryParameter(description="Overrides the report's own time.")] = None,
    exit_code: Annotated[
        int | None, QueryParameter(ge=0, le=_LARGEST_EXIT_CODE, description="How the tool itself ended.")
    ] = None,
    file_time: Annotated[
        datetime | None, QueryParameter(description="Makes it history: when the file was written; nobody is told.")
    ] = None,
) -> Metadata:
    """Read what the query says."""
    given = {
        "name": name,
        "environment": environment,
        "type": type_,
        "branch": branch,
        "commit": commit,
        "pull_request": pull_request,
        "ci_provider": ci_provider,
        "build_url": build_url,
        "build_key": build_key,
    }
    texts: dict[str, Any] = {key: value.strip() for key, value in given.items() if value is not None}
    moment = None if started_at is None else check_moment(started_at)
    written = None if file_time is None else check_moment(file_time)
    read = read_labels(labels or ())
    return Metadata(**texts, labels=read, started_at=moment, exit_code=exit_code, file_time=written)


def with_fields(metadata: Metadata, fields: Sequence[Field]) -> Metadata:
    """Return the metadata with what a form says; InvalidError names a field that cannot be right."""
    changes: dict[str, Any] = {}
    labels: list[str] = []
    for field in fields:
        if field.name in ("label", "labels"):
            labels.append(field.value)
        elif field.name in {"started_at", "file_time"}:
            changes[field.name] = _read_moment(field.value)
        elif field.name == "exit_code":
            changes["exit_code"] = _read_exit_code(field.value)
        elif field.name in LENGTHS:
            changes[field.name] = _check_length(field.name, field.value.strip(), LENGTHS[field.name])
        else:
            known = ", ".join((*LENGTHS, "labels", "started_at", "exit_code", "file_time"))
            hint = f"It takes {known}; files need a file name."
            raise errors.InvalidError(f"There is no field {field.name[:40]!r}.", field=field.name[:40], hint=hint)
    if labels:
        changes["labels"] = metadata.labels | read_labels(labels)
    return msgspec.structs.replace(metadata, **changes)


def read_labels(items: Iterable[str]) -> dict[str, str]:
    """Read labels, each `key=value`, or one JSON object of texts."""
    labels: dict[str, str] = {}
    for item in items:
        labels |= _read_object(item) if item.lstrip().startswith("{") else _read_pair(item)
    for key, value in labels.items():
        _check_length("labels", key + value, _LABEL_LENGTH)
    if len(labels) > MOST_LABELS:
        raise errors.InvalidError(f"There are more than {MOST_LABELS} labels.", field="labels", hint="Send fewer.")
    return labels


def check_moment(moment: datetime) -> datetime:
    """Return the moment in UTC (a time without a zone is UTC); InvalidError when no test can have run then."""
    known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if not _OLDEST <= known <= clock.now() + _FUTURE:
        message = f"Nothing can have been tested at {moment.isoformat()}."
        raise errors.InvalidError(
            message, field="started_at", hint="Send when the run began, e.g. 2026-01-31T08:15:00Z."
        )
    return known.astimezone(UTC)


def _read_moment(text: str) -> datetime:
    try:
        return check_moment(msgspec.convert(text.strip(), datetime, strict=False))
    except msgspec.ValidationError as error:
        message, hint = f"{text[:40]!r} is no time.", "Write RFC 3339, e.g. 2026-01-31T08:15:00Z."
        raise errors.InvalidError(message, field="started_at", hint=hint) from error


def _read_exit_code(text: str) -> int:
    if not re.fullmatch(r"\d{1,3}", text.strip(), re.ASCII) or int(text) > _LARGEST_EXIT_CODE:
        message, hint = f"{text[:40]!r} is no exit code.", f"Send a number from 0 to {_LARGEST_EXIT_CODE}."
        raise errors.InvalidError(message, field="exit_code", hint=hint)
    return int(text)


def _read_pair(item: str) -> dict[str, str]:
    key, separator, value = item.partition("=")
    if not separator or not key.strip():
        raise errors.InvalidError(f"The label {item[:60]!r} has no value.", field="labels", hint="Write key=value.")
    return {key.strip(): value.strip()}


def _read_object(item: str) -> dict[str, str]:
    try:
        return msgspec.json.decode(item, type=dict[str, str])
    except msgspec.DecodeError as error:
        hint = 'Write key=value, or {"key": "value"}.'
        raise errors.InvalidError("The labels are no JSON object of texts.", field="labels", hint=hint) from error


def _check_length(name: str, value: str, longest: int) -> str:
    if len(value) > longest:
        raise errors.InvalidError(f"{name} is longer than {longest} characters.", field=name, hint="Shorten it.")
    return value
