from __future__ import annotations

import itertools

import pytest

from testflux.access import permissions
from testflux.model.access import Permission, Role

READ = {"project.read", "self"}
EVERYTHING = {
    "project.read",
    "project.manage",
    "upload.create",
    "run.delete",
    "channel.manage",
    "user.manage",
    "token.manage",
    "sample.manage",
    "self",
}
TABLE: dict[tuple[str, tuple[str, ...]], set[str]] = {
    ("admin", ()): set(),
    ("admin", ("read",)): READ,
    ("admin", ("upload",)): READ | {"upload.create"},
    ("admin", ("read", "upload")): READ | {"upload.create"},
    ("admin", ("admin",)): EVERYTHING,
    ("admin", ("admin", "read")): EVERYTHING,
    ("admin", ("unheard-of",)): set(),
    ("admin", ("unheard-of", "read")): READ,
    ("admin", ("ADMIN",)): set(),
    ("user", ()): set(),
    ("user", ("read",)): READ,
    ("user", ("upload",)): READ,
    ("user", ("admin",)): READ,
    ("user", ("admin", "upload", "read")): READ,
}


@pytest.mark.parametrize(("role", "scopes"), TABLE)
def test_what_a_token_may(role: str, scopes: tuple[str, ...]) -> None:
    assert permissions.of_token(Role(role), scopes) == TABLE[role, scopes]


def test_what_people_may() -> None:
    assert permissions.of_role(Role.ADMIN) == EVERYTHING
    assert permissions.of_role(Role.USER) == READ


def test_the_table_names_every_permission() -> None:
    assert {permission.value for permission in Permission} == EVERYTHING


@pytest.mark.parametrize("role", Role)
def test_no_token_may_more_than_its_maker(role: Role) -> None:
    words = ("read", "upload", "admin", "nonsense")
    for count in range(len(words) + 1):
        for scopes in itertools.combinations(words, count):
            assert permissions.of_token(role, scopes) <= permissions.of_role(role)


@pytest.mark.parametrize("role", Role)
def test_a_scope_more_never_takes_something_away(role: Role) -> None:
    for first, second in itertools.product(("read", "upload", "admin"), repeat=2):
        alone = permissions.of_token(role, [first])
        assert alone <= permissions.of_token(role, [first, second])


def test_who_may_do_anything_may_look_at_themselves() -> None:
    for role, scopes in TABLE:
        allowed = permissions.of_token(Role(role), scopes)
        assert not allowed or Permission.SELF in allowed
