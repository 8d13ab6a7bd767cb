"""From the roles somebody was given, and a token's limits, to what they may do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from testflux.access import permissions
from testflux.model.access import Permission, ProjectGrant


class Grant(msgspec.Struct, frozen=True):
    """A role in one project, or (None) in the organisation. `permissions` are those of a role of its own."""

    role: str
    project_id: int | None = None
    slug: str | None = None
    permissions: tuple[str, ...] | None = None


class Granted(msgspec.Struct, frozen=True):
    """What holds everywhere in an organisation, and what is added in single projects, by project id."""

    everywhere: frozenset[Permission]
    projects: Mapping[int, ProjectGrant]


def combine(given: Iterable[Grant]) -> Granted:
    """Add up roles: whoever has two may do what either allows. In a project only what is about projects counts."""
    everywhere = frozenset({Permission.SELF})
    projects: dict[int, ProjectGrant] = {}
    nothing = frozenset[Permission]()
    for grant in given:
        allowed = permissions.of_role(grant.role, {grant.role: grant.permissions or ()})
        if grant.project_id is None:
            everywhere |= allowed
        elif grant.slug is not None:
            before = projects.get(grant.project_id)
            allowed = (allowed & permissions.IN_PROJECTS) | (before.permissions if before else nothing)
            projects[grant.project_id] = ProjectGrant(grant.slug, allowed)
    return Granted(everywhere, projects)


def narrow(granted: Granted, scopes: Collection[str], only: Mapping[int, str] | None = None) -> Granted:
    """Return what a token may do: what its scopes name, never more than it is made from.

    With `only` (slugs by project id) it may do so in those projects, and nothing but ask who it is outside of them.
    """
    named = permissions.of_scopes(scopes)
    everywhere = granted.everywhere & named
    projects = {
        number: ProjectGrant(grant.slug, grant.permissions & named) for number, grant in granted.projects.items()
    }
    if only is None:
        return Granted(everywhere, projects)
    inside = everywhere & permissions.IN_PROJECTS
    nothing = frozenset[Permission]()
    limited = {
        number: ProjectGrant(slug, inside | (projects[number].permissions if number in projects else nothing))
        for number, slug in only.items()
    }
    return Granted(everywhere & {Permission.SELF}, limited)
