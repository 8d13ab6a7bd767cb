"""From what a provider says about somebody to a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from testflux.access import oidc
from testflux.kit import errors
from testflux.model.access import Person
from testflux.model.sso import GoogleConfig, MicrosoftConfig, OidcConfig

_MOST_GROUPS: Final = 2000
_LONGEST: Final = 500
_TRUE: Final = (True, "true", "1", 1)


def merge(claims: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Add what the userinfo endpoint says to the ID token's claims, which count first; it has to be about the same."""
    if more.get("sub") != claims["sub"]:
        raise oidc.wrong("The provider's userinfo is about somebody else than its ID token.", "Sign in again.")
    return {**more, **claims}


def is_enough(claims: Mapping[str, Any], groups_claim: str) -> bool:
    """Whether the ID token says all that is needed, so that userinfo need not be asked."""
    return "email" in claims and "email_verified" in claims and _find(claims, groups_claim) is not None


def of_oidc(claims: Mapping[str, Any], config: OidcConfig) -> Person:
    """Return the person of any OpenID Connect provider."""
    return Person(
        subject=_text(claims, "sub"),
        email=_text(claims, "email"),
        name=_name(claims),
        groups=groups(claims, config.groups_claim),
        is_email_verified=config.trusts_email or claims.get("email_verified") in _TRUE,
    )


def of_google(claims: Mapping[str, Any], config: GoogleConfig) -> Person:
    """Return the person of a Google account; ForbiddenError when not of the Workspace domain that is asked for."""
    hosted = _text(claims, "hd").lower()
    if config.hosted_domain and hosted != config.hosted_domain.lower():
        message = f"This Google account does not belong to {config.hosted_domain}."
        raise errors.ForbiddenError(message, hint="Choose your work account.", code="wrong-account")
    return Person(
        subject=_text(claims, "sub"),
        email=_text(claims, "email"),
        name=_name(claims),
        groups=(hosted,) if hosted else (),
        is_email_verified=claims.get("email_verified") in _TRUE,
    )


def of_microsoft(claims: Mapping[str, Any], config: MicrosoftConfig) -> Person:
    """Return the person of a Microsoft directory: `oid` is theirs in every application, `sub` only in this one."""
    if _text(claims, "tid").lower() != config.tenant.lower():
        message = "This Microsoft account belongs to another directory."
        raise errors.ForbiddenError(message, hint="Choose your work account.", code="wrong-account")
    email = _text(claims, "email") or (_text(claims, "preferred_username") if config.trusts_email else "")
    return Person(
        subject=_text(claims, "oid"),
        email=email if "@" in email else "",
        name=_name(claims),
        groups=groups(claims, config.groups_claim),
        is_email_verified=config.trusts_email or claims.get("xms_edov") in _TRUE,
    )


def groups(claims: Mapping[str, Any], path: str) -> tuple[str, ...]:
    """Return the groups that a claim names; the path's dots lead into objects: `realm_access.roles`."""
    if not path:
        return ()
    found = _find(claims, path)
    if found is None and _is_over(claims, path):
        message = "You are in more groups than the provider writes into a sign-in."
        hint = "An administrator should let it send only groups assigned to the application, or application roles."
        raise errors.ForbiddenError(message, hint=hint, code="too-many-groups")
    listed: list[Any] = found if isinstance(found, list) else [found]  # pyright: ignore[reportUnknownVariableType]
    texts = [text for text in listed if isinstance(text, str) and 0 < len(text) <= _LONGEST]
    return tuple(dict.fromkeys(texts))[:_MOST_GROUPS]


def _find(claims: Mapping[str, Any], path: str) -> Any:
    """A claim by its whole name first: those of some providers are addresses, with dots in them."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return value  # pyright: ignore[reportUnknownVariableType]


def _is_over(claims: Mapping[str, Any], path: str) -> bool:
    elsewhere = claims.get("_claim_names")
    return claims.get("hasgroups") in _TRUE or (isinstance(elsewhere, Mapping) and path in elsewhere)


def _name(claims: Mapping[str, Any]) -> str:
    parts = " ".join(filter(None, (_text(claims, "given_name"), _text(claims, "family_name"))))
    return _text(claims, "name") or parts or _text(claims, "preferred_username")


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip() if isinstance(value, str) else ""
