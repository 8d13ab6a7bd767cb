"""What an organisation tells about a provider its people sign in with."""

from __future__ import annotations

import msgspec


class GroupRole(msgspec.Struct, frozen=True):
    """Whoever is in the provider's `group` has the role, in one project or (None) in the whole organisation."""

    group: str
    role: str
    project_id: int | None = None
