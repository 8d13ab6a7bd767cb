"""What a provider's configuration has to be before it is kept, and its first check, by kind."""

from __future__ import annotations

from testflux.access import oidc
from testflux.kit import errors, settings
from testflux.model.sso import GitHubConfig, LdapConfig, OidcConfig, SamlConfig
from testflux.serve import ldap, oidc_kinds, saml_setup
from testflux.serve.house import House
from testflux.serve.shapes.providers import ProviderCheck, ProviderConfig, Step
from testflux.store import database, providers


def check(settings: settings.Settings, config: ProviderConfig) -> None:
    """Raise InvalidError when a configuration cannot work, before anybody is asked."""
    if isinstance(config, OidcConfig):
        _check_address(config.issuer, "config.issuer", settings)
    elif isinstance(config, GitHubConfig):
        _check_address(config.url, "config.url", settings)
    elif isinstance(config, SamlConfig):
        saml_setup.check(config)
    elif isinstance(config, LdapConfig):
        ldap.check(config)


def check_secret(old: database.Row, config: ProviderConfig, *, is_given: bool) -> None:
    """Raise InvalidError when a secret that nobody can read would be sent to another server than it was entered for."""
    moved = any(old["config"].get(name) != getattr(config, name, None) for name in ("issuer", "url"))
    if moved and old["secret"] is not None and not is_given:
        message = "The address has changed: enter the secret again, for it is sent there."
        raise errors.InvalidError(message, field="secret", hint="Or leave the address as it was.")


def redirect_uri(public_url: str, kind: str, provider_id: int) -> str:
    """Return the address to enter at the provider, empty for a kind that never sends a browser back."""
    way = {"saml": "saml", "ldap": ""}.get(kind, "oidc")
    last = "acs" if way == "saml" else "callback"
    return f"{public_url}/api/v1/auth/{way}/{provider_id}/{last}" if way else ""


async def ask(house: House, provider: database.Row) -> ProviderCheck:
    """Ask a provider for what it publishes, step by step, up to the first that fails."""
    other = {"saml": saml_setup.ask, "ldap": ldap.ask}.get(provider["kind"], _ask_oidc)
    return await other(house, provider)


async def _ask_oidc(house: House, provider: database.Row) -> ProviderCheck:
    config = oidc_kinds.read(provider["config"])
    steps: list[Step] = []
    name = "Client secret"
    try:
        has_secret = bool(providers.secret_of(house.settings.secret_key, provider))
        said = "It is set." if has_secret else "None is set: that is right only for public clients."
        steps.append(Step(name=name, is_ok=has_secret or isinstance(config, OidcConfig), said=said))
        if isinstance(config, GitHubConfig):
            return ProviderCheck(is_ok=has_secret, steps=steps)
        name = "Discovery document"
        metadata = await oidc_kinds.describe(house.issuers, config, is_fresh=True)
        steps.append(Step(name=name, is_ok=True, said=f"Issuer {metadata.issuer}; sign-in at {_short(metadata)}."))
        name = "Signing keys"
        keys = await house.issuers.keys(metadata, older_than_s=0)
        kinds = sorted({algorithm for key in keys for algorithm in key.algorithms})
        said = f"{len(keys)} usable: {', '.join(kinds)}." if keys else "The provider publishes no key that can be used."
        steps.append(Step(name=name, is_ok=bool(keys), said=said))
    except errors.TestFluxError as error:
        steps.append(Step(name=name, is_ok=False, said=f"{error.message} {error.hint}".strip()))
    return ProviderCheck(is_ok=all(step.is_ok for step in steps), steps=steps)


def _check_address(address: str, field: str, settings: settings.Settings) -> None:
    why = oidc.insecurity(address, is_private_allowed=bool(settings.outgoing_private))
    if why or "?" in address:
        hint = "For example https://login.example.org/realms/main; http only for allowed private networks."
        raise errors.InvalidError(f"The address {why or 'carries a query'}.", field=field, hint=hint)


def _short(metadata: oidc.Metadata) -> str:
    return metadata.authorization_endpoint.partition("?")[0]
