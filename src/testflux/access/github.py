"""GitHub speaks OAuth without ID tokens: who somebody is, is read from its API with their access token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from testflux.access import oidc
from testflux.kit import errors
from testflux.model.access import Person
from testflux.model.sso import GitHubConfig

SCOPES: Final = ("read:user", "user:email", "read:org")
PUBLIC: Final = "https://github.com"
PAGE: Final = 100
MOST_PAGES: Final = 10
HEADERS: Final = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}


class _Email(msgspec.Struct, frozen=True):
    email: str
    primary: bool = False
    verified: bool = False


class _Organisation(msgspec.Struct, frozen=True):
    login: str


class _Team(msgspec.Struct, frozen=True):
    slug: str
    organization: _Organisation


class _User(msgspec.Struct, frozen=True):
    id: int
    login: str
    name: str | None = None


def metadata(config: GitHubConfig) -> oidc.Metadata:
    """Return GitHub's addresses in the words of OpenID Connect; it publishes none itself."""
    url = config.url.rstrip("/")
    return oidc.Metadata(
        issuer=url,
        authorization_endpoint=f"{url}/login/oauth/authorize",
        token_endpoint=f"{url}/login/oauth/access_token",
        jwks_uri="",
        token_endpoint_auth_methods_supported=("client_secret_post",),
    )


def api(config: GitHubConfig) -> str:
    """Return where the API is."""
    url = config.url.rstrip("/")
    return "https://api.github.com" if url == PUBLIC else f"{url}/api/v3"


def person(
    user: Any, emails: Sequence[Any], organisations: Sequence[Any], teams: Sequence[Any], config: GitHubConfig
) -> Person:
    """Return the person; ForbiddenError when they are in none of the organisations that are asked for.

    Groups are the organisations (`acme`) and their teams (`acme/testers`), of those asked for only.
    """
    try:
        who = msgspec.convert(user, _User)
        addresses = msgspec.convert(emails, list[_Email])
        logins = [each.login for each in msgspec.convert(organisations, list[_Organisation])]
        slugs = [(each.organization.login, each.slug) for each in msgspec.convert(teams, list[_Team])]
    except msgspec.ValidationError as error:
        raise oidc.wrong(f"GitHub's answer cannot be read: {error}.") from error
    wanted = {name.lower() for name in config.organisations}
    mine = [login for login in logins if not wanted or login.lower() in wanted]
    if wanted and not mine:
        message = "Your GitHub account is in none of the organisations that may sign in here."
        hint = "If it is, let that organisation allow this application on GitHub."
        raise errors.ForbiddenError(message, hint=hint, code="wrong-account")
    primary = next((each for each in addresses if each.primary), None)
    names = [*mine, *(f"{login}/{slug}" for login, slug in slugs if not wanted or login.lower() in wanted)]
    return Person(
        subject=str(who.id),
        email=primary.email if primary else "",
        name=who.name or who.login,
        groups=tuple(names),
        is_email_verified=primary is not None and primary.verified,
    )


def shown(person: Person, user: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a test sign-in shows of GitHub's answer."""
    return {"id": user.get("id"), "login": user.get("login"), "email": person.email, "groups": list(person.groups)}
