"""What an organisation tells about a provider its people sign in with."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Short = Annotated[str, Meta(min_length=1, max_length=300)]
_Address = Annotated[str, Meta(min_length=1, max_length=500)]


class GroupRole(msgspec.Struct, frozen=True):
    """Whoever is in the provider's `group` has the role, in one project or (None) in the whole organisation."""

    group: str
    role: str
    project_id: int | None = None


class OidcConfig(msgspec.Struct, frozen=True, tag="oidc", tag_field="kind"):
    """Any OpenID Connect provider.

    `issuer` is its address without `/.well-known/openid-configuration`. `groups_claim` may be a path with dots.
    `trusts_email`: its e-mail addresses are kept by administrators, so they count as verified.
    """

    issuer: _Address
    client_id: Short
    scopes: Annotated[tuple[Short, ...], Meta(max_length=20)] = ("openid", "profile", "email")
    groups_claim: Annotated[str, Meta(max_length=300)] = "groups"
    trusts_email: bool = False


class GoogleConfig(msgspec.Struct, frozen=True, tag="google", tag_field="kind"):
    """Google. `hosted_domain` is the Workspace domain whose people may come; empty: everybody with an account there."""

    client_id: Short
    hosted_domain: Annotated[str, Meta(max_length=253)] = ""


class MicrosoftConfig(msgspec.Struct, frozen=True, tag="microsoft", tag_field="kind"):
    """Microsoft Entra ID. `tenant` is the directory's id; `groups_claim` is `groups` (their ids) or `roles`."""

    tenant: Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
    client_id: Short
    groups_claim: Annotated[str, Meta(max_length=300)] = "groups"
    trusts_email: bool = False


class GitHubConfig(msgspec.Struct, frozen=True, tag="github", tag_field="kind"):
    """GitHub, or (`url`) a GitHub Enterprise Server. Only members of `organisations` may come; none: everybody."""

    client_id: Short
    url: _Address = "https://github.com"
    organisations: Annotated[tuple[Short, ...], Meta(max_length=50)] = ()
