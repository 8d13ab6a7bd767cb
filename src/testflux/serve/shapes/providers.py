"""Sign-in providers, mail domains, and what a try-out found."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from testflux.model.sso import GitHubConfig, GoogleConfig, LdapConfig, MicrosoftConfig, OidcConfig, SamlConfig

ProviderKind = Literal["oidc", "google", "microsoft", "github", "saml", "ldap"]
ProviderConfig = OidcConfig | GoogleConfig | MicrosoftConfig | GitHubConfig | SamlConfig | LdapConfig
_Name = Annotated[str, Meta(min_length=1, max_length=80)]
_Role = Annotated[str, Meta(min_length=1, max_length=100)]
Secret = Annotated[str, Meta(min_length=1, max_length=2000)]
Domain = Annotated[
    str, Meta(pattern=r"^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$")
]


class GroupGrant(msgspec.Struct, frozen=True):
    """Whoever is in the provider's `group` gets the role, in one project (its slug) or (null) everywhere."""

    group: Annotated[str, Meta(min_length=1, max_length=500)]
    role: _Role
    project: str | None = None


class NewProvider(msgspec.Struct, frozen=True, kw_only=True):
    """A provider to set up; its kind is in `config`. `secret` is the client secret or the bind password."""

    name: _Name
    config: ProviderConfig
    secret: Secret | None = None
    default_role: _Role | None = None
    group_roles: Annotated[list[GroupGrant], Meta(max_length=500)] = []
    adds_people: bool = True
    is_enabled: bool = False


class ProviderChange(msgspec.Struct, frozen=True, kw_only=True):
    """What to change about a provider; what is absent stays. `default_role` null: none."""

    name: _Name | msgspec.UnsetType = msgspec.UNSET
    config: ProviderConfig | msgspec.UnsetType = msgspec.UNSET
    secret: Secret | msgspec.UnsetType = msgspec.UNSET
    default_role: _Role | msgspec.UnsetType | None = msgspec.UNSET
    group_roles: Annotated[list[GroupGrant], Meta(max_length=500)] | msgspec.UnsetType = msgspec.UNSET
    adds_people: bool | msgspec.UnsetType = msgspec.UNSET
    is_enabled: bool | msgspec.UnsetType = msgspec.UNSET


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """A provider as it is set up, without its secret.

    `redirect_uri` is what to enter at the provider; `people` have come through it; `tested_at` is when an owner last
    came through it as it is set up now.
    """

    id: str
    kind: ProviderKind
    name: str
    config: ProviderConfig
    has_secret: bool
    default_role: str | None
    group_roles: list[GroupGrant]
    adds_people: bool
    is_enabled: bool
    is_required: bool
    people: int
    redirect_uri: str
    created_at: datetime
    tested_at: datetime | None


class ProviderList(msgspec.Struct, frozen=True, kw_only=True):
    """The providers of an organisation by name."""

    items: list[Provider]


class RequiredProvider(msgspec.Struct, frozen=True):
    """Through which provider everybody but owners has to come; null: through any way."""

    provider: str | None


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """A way to sign in. The browser opens `url`; without one our own page asks for name and password (LDAP)."""

    id: str
    kind: ProviderKind
    name: str
    organisation: str
    url: str | None
    is_required: bool


class OfferedList(msgspec.Struct, frozen=True, kw_only=True):
    """The ways to sign in, the required one first."""

    items: list[Offered]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a check: what was tried, whether it went well, and what was found or is to be done."""

    name: str
    is_ok: bool
    said: str


class ProviderCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider answered; it ends with the first step that fails."""

    is_ok: bool
    steps: list[Step]


class TestStart(msgspec.Struct, frozen=True):
    """Where to sign in for a try-out."""

    __test__ = False
    url: str


class TestRole(msgspec.Struct, frozen=True):
    """A role that would be given, in a project (its slug) or (null) everywhere."""

    __test__ = False
    role: str
    project: str | None


class TestResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a try-out found; nobody was signed in.

    `account` says as whom one would have come in; `code`, `reason` and `hint` say why not. `claims` are the provider's
    own words.
    """

    __test__ = False
    is_ok: bool
    provider: str
    subject: str = ""
    email: str = ""
    is_email_verified: bool = False
    name: str = ""
    groups: list[str] = []
    account: Literal["known", "linked", "joined", "new", "none"] = "none"
    roles: list[TestRole] = []
    code: str = ""
    reason: str = ""
    hint: str = ""
    claims: dict[str, Any] = {}


class DomainEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A mail domain; the DNS record `record` (type TXT) of value `value` proves that it is the organisation's."""

    domain: str
    record: str
    value: str
    verified_at: datetime | None


class DomainList(msgspec.Struct, frozen=True, kw_only=True):
    """The mail domains of an organisation by name."""

    items: list[DomainEntry]


class NewDomain(msgspec.Struct, frozen=True):
    """A mail domain to add, in lower case."""

    domain: Domain
