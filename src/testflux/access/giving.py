"""Who may give and take which role: nobody gives more than they have, or takes what they could not give."""

from __future__ import annotations

from collections.abc import Iterable

from testflux.access import permissions
from testflux.access.grants import Grant
from testflux.kit import errors
from testflux.model.access import Actor, Permission


def may_give(actor: Actor, allowed: frozenset[Permission], project_id: int | None) -> bool:
    """Return whether the actor has all of these permissions, in a project or (None) in the whole organisation."""
    counting = allowed if project_id is None else allowed & permissions.IN_PROJECTS
    return all(actor.may(permission, project_id) for permission in counting - {Permission.SELF})


def check(actor: Actor, given: Iterable[Grant]) -> None:
    """Raise ForbiddenError unless the actor may give, and so take, every one of these roles."""
    for grant in given:
        if not may_give(actor, of(grant), grant.project_id):
            where = "" if grant.project_id is None else " in that project"
            hint = "Nobody gives or takes more than they have themselves: ask somebody who has it."
            raise errors.ForbiddenError(
                f"The role {grant.role!r} allows more than you may yourself{where}.", hint=hint, code="outranked"
            )


def check_own(actor: Actor, allowed: frozenset[Permission]) -> None:
    """Raise ForbiddenError unless the actor has all of these permissions, that a role of its own is to have or has."""
    missing = sorted(permission.value for permission in allowed if not may_give(actor, frozenset({permission}), None))
    if missing:
        message = f"The role would allow what you may not yourself: {', '.join(missing)}."
        raise errors.ForbiddenError(message, hint="Ask somebody who may do all of it.", code="outranked")


def of(grant: Grant) -> frozenset[Permission]:
    """Return what a grant's role allows, wherever it was given."""
    return permissions.of_role(grant.role, {grant.role: grant.permissions or ()})


def gives(grant: Grant, permission: Permission, project_id: int | None) -> bool:
    """Return whether this grant alone allows that, in a project or (None) in the organisation itself."""
    if grant.project_id is None:
        return permission in of(grant)
    return grant.project_id == project_id and permission in of(grant) & permissions.IN_PROJECTS
