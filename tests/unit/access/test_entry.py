from __future__ import annotations

import pytest

from testflux.access import entry
from testflux.kit import errors

OURS, OTHER, PASSWORD = 7, 8, None


def rules(*, is_password_allowed: bool = True, required: int | None = None, is_owner: bool = False) -> entry.Rules:
    return entry.Rules(
        name="Acme", is_password_allowed=is_password_allowed, required_provider_id=required, is_owner=is_owner
    )


@pytest.mark.parametrize("way", [PASSWORD, OURS, OTHER])
def test_where_nothing_is_asked_every_way_is_fine(way: int | None) -> None:
    entry.check(rules(), way)
    assert entry.is_regular(rules(), way)


def test_where_no_passwords_are_allowed_a_provider_is() -> None:
    strict = rules(is_password_allowed=False)
    entry.check(strict, OTHER)
    with pytest.raises(errors.ForbiddenError, match="Acme does not let people in by password") as refused:
        entry.check(strict, PASSWORD)
    assert refused.value.code == "sign-in-elsewhere"


@pytest.mark.parametrize("way", [PASSWORD, OTHER])
def test_where_a_provider_is_required_nothing_else_is(way: int | None) -> None:
    strict = rules(required=OURS)
    entry.check(strict, OURS)
    with pytest.raises(errors.ForbiddenError, match="its own provider"):
        entry.check(strict, way)


@pytest.mark.parametrize("way", [PASSWORD, OTHER])
def test_an_owner_breaks_the_glass(way: int | None) -> None:
    entry.check(rules(required=OURS, is_owner=True), way)
    entry.check(rules(is_password_allowed=False, is_owner=True), way)
    assert not entry.is_regular(rules(required=OURS, is_owner=True), way)
    assert entry.is_regular(rules(required=OURS, is_owner=True), OURS)
