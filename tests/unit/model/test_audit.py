from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import keys
from testflux.model import audit

KEY = "a-secret-key-of-thirty-two-or-more-characters"
EVENT = audit.Event(
    org_id=1,
    number=7,
    happened_at=datetime(2026, 11, 23, 1, 2, 3, 40, tzinfo=UTC),
    act="channel.add",
    actor_kind="person",
    actor_id=3,
    actor_name="ana@example.org",
    target_kind="channel",
    target_id="1-4",
    target_name="Größe “x”\n",
    project_id=1,
    is_refused=False,
    address="192.0.2.1",
    request_id="r",
    before=None,
    after=msgspec.Raw(b'{"b":1.50,"a":[1e400,"x"]}'),
)
LINK = audit.Link(41, b"\x01" * 32)


def test_a_line_without_its_end_is_what_the_digest_is_made_of() -> None:
    link = audit.digest(b"before", EVENT)

    text = audit.line(EVENT, link)

    assert text.endswith(b',"digest":"' + link.hex().encode() + b'"}')
    assert hashlib.sha256(b"before" + text[: -len(b',"digest":"') - 64 - 2] + b"}").digest() == link


def test_a_line_is_json_of_every_field_as_it_was_stored() -> None:
    text = audit.line(EVENT, b"\xab").decode()

    read = json.loads(text)
    assert list(read) == [*audit.Event.__struct_fields__, "digest"]
    assert read["happened_at"] == "2026-11-23T01:02:03.000040Z"
    assert '"after":{"b":1.50,"a":[1e400,"x"]}' in text
    assert "\n" not in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("org_id", 2),
        ("number", 8),
        ("happened_at", datetime(2026, 11, 23, 1, 2, 3, 41, tzinfo=UTC)),
        ("act", "channel.remove"),
        ("actor_kind", "token"),
        ("actor_id", None),
        ("actor_name", "eve@example.org"),
        ("target_kind", "run"),
        ("target_id", "1-5"),
        ("target_name", ""),
        ("project_id", None),
        ("is_refused", True),
        ("address", "192.0.2.2"),
        ("request_id", "s"),
        ("before", msgspec.Raw(b"{}")),
        ("after", None),
    ],
)
def test_every_field_is_in_the_digest(name: str, value: Any) -> None:
    assert audit.digest(b"", msgspec.structs.replace(EVENT, **{name: value})) != audit.digest(b"", EVENT)
    assert {name} <= set(audit.Event.__struct_fields__)


def test_the_digest_before_is_in_the_digest() -> None:
    assert audit.digest(b"a", EVENT) != audit.digest(b"b", EVENT)


@given(st.text(), st.text())
def test_words_never_run_into_each_other(first: str, second: str) -> None:
    try:
        one = audit.digest(b"", msgspec.structs.replace(EVENT, actor_name=first, target_name=second))
        other = audit.digest(b"", msgspec.structs.replace(EVENT, actor_name=first + second, target_name=""))
    except UnicodeEncodeError:
        return  # cannot come out of PostgreSQL
    assert (one == other) == (second == "")


def test_a_seal_is_right_for_its_place_alone() -> None:
    seal = audit.seal(KEY, 1, audit.SEALING, LINK)

    assert audit.check(KEY, 1, audit.SEALING, seal) is audit.Vouched.RIGHT
    for forged in (
        msgspec.structs.replace(seal, number=40),
        msgspec.structs.replace(seal, digest="02" * 32),
        msgspec.structs.replace(seal, seal="0" * 64),
        msgspec.structs.replace(seal, seal="é"),
    ):
        assert audit.check(KEY, 1, audit.SEALING, forged) is audit.Vouched.WRONG
    assert audit.check(KEY, 2, audit.SEALING, seal) is audit.Vouched.WRONG
    assert audit.check(KEY, 1, audit.REMOVING, seal) is audit.Vouched.WRONG


def test_a_seal_of_another_key_cannot_be_judged() -> None:
    seal = audit.seal("another-key-of-thirty-two-or-more-characters", 1, audit.SEALING, LINK)

    assert audit.check(KEY, 1, audit.SEALING, seal) is audit.Vouched.OTHER_KEY


def test_a_seal_of_the_key_before_is_right_as_long_as_that_is_kept() -> None:
    seal = audit.seal(KEY, 1, audit.SEALING, LINK)
    newer = "a-newer-key-of-thirty-two-or-more-characters"

    assert audit.check(keys.join([newer, KEY]), 1, audit.SEALING, seal) is audit.Vouched.RIGHT
    assert audit.check(newer, 1, audit.SEALING, seal) is audit.Vouched.OTHER_KEY
    assert audit.seal(keys.join([newer, KEY]), 1, audit.SEALING, LINK) == audit.seal(newer, 1, audit.SEALING, LINK)
