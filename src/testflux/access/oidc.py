"""OpenID Connect's authorisation code flow with PKCE: what is asked, and what the answers have to look like.

Nothing here talks to anybody: serve/issuers.py does.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from testflux.kit import errors

WELL_KNOWN: Final = "/.well-known/openid-configuration"
CODE: Final = "provider-answer"
"""The error code of whatever a provider answers wrongly."""
_INTERNAL: Final = (".local", ".internal", ".localhost", ".lan", ".svc")


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says of itself, as far as it is used; the addresses are checked by `read_metadata`."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """What a code was exchanged for."""

    access_token: str
    id_token: str = ""


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept from the way out until the way back. `nonce` comes back in the ID token, `verifier` never left."""

    nonce: str
    verifier: str
    next_path: str = "/"


def begin(next_path: str = "/") -> Start:
    """Make the secrets of a new sign-in."""
    return Start(nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(48), next_path=next_path)


def challenge(verifier: str) -> str:
    """Return what may be seen of a verifier (PKCE, S256)."""
    return _plain_base64(hashlib.sha256(verifier.encode()).digest())


def authorise_url(
    endpoint: str, client_id: str, redirect_uri: str, scopes: Sequence[str], state: str, start: Start, **more: str
) -> str:
    """Return where to send the browser."""
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(scopes),
        "state": state,
        "nonce": start.nonce,
        "code_challenge": challenge(start.verifier),
        "code_challenge_method": "S256",
        **more,
    }
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query, quote_via=quote)}"


def exchange(
    metadata: Metadata, client_id: str, secret: str, code: str, redirect_uri: str, verifier: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Return form and headers that ask the token endpoint for what a code stands for."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
        "client_id": client_id,
    }
    headers = {"accept": "application/json"}
    if not secret:
        return form, headers
    methods = metadata.token_endpoint_auth_methods_supported
    if "client_secret_basic" not in methods and "client_secret_post" in methods:
        return {**form, "client_secret": secret}, headers
    pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    return form, {**headers, "authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def read_metadata(content: bytes, issuer: str, *, is_private_allowed: bool) -> Metadata:
    """Read a discovery document; UnavailableError unless it is `issuer`'s own and its addresses are safe to use."""
    try:
        metadata = msgspec.json.decode(content, type=Metadata)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        hint = f"Check the issuer: {issuer}{WELL_KNOWN} has to answer with its configuration."
        raise wrong(f"The discovery document cannot be read: {error}.", hint) from error
    if metadata.issuer != issuer:
        hint = "Enter the issuer exactly as the provider writes it, also with or without the slash at its end."
        raise wrong(f"The discovery document is of the issuer {metadata.issuer[:200]!r}, not of {issuer!r}.", hint)
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"):
        address = getattr(metadata, name)
        if address is not None and (why := insecurity(address, is_private_allowed=is_private_allowed)):
            raise wrong(f"The provider's {name} {address[:200]!r} {why}.", "The provider has to mend it.")
    return metadata


def insecurity(address: str, *, is_private_allowed: bool) -> str:
    """Say why an address must not be used, or nothing when it may: https, or http inside one's own network."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return "is no address"
    if not host or parts.username is not None or parts.fragment or not address.isprintable() or " " in address:
        return "is no plain address"
    if parts.scheme == "https" or (parts.scheme == "http" and is_private_allowed and _is_internal(host)):
        return ""
    return "does not begin with https://"


def read_tokens(content: bytes) -> Tokens:
    """Read what the token endpoint answers; UnavailableError when it is no grant."""
    try:
        answer = msgspec.json.decode(content, type=dict[str, Any])
        if "error" in answer:
            raise wrong(f"The provider did not accept the sign-in: {said(answer)}.", _SECRET)
        return msgspec.convert(answer, Tokens)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise wrong("The provider's answer with the tokens cannot be read.", _SECRET) from error


def said(answer: Mapping[str, Any]) -> str:
    """Return the error that a provider names, with its own description, cut short."""
    words = [str(answer[name]) for name in ("error", "error_description") if answer.get(name)]
    return "".join(letter for letter in ": ".join(words)[:300] if letter.isprintable())


def wrong(message: str, hint: str = "") -> errors.UnavailableError:
    """Return the error of a provider that answers as it must not."""
    return errors.UnavailableError(message, hint=hint, code=CODE)


_SECRET: Final = "Check client id, client secret and redirect address on both sides."  # noqa: S105  (a sentence)


def _is_internal(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_INTERNAL)


def _plain_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
