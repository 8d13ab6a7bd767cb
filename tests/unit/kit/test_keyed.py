from __future__ import annotations

from testflux.kit import keyed

KEY = "a secret key of thirty-two or more characters"


def test_a_digest_is_right_for_its_key_purpose_and_content_alone() -> None:
    made = keyed.digest(KEY, "one", b"content")

    assert len(made) == 64
    assert keyed.is_right(KEY, "one", b"content", made)
    assert not keyed.is_right(KEY + "x", "one", b"content", made)
    assert not keyed.is_right(KEY, "other", b"content", made)
    assert not keyed.is_right(KEY, "one", b"contents", made)
    assert not keyed.is_right(KEY, "one", b"content", "ü")


def test_a_key_has_a_name_that_is_its_own() -> None:
    assert keyed.name(KEY, "one") == keyed.name(KEY, "one")
    assert len({keyed.name(KEY, "one"), keyed.name(KEY, "two"), keyed.name(KEY + "x", "one")}) == 3
