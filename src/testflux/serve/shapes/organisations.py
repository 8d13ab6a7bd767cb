"""Organisations, and who one is in one of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from testflux.model.access import Permission
from testflux.serve.shapes.accounts import User

OrgName = Annotated[str, Meta(min_length=1, max_length=100)]
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


class OrganisationSettings(Organisation, frozen=True, kw_only=True):
    """An organisation, how its people sign in, and how much there is of it.

    Without `is_password_allowed` people sign in at a provider; owners still may use their password, to mend it. With
    `required_provider_id` that provider is the only way in (set where providers are).
    """

    created_at: datetime
    is_password_allowed: bool
    is_second_factor_required: bool
    required_provider_id: str | None
    member_count: int
    project_count: int


class Organisations(msgspec.Struct, frozen=True, kw_only=True):
    """Every organisation of the installation, by name."""

    items: list[OrganisationSettings]


class NewOrganisation(msgspec.Struct, frozen=True):
    """An organisation to add; it belongs to whoever adds it."""

    slug: OrgSlug
    name: OrgName


class OrganisationChange(msgspec.Struct, frozen=True):
    """What to change; what is null or absent stays."""

    name: OrgName | None = None
    is_password_allowed: bool | None = None
    is_second_factor_required: bool | None = None
