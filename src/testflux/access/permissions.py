"""Who may do what: a role gives permissions, in the organisation or in one project; a token's scopes narrow them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from testflux.model.access import Permission, Role

ABOUT: Final[Mapping[Permission, str]] = {
    Permission.SELF: "Look after one's own account: name, password, second factor, sign-ins, personal tokens.",
    Permission.PROJECT_READ: "See projects with their runs, tests, findings, load tests, uploads and storage.",
    Permission.PROJECT_CREATE: "Add projects.",
    Permission.PROJECT_EDIT: "Change a project's name, description and default branch.",
    Permission.PROJECT_DELETE: "Remove a project with everything in it.",
    Permission.UPLOAD_CREATE: "Send reports.",
    Permission.UPLOAD_MANAGE: "Import history, and try uploads again that were set aside.",
    Permission.RUN_STAR: "Star runs, so that retention leaves them alone.",
    Permission.RUN_DELETE: "Remove runs.",
    Permission.CHANNEL_MANAGE: "Set up where news go, and read the delivery log.",
    Permission.STORAGE_MANAGE: "Set quotas, and how long what is kept.",
    Permission.SAMPLE_MANAGE: "Load and remove the sample history.",
    Permission.MEMBER_READ: "See who belongs to the organisation, and why a person may do something.",
    Permission.MEMBER_MANAGE: "Invite people, give and take roles, end memberships.",
    Permission.ROLE_MANAGE: "Make and change the organisation's own roles.",
    Permission.TOKEN_MANAGE: "Make service tokens, see and revoke everybody's tokens.",
    Permission.ORG_EDIT: "Change the organisation's name and how its people sign in.",
    Permission.SSO_MANAGE: "Set up single sign-on and mail domains.",
    Permission.AUDIT_READ: "Read and export the audit log, stream it, and make compliance reports.",
    Permission.SYSTEM_READ: "See the health of the installation.",
    Permission.ORG_CREATE: "Add organisations to the installation.",
}
"""What each permission is for, in words; the order is that of the documentation."""

IN_PROJECTS: Final = frozenset(
    {
        Permission.PROJECT_READ,
        Permission.PROJECT_EDIT,
        Permission.PROJECT_DELETE,
        Permission.UPLOAD_CREATE,
        Permission.UPLOAD_MANAGE,
        Permission.RUN_STAR,
        Permission.RUN_DELETE,
        Permission.CHANNEL_MANAGE,
        Permission.STORAGE_MANAGE,
    }
)
"""What can be given in one project alone; everything else is about the organisation."""

OPERATORS: Final = frozenset({Permission.ORG_CREATE, Permission.SYSTEM_READ})
"""What only who runs the installation may do, whatever the role."""

ABOUT_ROLES: Final[Mapping[str, str]] = {
    Role.OWNER: "Everything in the organisation; there is always at least one.",
    Role.ADMIN: "Projects, people, roles and tokens, but not how people sign in, nor the audit log.",
    Role.MAINTAINER: "Looks after projects: their settings, uploads, runs and channels.",
    Role.MEMBER: "Reads, sends reports and stars runs.",
    Role.VIEWER: "Reads projects.",
    Role.AUDITOR: "Reads projects, who belongs to the organisation, and the audit log.",
}
"""What each built-in role is for, in words, from the strongest to the one beside the ladder."""

_VIEWER: Final = frozenset({Permission.SELF, Permission.PROJECT_READ})
_MEMBER: Final = _VIEWER | {Permission.UPLOAD_CREATE, Permission.RUN_STAR}
_MAINTAINER: Final = _MEMBER | {
    Permission.PROJECT_EDIT,
    Permission.UPLOAD_MANAGE,
    Permission.RUN_DELETE,
    Permission.CHANNEL_MANAGE,
    Permission.MEMBER_READ,
}
_OWNER: Final = frozenset(Permission) - OPERATORS
_ADMIN: Final = _OWNER - {Permission.ORG_EDIT, Permission.SSO_MANAGE, Permission.AUDIT_READ}
_AUDITOR: Final = _VIEWER | {Permission.MEMBER_READ, Permission.AUDIT_READ}
_ROLES: Final[Mapping[str, frozenset[Permission]]] = {
    Role.OWNER: _OWNER,
    Role.ADMIN: _ADMIN,
    Role.MAINTAINER: _MAINTAINER,
    Role.MEMBER: _MEMBER,
    Role.VIEWER: _VIEWER,
    Role.AUDITOR: _AUDITOR,
}
_READS: Final = _VIEWER
_SCOPES: Final = {
    "read": _READS,
    "upload": _READS | {Permission.UPLOAD_CREATE},
    "admin": frozenset(Permission) - {Permission.ORG_CREATE},
}
SCOPES: Final = (*_SCOPES, *Permission)
"""What a token may be made for: three sets that scripts use, or single permissions."""


def of_role(role: str, own: Mapping[str, Iterable[str]] | None = None) -> frozenset[Permission]:
    """Return what a role gives; `own` are the organisation's own roles. A role that is gone gives nothing."""
    if role in _ROLES:
        return _ROLES[role]
    known = frozenset(Permission)
    return frozenset(Permission(name) for name in (own or {}).get(role, ()) if name in known) - OPERATORS


def of_scopes(scopes: Iterable[str]) -> frozenset[Permission]:
    """Return what a token's scopes name; to read is in every one of them, and so is to ask who one is."""
    named = frozenset[Permission]()
    for scope in scopes:
        named |= _SCOPES.get(scope) or frozenset({Permission(scope)} if scope in frozenset(Permission) else ())
    return named | {Permission.SELF} if named else named
