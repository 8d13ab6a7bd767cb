"""Nobody ever ends up with a permission that neither they nor the giver had."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.access import giving, grants, permissions
from testflux.access.grants import Grant
from testflux.kit import errors
from testflux.model.access import Actor, Permission, Role

PROJECTS = {1: "shop", 2: "till"}
OWN = ("tester", "keeper")
SINGLE = sorted(set(Permission) - permissions.OPERATORS - {Permission.SELF})


def actor(*given: Grant) -> Actor:
    granted = grants.combine(given)
    return Actor(org_id=1, user_id=1, email="a@b", name="a", permissions=granted.everywhere, projects=granted.projects)


def a_grant(role: str, project_id: int | None = None, own: dict[str, tuple[str, ...]] | None = None) -> Grant:
    return Grant(role, project_id, PROJECTS.get(project_id or 0), (own or {}).get(role))


def reach(given: list[Grant]) -> set[tuple[Permission, int | None]]:
    """Everything somebody may do, and where."""
    who = actor(*given)
    return {
        (permission, place) for permission in Permission for place in (None, *PROJECTS) if who.may(permission, place)
    }


@st.composite
def acts(draw: st.DrawFn) -> dict[str, Any]:
    """Somebody tries to give, take, or change a role."""
    return {
        "kind": draw(st.sampled_from(("give", "give", "take", "role"))),
        "by": draw(st.integers(0, 3)),
        "to": draw(st.integers(0, 3)),
        "role": draw(st.sampled_from((*Role, *OWN))),
        "place": draw(st.sampled_from((None, None, *PROJECTS))),
        "permissions": tuple(draw(st.lists(st.sampled_from(SINGLE), max_size=4))),
    }


@given(
    start=st.lists(
        st.lists(st.tuples(st.sampled_from(list(Role)), st.sampled_from((None, 1, 2))), max_size=2),
        min_size=4,
        max_size=4,
    ),
    story=st.lists(acts(), max_size=25),
)
def test_nobody_gains_what_neither_they_nor_the_giver_had(start: Any, story: list[dict[str, Any]]) -> None:
    own: dict[str, tuple[str, ...]] = dict.fromkeys(OWN, ())
    has: list[set[tuple[str, int | None]]] = [set(one) for one in start]

    def grants_of(person: int) -> list[Grant]:
        return [a_grant(role, place, own) for role, place in has[person]]

    for act in story:
        before = [reach(grants_of(person)) for person in range(4)]
        by = actor(*grants_of(act["by"]))
        try:
            if act["kind"] == "role":
                if act["role"] in own:
                    old, new = (
                        permissions.of_role("x", {"x": names}) for names in (own[act["role"]], act["permissions"])
                    )
                    giving.check_own(by, old | new)
                    own[act["role"]] = act["permissions"]
            else:
                giving.check(by, [a_grant(act["role"], act["place"], own)])
                (has[act["to"]].add if act["kind"] == "give" else has[act["to"]].discard)((act["role"], act["place"]))
        except errors.ForbiddenError:
            pass
        giver = before[act["by"]]
        anywhere = {(permission, place) for permission, where in giver if where is None for place in (None, *PROJECTS)}
        for person in range(4):
            assert reach(grants_of(person)) <= before[person] | giver | anywhere


@given(
    given_roles=st.lists(st.tuples(st.sampled_from(list(Role)), st.sampled_from((None, 1, 2))), max_size=4),
    permission=st.sampled_from(sorted(set(Permission) - {Permission.SELF})),
    place=st.sampled_from((None, 1, 2)),
)
def test_a_grant_gives_what_its_holder_may(given_roles: Any, permission: Permission, place: int | None) -> None:
    given = [a_grant(*one) for one in given_roles]
    assert any(giving.gives(grant, permission, place) for grant in given) == actor(*given).may(permission, place)


@pytest.mark.parametrize(
    ("own", "role", "place", "may"),
    [
        (Role.OWNER, Role.OWNER, None, True),
        (Role.ADMIN, Role.OWNER, None, False),
        (Role.ADMIN, Role.OWNER, 1, True),  # in a project an owner may no more than an admin
        (Role.ADMIN, Role.ADMIN, None, True),
        (Role.ADMIN, Role.AUDITOR, None, False),
        (Role.ADMIN, Role.VIEWER, None, True),
        (Role.MAINTAINER, Role.ADMIN, None, False),
        (Role.VIEWER, Role.MEMBER, 2, False),
    ],
)
def test_the_ladder(own: Role, role: Role, place: int | None, *, may: bool) -> None:
    assert giving.may_give(actor(a_grant(own)), permissions.of_role(role), place) is may


def test_who_has_a_role_in_one_project_gives_it_there_alone() -> None:
    keeper = actor(a_grant(Role.MAINTAINER, 1))
    allowed = permissions.of_role(Role.MAINTAINER)
    assert giving.may_give(keeper, allowed, 1)
    assert not giving.may_give(keeper, allowed, 2)
    assert not giving.may_give(keeper, allowed, None)


def test_the_refusal_names_the_role_and_what_is_missing() -> None:
    with pytest.raises(errors.ForbiddenError, match="'owner'") as refused:
        giving.check(actor(a_grant(Role.ADMIN)), [a_grant(Role.VIEWER), a_grant(Role.OWNER)])
    assert refused.value.code == "outranked"
    with pytest.raises(errors.ForbiddenError, match=r"audit\.read, sso\.manage"):
        giving.check_own(actor(a_grant(Role.ADMIN)), frozenset({Permission.SSO_MANAGE, Permission.AUDIT_READ}))


def test_a_role_that_is_gone_gives_nothing_and_may_be_taken_by_anybody() -> None:
    assert giving.of(Grant("gone")) == frozenset()
    giving.check(actor(), [Grant("gone")])
    assert not giving.gives(Grant("gone"), Permission.PROJECT_READ, None)


def test_every_built_in_role_is_told_in_words() -> None:
    assert set(permissions.ABOUT_ROLES) == set(Role)
