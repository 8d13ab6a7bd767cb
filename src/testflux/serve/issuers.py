"""Talking to identity providers: what they say of themselves, their keys, and what a code stands for.

Every address that is asked here was set by somebody, or named by a server that was: all go through kit/outgoing.py.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

import httpx
import msgspec

from testflux.access import id_token, oidc
from testflux.kit import outgoing, settings

T = TypeVar("T")
_KEPT_S: Final = 600.0
_PAUSE_S: Final = 30.0
_MOST: Final = 500


class Issuers:
    """Asks providers, and keeps for ten minutes what they publish. Unknown keys are asked for anew, not too often."""

    def __init__(self, settings: settings.Settings) -> None:
        self._settings = settings
        self._metadata: dict[str, tuple[float, oidc.Metadata]] = {}
        self._keys: dict[str, tuple[float, list[id_token.Key]]] = {}

    async def describe(self, issuer: str, *, is_fresh: bool = False) -> oidc.Metadata:
        """Return what an issuer publishes of itself; UnavailableError when it does not, or not as it must."""
        kept = self._metadata.get(issuer)
        if kept is None or is_fresh or kept[0] + _KEPT_S < time.monotonic():
            allowed = bool(self._settings.outgoing_private)
            if why := oidc.insecurity(issuer, is_private_allowed=allowed):
                raise oidc.wrong(
                    f"The issuer {issuer[:200]!r} {why}.", "Only providers of one's own network may use http."
                )
            content = await self._get(issuer.rstrip("/") + oidc.WELL_KNOWN)
            metadata = oidc.read_metadata(content, issuer, is_private_allowed=allowed)
            kept = _keep(self._metadata, issuer, metadata)
        return kept[1]

    async def keys(self, metadata: oidc.Metadata, *, older_than_s: float = _KEPT_S) -> list[id_token.Key]:
        """Return a provider's public keys, asked for anew when those at hand are older."""
        kept = self._keys.get(metadata.jwks_uri)
        if kept is None or kept[0] + older_than_s <= time.monotonic():
            kept = _keep(self._keys, metadata.jwks_uri, id_token.read_keys(await self._get(metadata.jwks_uri)))
        return kept[1]

    async def exchange(
        self, metadata: oidc.Metadata, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> oidc.Tokens:
        """Exchange a code at the token endpoint."""
        async with outgoing.client(self._settings) as client:
            response = await client.post(metadata.token_endpoint, data=dict(form), headers=dict(headers))
        return oidc.read_tokens(response.content)

    async def verify(
        self, metadata: oidc.Metadata, token: str, expected: id_token.Expected, now: datetime
    ) -> dict[str, Any]:
        """Return the claims of an ID token; a provider that changed its keys is asked for the new ones once."""
        try:
            return id_token.verify(token, await self.keys(metadata), expected, now)
        except id_token.UnknownKeyError:
            return id_token.verify(token, await self.keys(metadata, older_than_s=_PAUSE_S), expected, now)

    async def ask(self, url: str, access_token: str, headers: Mapping[str, str] | None = None) -> Any:
        """Return the JSON that an address answers to whoever has the access token."""
        more = {"authorization": f"Bearer {access_token}", "accept": "application/json", **(headers or {})}
        try:
            return msgspec.json.decode(await self._get(url, more))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise oidc.wrong(f"The answer of {_shown(url)} is no JSON.") from error

    async def ask_pages(
        self, url: str, access_token: str, headers: Mapping[str, str], size: int, most: int
    ) -> Sequence[Any]:
        """Return a list that comes in pages of `size`, at most so many of them."""
        found: list[Any] = []
        for page in range(1, most + 1):
            rows = await self.ask(f"{url}?per_page={size}&page={page}", access_token, headers)
            if not isinstance(rows, list):
                raise oidc.wrong(f"The answer of {_shown(url)} is no list.")
            found += rows  # pyright: ignore[reportUnknownArgumentType]
            if len(rows) < size:  # pyright: ignore[reportUnknownArgumentType]
                break
        return found

    async def _get(self, url: str, headers: Mapping[str, str] | None = None) -> bytes:
        async with outgoing.client(self._settings) as client:
            response = await client.get(url, headers=dict(headers or {"accept": "application/json"}))
        if not response.is_success:
            words = f"{response.status_code} {httpx.codes.get_reason_phrase(response.status_code)}".strip()
            raise oidc.wrong(f"{_shown(url)} answers {words}.", "Check the address and what the provider allows.")
        return response.content


def _keep(kept: dict[str, tuple[float, T]], name: str, value: T) -> tuple[float, T]:
    kept.pop(name, None)
    while len(kept) >= _MOST:
        kept.pop(next(iter(kept)))
    kept[name] = (time.monotonic(), value)
    return kept[name]


def _shown(url: str) -> str:
    return url.partition("?")[0][:200]
