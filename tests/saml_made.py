"""An identity provider for tests: it makes metadata and responses, and signs them, well or as an attacker would."""

from __future__ import annotations

import base64
import functools
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (it ships no types)
from signxml.algorithms import SignatureMethod
from signxml.signer import XMLSigner

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
ISSUER = "https://idp.example.org/metadata"
SSO_URL = "https://idp.example.org/sso"
ENTITY_ID = "https://testflux.example.org/api/v1/auth/saml/7/metadata"
ACS_URL = "https://testflux.example.org/api/v1/auth/saml/7/acs"
REQUEST_ID = "_0123456789"
P = "urn:oasis:names:tc:SAML:2.0:protocol"
A = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"


class Key(msgspec.Struct, frozen=True):
    private: Any
    certificate: Any

    @property
    def pem(self) -> bytes:
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @property
    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def der(self) -> str:
        return base64.b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()


@functools.cache
def key(name: str = "idp.example.org", bits: int = 2048) -> Key:
    private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=800))
        .not_valid_after(NOW + timedelta(days=30))
        .sign(private, hashes.SHA256())
    )
    return Key(private, certificate)


def stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def metadata(*, der: str = "", issuer: str = ISSUER, sso_url: str = SSO_URL, more: str = "") -> bytes:
    return (
        f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{issuer}" {more}>'
        f'<IDPSSODescriptor protocolSupportEnumeration="{P}"><KeyDescriptor use="signing">'
        f'<KeyInfo xmlns="{DS}"><X509Data><X509Certificate>{der or key().der}</X509Certificate></X509Data></KeyInfo>'
        "</KeyDescriptor>"
        f'<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{sso_url}"/>'
        "</IDPSSODescriptor></EntityDescriptor>"
    ).encode()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What goes into a response; each field is one thing to get wrong."""

    issuer: str = ISSUER
    audience: str = f"<a:AudienceRestriction><a:Audience>{ENTITY_ID}</a:Audience></a:AudienceRestriction>"
    recipient: str = ACS_URL
    destination: str = ACS_URL
    answers: str = f'InResponseTo="{REQUEST_ID}"'
    subject: str = "u-17"
    subject_format: str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
    assertion_id: str = "_assertion"
    now: datetime = NOW
    expires: timedelta = timedelta(minutes=5)
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("email", ("Ada@Example.org",)),
        ("displayName", ("Ada",)),
        ("groups", ("qa", "dev")),
    )
    status: str = "Success"

    def assertion(self) -> str:
        until = stamp(self.now + self.expires)
        attributes = "".join(
            f'<a:Attribute Name="{name}">'
            + "".join(f"<a:AttributeValue>{value}</a:AttributeValue>" for value in values)
            + "</a:Attribute>"
            for name, values in self.attributes
        )
        return (
            f'<a:Assertion xmlns:a="{A}" ID="{self.assertion_id}" Version="2.0" IssueInstant="{stamp(self.now)}">'
            f"<a:Issuer>{self.issuer}</a:Issuer>"
            f'<a:Subject><a:NameID Format="{self.subject_format}">{self.subject}</a:NameID>'
            '<a:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
            f'<a:SubjectConfirmationData Recipient="{self.recipient}" NotOnOrAfter="{until}" {self.answers}/>'
            "</a:SubjectConfirmation></a:Subject>"
            f'<a:Conditions NotBefore="{stamp(self.now)}" NotOnOrAfter="{until}">{self.audience}</a:Conditions>'
            f'<a:AuthnStatement AuthnInstant="{stamp(self.now)}"><a:AuthnContext>'
            "<a:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</a:AuthnContextClassRef>"
            "</a:AuthnContext></a:AuthnStatement>"
            f"<a:AttributeStatement>{attributes}</a:AttributeStatement></a:Assertion>"
        )

    def response(self, assertion: str | None = None) -> str:
        inside = self.assertion() if assertion is None else assertion
        return (
            f'<p:Response xmlns:p="{P}" xmlns:a="{A}" ID="_response" Version="2.0" IssueInstant="{stamp(self.now)}"'
            f' Destination="{self.destination}" {self.answers}><a:Issuer>{self.issuer}</a:Issuer>'
            f'<p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{self.status}"/></p:Status>'
            f"{inside}</p:Response>"
        )


class WeakSigner(XMLSigner):
    def check_deprecated_methods(self) -> None:
        """Sign with SHA-1 all the same."""


def sign(xml: str, path: str, by: Key | None = None, *, is_weak: bool = False) -> Any:
    """Sign the element at `path` (of the response, or "." for itself) in place; return the document."""
    used = by or key()
    root = etree.fromstring(xml.encode())
    element = root if path == "." else root.find(path)
    signer = (WeakSigner if is_weak else XMLSigner)(
        signature_algorithm=SignatureMethod.RSA_SHA1 if is_weak else SignatureMethod.RSA_SHA256,
        digest_algorithm="sha1" if is_weak else "sha256",
        c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#",
    )
    signed = signer.sign(
        element, key=used.pem, cert=[used.certificate], reference_uri=element.get("ID"), id_attribute="ID"
    )
    if path == ".":
        return signed
    element.getparent().replace(element, signed)
    return root


def signed(answer: Answer, by: Key | None = None, *, is_weak: bool = False) -> Any:
    """Return a response whose assertion is signed."""
    return sign(answer.response(), f"{{{A}}}Assertion", by, is_weak=is_weak)


def posted(document: Any) -> str:
    data = document if isinstance(document, bytes) else etree.tostring(document)
    return base64.b64encode(data).decode()
