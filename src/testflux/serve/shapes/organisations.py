"""Organisations, and who one is in one of them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from testflux.model.access import Permission
from testflux.serve.shapes.accounts import User

OrgSlug = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation: what projects and people belong to."""

    id: str
    slug: str
    name: str


class Me(User, frozen=True, kw_only=True):
    """Who is signed in, in which organisation, and what they may do there.

    `permissions` hold everywhere in it; `projects` says what more holds in single projects, by slug. `organisations`
    are those one may switch to, this one among them.
    """

    permissions: list[Permission]
    projects: dict[str, list[Permission]]
    organisation: Organisation
    organisations: list[Organisation]
    is_operator: bool


class Switch(msgspec.Struct, frozen=True):
    """The slug of the organisation to look at from now on."""

    organisation: OrgSlug


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A new access token, for the organisation switched to. `expires_in` is in seconds."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    organisation: Organisation
