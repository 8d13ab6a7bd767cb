"""Setting SAML up: reading an identity provider's metadata, and checking what was entered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import httpx
import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from testflux.access import saml_metadata
from testflux.kit import clock, errors, outgoing
from testflux.model.access import Permission
from testflux.model.sso import SamlConfig
from testflux.serve import declare, saml_keys
from testflux.serve.house import House
from testflux.serve.shapes.directories import SamlCertificate, SamlMetadata, SamlProvider
from testflux.serve.shapes.providers import ProviderCheck, Step
from testflux.store import database

_SOON: Final = timedelta(days=30)


@post(
    "/providers/saml-metadata",
    **declare.route("readSamlMetadata", Permission.SSO_MANAGE, 413, 415, status_code=200),
)
async def read_metadata(data: JSONBody[SamlMetadata], house: NamedDependency[House]) -> SamlProvider:
    """Read an identity provider's metadata, given or from an address; nothing is kept."""
    if bool(data.xml) == bool(data.url):
        message = "Either the metadata or their address is needed."
        raise errors.InvalidError(message, field="metadata", hint="Upload the file, or enter the address.")
    found = await _fetch(house, data.url) if data.url else saml_metadata.read(data.xml.encode(), clock.now())
    return SamlProvider(
        entity_id=found.entity_id,
        sso_url=found.sso_url,
        certificates=[SamlCertificate(each, saml_metadata.expires_at(each)) for each in found.certificates],
    )


def check(config: SamlConfig) -> None:
    """Raise InvalidError when a configuration cannot work."""
    outgoing.check_url(config.sso_url, "config.sso_url")
    if config.metadata_url:
        outgoing.check_url(config.metadata_url, "config.metadata_url")
    saml_metadata.check_certificates(config.certificates, "config.certificates")


async def ask(house: House, provider: database.Row) -> ProviderCheck:
    """Check a provider step by step: certificates, our key, and whether its metadata still say the same."""
    config = msgspec.convert(provider["config"], SamlConfig)
    now, ends = clock.now(), [saml_metadata.expires_at(each) for each in config.certificates]
    steps = [Step(name="Identity provider", is_ok=True, said=f"{config.entity_id}, sign-in at {config.sso_url}.")]
    words = [f"{'expired on' if end <= now else 'good until'} {end:%Y-%m-%d}" for end in ends]
    soon = " Ask for the next one now." if max(ends) < now + _SOON else ""
    steps.append(Step(name="Certificates", is_ok=max(ends) > now, said=f"{'; '.join(words)}.{soon}"))
    try:
        own = await saml_keys.own_key(house, provider)
        until = saml_metadata.expires_at(own.certificate)
        steps.append(
            Step(name="Our metadata", is_ok=until > now, said=f"Our certificate is good until {until:%Y-%m-%d}.")
        )
        if config.metadata_url:
            steps.append(_compare(await _fetch(house, config.metadata_url), config))
    except errors.TestFluxError as error:
        name = "Metadata" if len(steps) > 2 else "Our metadata"  # noqa: PLR2004  (the steps that went before)
        steps.append(Step(name=name, is_ok=False, said=f"{error.message} {error.hint}".strip()))
    return ProviderCheck(is_ok=all(step.is_ok for step in steps), steps=steps)


def _compare(found: saml_metadata.IdentityProvider, config: SamlConfig) -> Step:
    told = saml_metadata.IdentityProvider(config.entity_id, config.sso_url, tuple(sorted(config.certificates)))
    is_same = msgspec.structs.replace(found, certificates=tuple(sorted(found.certificates))) == told
    said = "They say the same as is entered here." if is_same else "They have changed; read them in again."
    return Step(name="Metadata", is_ok=is_same, said=said)


async def _fetch(house: House, url: str) -> saml_metadata.IdentityProvider:
    outgoing.check_url(url, "url")
    async with outgoing.client(house.settings) as client:
        try:
            response = await client.get(url, follow_redirects=True)
        except (httpx.TooManyRedirects, httpx.InvalidURL) as error:
            raise _no_metadata(f"its address leads astray ({error})") from error
    if not response.is_success:
        raise _no_metadata(f"it answers {response.status_code}")
    return saml_metadata.read(response.content, clock.now())


def _no_metadata(why: str) -> errors.UnavailableError:
    hint = "Open the address in a browser, or upload the file."
    return errors.UnavailableError(f"The identity provider gives no metadata: {why}.", hint=hint)


ROUTES: Final[list[Any]] = [read_metadata]
