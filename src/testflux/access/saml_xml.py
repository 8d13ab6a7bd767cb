"""XML of strangers: no DTD, no entities, no comments, and of a signed element exactly what was signed."""

from __future__ import annotations

import base64
import importlib
import re
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from testflux.kit import errors

NAMES: Final = {
    "p": "urn:oasis:names:tc:SAML:2.0:protocol",
    "a": "urn:oasis:names:tc:SAML:2.0:assertion",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
_ARMOUR: Final = re.compile(r"-----[^-]*-----|\s")
_EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
_CANONICAL: Final = frozenset(
    (_EXCLUSIVE, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2006/12/xml-c14n11")
)
_TRANSFORMS: Final = _CANONICAL | {"http://www.w3.org/2000/09/xmldsig#enveloped-signature"}
_STRONG: Final = ("RSA_SHA256", "RSA_SHA384", "RSA_SHA512", "ECDSA_SHA256", "ECDSA_SHA384", "ECDSA_SHA512")
_STRONG_DIGESTS: Final = ("SHA256", "SHA384", "SHA512")


def tag(name: str) -> str:
    """Return the full name of `prefix:Name` for the prefixes of NAMES."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMES[prefix]}}}{local}"


def library(name: str) -> Any:
    """Import lxml or signxml; UnavailableError when they are not installed."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise errors.UnavailableError(
            "SAML needs packages that are not installed on this server.",
            hint="On the server: pip install 'testflux[saml]', then start it again.",
            code="extra-missing",
        ) from error


def parse(data: bytes) -> Any:
    """Read a document into an lxml element; ValueError says why it is refused. Comments are left out, texts whole."""
    if b"<!DOCTYPE" in data:
        raise ValueError("it has a document type declaration (DTD)")
    etree = library("lxml.etree")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"it is not well-formed XML: {error.msg}") from error
    kind = root.getroottree().docinfo
    if kind.internalDTD is not None or kind.doctype:
        raise ValueError("it has a document type declaration (DTD)")
    if any(not isinstance(node.tag, str) for node in root.iter()):
        raise ValueError("it has entities or processing instructions")
    return root


def text(element: Any) -> str:
    """Return the whole text in an element, without space around it; "" for None."""
    return "" if element is None else "".join(element.itertext()).strip()


def read_certificate(encoded: str) -> x509.Certificate:
    """Read a certificate as metadata hold it: DER in base64, with or without PEM's lines. ValueError if it is none."""
    body = _ARMOUR.sub("", encoded)
    return x509.load_der_x509_certificate(base64.b64decode(body, validate=True))


def verify(element: Any, certificates: list[x509.Certificate], *, sha1_allowed: bool) -> Any:
    """Return the element as it was signed by one of the certificates' keys; ValueError says what is wrong.

    The result is read anew from the bytes that the signature covers: nothing else can be in it. The keys are trusted
    because they were configured; how long their certificates run says nothing about that.
    """
    signature = _only(element.findall("ds:Signature", NAMES), "signature")
    _check_profile(signature, element.get("ID", ""))
    etree, signxml = library("lxml.etree"), library("signxml")
    copy = parse(etree.tostring(element, with_tail=False))
    for key_info in copy.findall("ds:Signature/ds:KeyInfo", NAMES):
        key_info.getparent().remove(key_info)  # what a message says of its key is no reason to trust it
    data = etree.tostring(copy)
    for certificate in certificates:
        try:
            configuration = _configuration(signxml, certificate.not_valid_before_utc, sha1_allowed=sha1_allowed)
            found = signxml.XMLVerifier().verify(
                data, x509_cert=certificate, id_attribute="ID", expect_config=configuration
            )
        except signxml.InvalidDigest as error:
            raise ValueError("what is signed was changed afterwards") from error
        except signxml.InvalidSignature:
            continue
        except (
            signxml.exceptions.SignXMLException,
            etree.LxmlError,
            UnsupportedAlgorithm,
            ValueError,
            TypeError,
        ) as error:
            raise ValueError(f"its signature cannot be accepted: {_first_line(error)}") from error
        return _same(found.signed_xml, element)
    raise ValueError("it is not signed with a key of the identity provider")


def _configuration(signxml: Any, moment: datetime, *, sha1_allowed: bool) -> Any:
    weak = ("RSA_SHA1",) if sha1_allowed else ()
    weak_digests = ("SHA1",) if sha1_allowed else ()
    return signxml.SignatureConfiguration(
        location="./",
        verification_time=moment,
        signature_methods=frozenset(signxml.SignatureMethod[name] for name in (*_STRONG, *weak)),
        digest_algorithms=frozenset(signxml.DigestAlgorithm[name] for name in (*_STRONG_DIGESTS, *weak_digests)),
    )


def _check_profile(signature: Any, identifier: str) -> None:
    """Hold a signature to SAML's profile: it signs the element that it stands in, as a whole, and nothing else."""
    signed = _only(signature.findall("ds:SignedInfo", NAMES), "SignedInfo")
    method = _only(signed.findall("ds:CanonicalizationMethod", NAMES), "canonicalisation method")
    reference = _only(signed.findall("ds:Reference", NAMES), "reference")
    if not identifier or reference.get("URI") != f"#{identifier}":
        raise ValueError("its signature is about something else")
    if method.get("Algorithm") not in _CANONICAL:
        raise ValueError(f"its signature is made in a way that is not accepted: {method.get('Algorithm')}")
    for transform in reference.findall("ds:Transforms/ds:Transform", NAMES):
        if transform.get("Algorithm") not in _TRANSFORMS:
            raise ValueError(f"its signature changes what it signs: {transform.get('Algorithm')}")


def _only(found: list[Any], what: str) -> Any:
    if len(found) != 1:
        raise ValueError(f"it has {len(found)} of the one {what} there should be")
    return found[0]


def _same(signed: Any, element: Any) -> Any:
    if signed is None or signed.tag != element.tag or signed.get("ID") != element.get("ID"):
        raise ValueError("its signature is about something else")
    return signed


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
