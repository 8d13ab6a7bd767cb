"""SAML metadata: what an identity provider says of itself, and what we tell it of us."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from testflux.access import saml_xml
from testflux.kit import errors

_REDIRECT: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
_POST: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_KEY_BITS: Final = 2048
_KEY_LIFE: Final = timedelta(days=3650)


class IdentityProvider(msgspec.Struct, frozen=True):
    """An identity provider: its name, where to ask it, and its certificates (DER in base64)."""

    entity_id: str
    sso_url: str
    certificates: tuple[str, ...]


class OwnKey(msgspec.Struct, frozen=True):
    """Our key for signing requests (PEM, secret) and its certificate (DER in base64, for everybody)."""

    private_key: bytes
    certificate: str


def read(data: bytes, now: datetime) -> IdentityProvider:
    """Read an identity provider's metadata; InvalidError about the field `metadata` says what is wrong with them."""
    try:
        return _read(saml_xml.parse(data), now)
    except ValueError as error:
        raise errors.InvalidError(
            f"The metadata cannot be used: {error}.",
            field="metadata",
            hint="Take the federation metadata XML of the identity provider, as it is.",
            code="saml-metadata",
        ) from error


def check_certificates(certificates: Iterable[str], field: str) -> None:
    """Raise InvalidError about `field` when one of the certificates cannot be trusted with signatures."""
    try:
        for each in certificates:
            _checked(each)
    except ValueError as error:
        hint = "Take the signing certificate of the identity provider, in Base64 (PEM)."
        raise errors.InvalidError(f"The certificates cannot be used: {error}.", field=field, hint=hint) from error


def expires_at(certificate: str) -> datetime:
    """Return until when a certificate (as in IdentityProvider) runs."""
    return saml_xml.read_certificate(certificate).not_valid_after_utc


def make_key(entity_id: str, now: datetime) -> OwnKey:
    """Make a key and a certificate for it that nobody else vouches for: who has our metadata trusts it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, (urlsplit(entity_id).hostname or "testflux")[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _KEY_LIFE)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return OwnKey(pem, base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode())


def write(entity_id: str, acs_url: str, certificate: str, *, signs_requests: bool) -> bytes:
    """Write our own metadata. No key to encrypt for is named in them: assertions come signed, over TLS."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<md:EntityDescriptor xmlns:md="{saml_xml.NAMES["md"]}" entityID={quoteattr(entity_id)}>\n'
        f'  <md:SPSSODescriptor AuthnRequestsSigned="{str(signs_requests).lower()}" WantAssertionsSigned="true"'
        f' protocolSupportEnumeration="{saml_xml.NAMES["p"]}">\n'
        '    <md:KeyDescriptor use="signing">\n'
        f'      <ds:KeyInfo xmlns:ds="{saml_xml.NAMES["ds"]}"><ds:X509Data>'
        f"<ds:X509Certificate>{escape(certificate)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\n"
        "    </md:KeyDescriptor>\n"
        "    <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>\n"
        "    <md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat>\n"
        f'    <md:AssertionConsumerService Binding="{_POST}" Location={quoteattr(acs_url)}'
        ' index="0" isDefault="true"/>\n'
        "  </md:SPSSODescriptor>\n"
        "</md:EntityDescriptor>\n"
    ).encode()


def _read(root: Any, now: datetime) -> IdentityProvider:
    entities = [
        entity
        for entity in root.iter(saml_xml.tag("md:EntityDescriptor"))
        if entity.find("md:IDPSSODescriptor", saml_xml.NAMES) is not None
    ]
    if len(entities) != 1:
        raise ValueError(f"they describe {len(entities)} identity providers, and should describe one")
    role = entities[0].find("md:IDPSSODescriptor", saml_xml.NAMES)
    if saml_xml.NAMES["p"] not in role.get("protocolSupportEnumeration", "").split():
        raise ValueError("this identity provider does not speak SAML 2.0")
    for part in (root, entities[0], role):
        _check_valid(part.get("validUntil"), now)
    if not entities[0].get("entityID"):
        raise ValueError("they name no entityID")
    return IdentityProvider(entities[0].get("entityID"), _sso_url(role), _certificates(role))


def _check_valid(until: str | None, now: datetime) -> None:
    if until is None:
        return
    moment = datetime.fromisoformat(until)
    if (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) <= now:
        raise ValueError(f"they were good until {until}")


def _sso_url(role: Any) -> str:
    services = role.findall("md:SingleSignOnService", saml_xml.NAMES)
    for service in services:
        if service.get("Binding") == _REDIRECT:
            parts = urlsplit(str(service.get("Location", "")))
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment:
                raise ValueError("the address to sign in at is no web address")
            return parts.geturl()
    raise ValueError("they name no address to sign in at by redirect (SingleSignOnService, HTTP-Redirect)")


def _certificates(role: Any) -> tuple[str, ...]:
    found = [
        _checked(saml_xml.text(node))
        for descriptor in role.iterfind("md:KeyDescriptor", saml_xml.NAMES)
        if descriptor.get("use", "signing") == "signing"
        for node in descriptor.iterfind("ds:KeyInfo/ds:X509Data/ds:X509Certificate", saml_xml.NAMES)
    ]
    if not found:
        raise ValueError("they hold no certificate to check signatures with")
    return tuple(dict.fromkeys(found))


def _checked(encoded: str) -> str:
    try:
        certificate = saml_xml.read_certificate(encoded)
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("one certificate cannot be read") from error
    is_strong = isinstance(key, rsa.RSAPublicKey) and key.key_size >= _KEY_BITS
    if not is_strong and not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError(f"one key is neither of an elliptic curve nor RSA with at least {_KEY_BITS} bits")
    return base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()
