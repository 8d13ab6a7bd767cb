from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from testflux.kit import clock, errors
from testflux.model.run import Metadata
from testflux.serve import upload_metadata
from testflux.serve.multipart_body import Field
from testflux.serve.upload_metadata import upload_metadata as read_query


def with_fields(*fields: tuple[str, str]) -> Metadata:
    return upload_metadata.with_fields(Metadata(branch="query", labels={"a": "0"}), [Field(*field) for field in fields])


async def test_the_query() -> None:
    metadata = await read_query(branch=" main ", type_="smoke", labels=["team=web", 'x={"y"}'])
    assert metadata == Metadata(branch="main", type="smoke", labels={"team": "web", "x": '{"y"}'})
    assert await read_query() == Metadata()


async def test_how_the_tool_ended() -> None:
    assert (await read_query(exit_code=99)).exit_code == 99
    assert with_fields(("exit_code", " 0 ")).exit_code == 0
    assert with_fields().exit_code is None


def test_the_form_wins_and_labels_add_up() -> None:
    metadata = with_fields(("branch", "form"), ("labels", "b=1"), ("label", '{"a": "2", "c": "3"}'))
    assert metadata == Metadata(branch="form", labels={"a": "2", "b": "1", "c": "3"})
    assert with_fields() == Metadata(branch="query", labels={"a": "0"})


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31T08:15:00Z", datetime(2026, 1, 31, 8, 15, tzinfo=UTC)),
        ("2026-01-31T09:15:00+01:00", datetime(2026, 1, 31, 8, 15, tzinfo=UTC)),
        (" 2026-01-31T08:15:00 ", datetime(2026, 1, 31, 8, 15, tzinfo=UTC)),
    ],
)
def test_moments_are_utc(text: str, moment: datetime) -> None:
    started_at = with_fields(("started_at", text)).started_at
    assert started_at == moment
    assert started_at is not None
    assert started_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("started_at", "soon"),
        ("started_at", "1989-12-31T23:59:59Z"),
        ("started_at", "9999-01-01T00:00:00Z"),
        ("labels", "none"),
        ("labels", "=value"),
        ("labels", "{"),
        ("labels", '["a"]'),
        ("labels", f"a={'x' * 250}"),
        ("build_url", "x" * 2001),
        ("name", "x" * 251),
        ("exit_code", "-1"),
        ("exit_code", "256"),
        ("exit_code", "none"),
        ("exit_code", "\u0661"),
        ("colour", "red"),
        ("", "nameless"),
    ],
)
def test_what_cannot_be_is_named(name: str, value: str) -> None:
    with pytest.raises(errors.InvalidError) as raised:
        with_fields((name, value))
    assert raised.value.field == name


def test_too_many_labels() -> None:
    with pytest.raises(errors.InvalidError, match="50 labels"):
        upload_metadata.read_labels(f"k{number}=v" for number in range(upload_metadata.MOST_LABELS + 1))


def test_a_clock_that_is_a_little_fast_is_forgiven() -> None:
    soon = clock.now() + timedelta(days=1)
    assert upload_metadata.check_moment(soon.astimezone(timezone(timedelta(hours=5)))) == soon
