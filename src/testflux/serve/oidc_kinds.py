"""Google, Microsoft, GitHub and OpenID Connect in general: the same dance, and what differs between them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from testflux.access import claims as claim_rules
from testflux.access import github, id_token, oidc
from testflux.model.access import Person
from testflux.model.sso import GitHubConfig, GoogleConfig, MicrosoftConfig, OidcConfig
from testflux.serve.issuers import Issuers

Config = OidcConfig | GoogleConfig | MicrosoftConfig | GitHubConfig
KINDS: Final = ("oidc", "google", "microsoft", "github")
_GOOGLE: Final = "https://accounts.google.com"
_MICROSOFT: Final = "https://login.microsoftonline.com"
_SCOPES: Final = ("openid", "profile", "email")


class Answer(msgspec.Struct, frozen=True):
    """Who came back from a provider, and everything it said about them."""

    person: Person
    claims: dict[str, Any]


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """What came back and what it answers: the code, and what was kept on the way out."""

    code: str
    redirect_uri: str
    start: oidc.Start


def read(config: Mapping[str, Any]) -> Config:
    """Read the stored configuration of a provider of one of these kinds."""
    return msgspec.convert(config, Config)


async def describe(issuers: Issuers, config: Config, *, is_fresh: bool = False) -> oidc.Metadata:
    """Return a provider's addresses."""
    if isinstance(config, GitHubConfig):
        return github.metadata(config)
    return await issuers.describe(issuer_of(config), is_fresh=is_fresh)


def issuer_of(config: OidcConfig | GoogleConfig | MicrosoftConfig) -> str:
    """Return who makes the provider's ID tokens."""
    if isinstance(config, OidcConfig):
        return config.issuer
    return _GOOGLE if isinstance(config, GoogleConfig) else f"{_MICROSOFT}/{config.tenant.lower()}/v2.0"


def authorise_url(metadata: oidc.Metadata, config: Config, redirect_uri: str, state: str, start: oidc.Start) -> str:
    """Return where to send the browser."""
    more = {"hd": config.hosted_domain} if isinstance(config, GoogleConfig) and config.hosted_domain else {}
    scopes = _SCOPES
    if isinstance(config, OidcConfig):
        scopes = tuple(dict.fromkeys(("openid", *config.scopes)))
    elif isinstance(config, GitHubConfig):
        scopes = github.SCOPES
    endpoint = metadata.authorization_endpoint
    return oidc.authorise_url(endpoint, config.client_id, redirect_uri, scopes, state, start, **more)


async def identify(
    issuers: Issuers, config: Config, secret: str, metadata: oidc.Metadata, exchange: Exchange, now: datetime
) -> Answer:
    """Exchange the code and return who it stands for."""
    verifier = exchange.start.verifier
    form, headers = oidc.exchange(metadata, config.client_id, secret, exchange.code, exchange.redirect_uri, verifier)
    tokens = await issuers.exchange(metadata, form, headers)
    if isinstance(config, GitHubConfig):
        return await _ask_github(issuers, config, tokens.access_token)
    expected = id_token.Expected(
        issuers=(metadata.issuer, _GOOGLE.removeprefix("https://")) if _is_google(config) else (metadata.issuer,),
        client_id=config.client_id,
        nonce=exchange.start.nonce,
        access_token=tokens.access_token,
    )
    claims = await issuers.verify(metadata, tokens.id_token, expected, now)
    needs_more = isinstance(config, OidcConfig) and not claim_rules.is_enough(claims, config.groups_claim)
    if needs_more and metadata.userinfo_endpoint is not None:
        more = await issuers.ask(metadata.userinfo_endpoint, tokens.access_token)
        claims = claim_rules.merge(claims, more if isinstance(more, dict) else {})  # pyright: ignore[reportUnknownArgumentType]
    return Answer(_person(claims, config), claims)


def _is_google(config: Config) -> bool:
    return isinstance(config, GoogleConfig)


def _person(claims: Mapping[str, Any], config: OidcConfig | GoogleConfig | MicrosoftConfig) -> Person:
    if isinstance(config, OidcConfig):
        return claim_rules.of_oidc(claims, config)
    if isinstance(config, GoogleConfig):
        return claim_rules.of_google(claims, config)
    return claim_rules.of_microsoft(claims, config)


async def _ask_github(issuers: Issuers, config: GitHubConfig, access_token: str) -> Answer:
    api = github.api(config)
    user = await issuers.ask(f"{api}/user", access_token, github.HEADERS)

    async def pages(path: str) -> Any:
        return await issuers.ask_pages(f"{api}{path}", access_token, github.HEADERS, github.PAGE, github.MOST_PAGES)

    emails, organisations, teams = [await pages(path) for path in ("/user/emails", "/user/orgs", "/user/teams")]
    person = github.person(user, emails, organisations, teams, config)
    return Answer(person, github.shown(person, user))
