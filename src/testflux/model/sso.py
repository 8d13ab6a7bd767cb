"""What an organisation tells about a provider its people sign in with."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Short = Annotated[str, Meta(min_length=1, max_length=300)]
_Address = Annotated[str, Meta(min_length=1, max_length=500)]
_Attribute = Annotated[str, Meta(max_length=200, pattern=r"^\S*$")]
_Filter = Annotated[str, Meta(min_length=1, max_length=1000)]
_Name = Annotated[str, Meta(max_length=1000)]


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


class SamlConfig(msgspec.Struct, frozen=True, tag="saml", tag_field="kind"):
    """A SAML 2.0 identity provider, as its metadata say (`metadata_url`: where they were read).

    `certificates` are DER in base64, each for one of its keys. Attributes that are named "" are looked for under the
    names in wide use. `unasked_allowed`: it may send people who did not begin here (IdP-initiated). `sha1_allowed`:
    its signatures may use SHA-1, which can be forged with effort.
    """

    entity_id: _Address
    sso_url: _Address
    certificates: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=10_000)], ...], Meta(min_length=1, max_length=20)
    ]
    metadata_url: Annotated[str, Meta(max_length=500)] = ""
    email_attribute: _Attribute = ""
    name_attribute: _Attribute = ""
    groups_attribute: _Attribute = ""
    signs_requests: bool = False
    unasked_allowed: bool = False
    sha1_allowed: bool = False


class LdapConfig(msgspec.Struct, frozen=True, tag="ldap", tag_field="kind"):
    """A directory. `ldaps://` is encrypted from the start, `ldap://` by StartTLS before anything else is said.

    `ca_certificates` (PEM) are trusted in place of the machine's own when given. `user_filter` has {username} where the
    typed name goes, `group_filter` {dn} or {username}. `groups_by`: the person's memberOf, a search, Active
    Directory's rule for members of members, or no groups. Groups are called by their DN or their common name.
    """

    url: _Address
    base_dn: Annotated[str, Meta(min_length=1, max_length=1000)]
    bind_dn: _Name = ""
    ca_certificates: Annotated[str, Meta(max_length=100_000)] = ""
    user_filter: _Filter = "(&(objectClass=person)(|(uid={username})(mail={username})))"
    id_attribute: Short = "entryUUID"
    email_attribute: Short = "mail"
    name_attribute: Short = "displayName"
    groups_by: Literal["member_of", "search", "nested", "none"] = "member_of"
    group_base_dn: _Name = ""
    group_filter: _Filter = "(member={dn})"
    group_names: Literal["dn", "cn"] = "dn"
