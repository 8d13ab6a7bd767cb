from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from testflux.access import grants, permissions
from testflux.access.grants import Grant
from testflux.model.access import Actor, Permission, Role

ROLES = st.sampled_from([*Role, "own", "gone"])
GRANTS = st.lists(
    st.one_of(
        st.builds(Grant, ROLES, permissions=st.just(("project.read", "member.manage"))),
        st.builds(Grant, ROLES, st.integers(1, 3), st.just("shop"), st.just(("run.star", "member.manage"))),
    ),
    max_size=5,
)
SCOPES = st.lists(st.sampled_from(permissions.SCOPES), max_size=4)


def actor_of(granted: grants.Granted) -> Actor:
    return Actor(org_id=1, user_id=1, email="", name="", permissions=granted.everywhere, projects=granted.projects)


def test_two_roles_add_up() -> None:
    granted = grants.combine([Grant("viewer"), Grant("auditor")])
    assert granted.everywhere == permissions.of_role("auditor")
    assert granted.projects == {}


def test_a_role_in_a_project_counts_there_alone() -> None:
    actor = actor_of(grants.combine([Grant("maintainer", 7, "shop")]))
    assert actor.permissions == {Permission.SELF}
    assert actor.may(Permission.RUN_DELETE, 7)
    assert not actor.may(Permission.RUN_DELETE, 8)
    assert not actor.may(Permission.RUN_DELETE)
    assert actor.tenant.project_ids == (7,)


def test_what_is_about_the_organisation_cannot_be_given_in_a_project() -> None:
    granted = grants.combine([Grant("owner", 7, "shop")])
    assert granted.projects[7].permissions == permissions.IN_PROJECTS
    assert Permission.MEMBER_MANAGE not in granted.projects[7].permissions


def test_a_grant_in_a_project_that_is_gone_gives_nothing() -> None:
    assert grants.combine([Grant("owner", 7, None)]).projects == {}


def test_who_reads_everything_is_not_kept_to_their_projects() -> None:
    actor = actor_of(grants.combine([Grant("viewer"), Grant("maintainer", 7, "shop")]))
    assert actor.tenant.project_ids is None


@given(GRANTS, SCOPES, st.none() | st.dictionaries(st.integers(1, 4), st.just("shop")))
def test_no_token_may_more_than_who_made_it(given: list[Grant], scopes: list[str], only: dict[int, str] | None) -> None:
    granted = grants.combine(given)
    maker, token = actor_of(granted), actor_of(grants.narrow(granted, scopes, only))
    named = permissions.of_scopes(scopes)
    for permission in Permission:
        for project in (None, 1, 2, 3, 4):
            if token.may(permission, project):
                assert maker.may(permission, project)
                assert permission in named
                assert only is None or permission is Permission.SELF or project in only


@given(GRANTS)
def test_every_scope_of_ones_own_changes_nothing(given: list[Grant]) -> None:
    granted = grants.combine(given)
    assert grants.narrow(granted, [*Permission]) == granted


def test_a_token_for_one_project_has_what_its_maker_has_everywhere() -> None:
    granted = grants.narrow(grants.combine([Grant("owner")]), ["admin"], {7: "shop"})
    assert granted.everywhere == {Permission.SELF}
    assert granted.projects[7].permissions == permissions.IN_PROJECTS
