from __future__ import annotations

import pytest

from testflux.access import permissions
from testflux.model.access import Permission, Role

READ: set[str] = {Permission.PROJECT_READ, Permission.SELF}
OF_OPERATORS: set[str] = {Permission.ORG_CREATE, Permission.SYSTEM_READ}
EVERYTHING: set[str] = set(Permission)
ROLES: dict[str, set[str]] = {
    "owner": EVERYTHING - OF_OPERATORS,
    "admin": EVERYTHING - OF_OPERATORS - {"org.edit", "sso.manage", "audit.read"},
    "maintainer": READ
    | {"upload.create", "run.star", "project.edit", "upload.manage", "run.delete", "channel.manage", "member.read"},
    "member": READ | {"upload.create", "run.star"},
    "viewer": READ,
    "auditor": READ | {"member.read", "audit.read"},
}


@pytest.mark.parametrize("role", Role)
def test_what_a_built_in_role_gives(role: Role) -> None:
    assert permissions.of_role(role) == ROLES[role]


def test_an_own_role_gives_what_it_names_but_nothing_of_operators() -> None:
    own = {"triage": ["project.read", "run.star", "org.create", "of.tomorrow"]}
    assert permissions.of_role("triage", own) == {"project.read", "run.star"}


def test_an_own_role_cannot_be_stronger_by_a_built_in_name() -> None:
    assert permissions.of_role("viewer", {"viewer": ["member.manage"]}) == READ


def test_a_role_that_is_gone_gives_nothing() -> None:
    assert permissions.of_role("triage") == frozenset()


SCOPES: dict[tuple[str, ...], set[str]] = {
    (): set(),
    ("read",): READ,
    ("upload",): READ | {"upload.create"},
    ("read", "upload"): READ | {"upload.create"},
    ("admin",): EVERYTHING - {"org.create"},
    ("run.star",): {"run.star", "self"},
    ("unheard-of",): set(),
    ("unheard-of", "read"): READ,
    ("ADMIN",): set(),
}


@pytest.mark.parametrize("scopes", SCOPES)
def test_what_scopes_name(scopes: tuple[str, ...]) -> None:
    assert permissions.of_scopes(scopes) == SCOPES[scopes]


def test_every_permission_is_explained() -> None:
    assert set(permissions.ABOUT) == set(Permission)
    assert all(text.endswith(".") for text in permissions.ABOUT.values())
