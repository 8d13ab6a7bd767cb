"""Who may do what: a role gives permissions, a token's scopes narrow them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from testflux.model.access import Permission, Role

_READS: Final = frozenset({Permission.PROJECT_READ, Permission.SELF})
_ROLES: Final = {Role.USER: _READS, Role.ADMIN: frozenset(Permission)}
_SCOPES: Final = {"read": _READS, "upload": _READS | {Permission.UPLOAD_CREATE}, "admin": frozenset(Permission)}


def of_role(role: Role) -> frozenset[Permission]:
    """Return what a person of that role may do."""
    return _ROLES[role]


def of_token(role: Role, scopes: Iterable[str]) -> frozenset[Permission]:
    """Return what a token may do: what its scopes name, and never more than its maker still may."""
    named = frozenset[Permission]().union(*(_SCOPES.get(scope, frozenset()) for scope in scopes))
    return named & of_role(role)
