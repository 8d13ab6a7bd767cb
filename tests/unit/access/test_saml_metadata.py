from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (it ships no types)

import saml_made
from saml_made import ACS_URL, ENTITY_ID, ISSUER, NOW, SSO_URL
from testflux.access import saml_metadata
from testflux.kit import errors

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"


def check_refused(data: bytes) -> str:
    with pytest.raises(errors.InvalidError) as raised:
        saml_metadata.read(data, NOW)
    assert (raised.value.code, raised.value.field) == ("saml-metadata", "metadata")
    return raised.value.message


def test_reads_what_an_identity_provider_says_of_itself() -> None:
    found = saml_metadata.read(saml_made.metadata(), NOW)
    assert (found.entity_id, found.sso_url) == (ISSUER, SSO_URL)
    assert found.certificates == (saml_made.key().der,)
    assert saml_metadata.expires_at(found.certificates[0]) == NOW + timedelta(days=30)


def test_finds_the_one_among_several_entities() -> None:
    plain = saml_made.metadata().decode()
    both = f'<EntitiesDescriptor xmlns="{MD[1:-1]}">{plain}<EntityDescriptor entityID="sp"/></EntitiesDescriptor>'
    assert saml_metadata.read(both.encode(), NOW).entity_id == ISSUER
    assert "describe 2 identity providers" in check_refused(both.replace("</Entities", plain + "</Entities").encode())


def test_a_certificate_may_stand_in_lines() -> None:
    folded = "\n  ".join(saml_made.key().certificate_pem.decode().splitlines())
    assert saml_metadata.read(saml_made.metadata(der=folded), NOW).certificates == (saml_made.key().der,)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<html/>", "describe 0 identity providers"),
        (b"not XML", "not well-formed"),
        (b"", "not well-formed"),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>', "document type"),
        (saml_made.metadata(sso_url="javascript:alert(1)"), "no web address"),
        (saml_made.metadata(sso_url="https://x/#y"), "no web address"),
        (saml_made.metadata(issuer=""), "no entityID"),
        (saml_made.metadata(more='validUntil="2026-06-15T11:59:59Z"'), "good until"),
        (saml_made.metadata(der="AAAA"), "cannot be read"),
        (saml_made.metadata().replace(b"HTTP-Redirect", b"SOAP"), "no address to sign in at"),
        (saml_made.metadata().replace(b'use="signing"', b'use="encryption"'), "no certificate"),
        (saml_made.metadata().replace(b"SAML:2.0:protocol", b"SAML:1.1:protocol"), "does not speak SAML 2.0"),
    ],
)
def test_what_cannot_be_used(data: bytes, words: str) -> None:
    assert words in check_refused(data)


def test_metadata_in_another_encoding_hide_no_document_type() -> None:
    hidden = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY e "x">]><x>&e;</x>'
    assert "document type" in check_refused(hidden.encode("utf-16"))


def test_a_weak_key_is_refused() -> None:
    assert "at least 2048 bits" in check_refused(saml_made.metadata(der=saml_made.key("weak", 1024).der))


def test_our_own_metadata_say_where_answers_go_and_what_signs_requests() -> None:
    own = saml_metadata.make_key("https://testflux.example.org/x", NOW)
    root = etree.fromstring(saml_metadata.write(ENTITY_ID, ACS_URL + "?a&b", own.certificate, signs_requests=True))
    role = root.find(f"{MD}SPSSODescriptor")
    assert root.get("entityID") == ENTITY_ID
    assert (role.get("AuthnRequestsSigned"), role.get("WantAssertionsSigned")) == ("true", "true")
    assert role.find(f"{MD}AssertionConsumerService").get("Location") == ACS_URL + "?a&b"
    assert [node.get("use") for node in role.iter(f"{MD}KeyDescriptor")] == ["signing"]
    assert "".join(role.find(f"{MD}KeyDescriptor").itertext()).strip() == own.certificate


def test_our_own_key_fits_its_certificate() -> None:
    own = saml_metadata.make_key("https://testflux.example.org/x", NOW)
    certificate = x509.load_der_x509_certificate(base64.b64decode(own.certificate))
    private = load_pem_private_key(own.private_key, None)
    assert certificate.public_key() == private.public_key()
    assert saml_metadata.expires_at(own.certificate) > NOW + timedelta(days=3000)
    assert certificate.subject.rfc4514_string() == "CN=testflux.example.org"
