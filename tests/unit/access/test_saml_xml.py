"""Attacks on what is signed: every document here has a good signature somewhere, or pretends to."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (it ships no types)

import saml_made
from saml_made import ACS_URL, DS, ENTITY_ID, ISSUER, NOW, A, Answer, P
from testflux.access import saml, saml_xml
from testflux.kit import errors

ASSERTION, SIGNATURE, NAME_ID = f"{{{A}}}Assertion", f"{{{DS}}}Signature", f"{{{A}}}NameID"
TERMS = saml.Terms(
    issuer=ISSUER,
    certificates=(saml_made.key().der,),
    entity_id=ENTITY_ID,
    acs_url=ACS_URL,
)


def read(document: Any, terms: saml.Terms = TERMS) -> saml.Vouched:
    return saml.read_response(saml_made.posted(document), terms, NOW)


def check_refused(document: Any, terms: saml.Terms = TERMS) -> str:
    with pytest.raises(errors.UnauthenticatedError) as raised:
        read(document, terms)
    assert raised.value.code == "saml-refused"
    return raised.value.message


def evil(element: Any, identifier: str) -> Any:
    """Return a copy about somebody else, without signatures of its own."""
    forged = copy.deepcopy(element)
    forged.set("ID", identifier)
    for signature in list(forged.iter(SIGNATURE)):
        signature.getparent().remove(signature)
    for name in forged.iter(NAME_ID):
        name.text = "root"
    return forged


def cut(element: Any) -> Any:
    """Take an element out of its document."""
    element.getparent().remove(element)
    return element


def wrap_1(identifier: str) -> Any:
    """An evil response with the good one inside its signature."""
    good = saml_made.sign(Answer().response(), ".")
    root, signature = evil(good, identifier), cut(good.find(SIGNATURE))
    root.insert(1, signature)
    etree.SubElement(signature, f"{{{DS}}}Object").append(good)
    return root


def wrap_2(identifier: str) -> Any:
    """An evil response with the good one beside its signature."""
    good = saml_made.sign(Answer().response(), ".")
    root, signature = evil(good, identifier), cut(good.find(SIGNATURE))
    root.insert(1, good)
    root.insert(2, signature)
    return root


def wrap_3(identifier: str) -> Any:
    """An evil assertion before the good one."""
    root = saml_made.signed(Answer())
    good = root.find(ASSERTION)
    good.addprevious(evil(good, identifier))
    return root


def wrap_4(identifier: str) -> Any:
    """An evil assertion around the good one."""
    root = saml_made.signed(Answer())
    forged = evil(root.find(ASSERTION), identifier)
    forged.append(cut(root.find(ASSERTION)))
    root.append(forged)
    return root


def wrap_5(identifier: str) -> Any:
    """An evil assertion with the good one's signature; the good one at the end."""
    root = saml_made.signed(Answer())
    good = root.find(ASSERTION)
    forged = evil(good, identifier)
    forged.insert(1, cut(good.find(SIGNATURE)))
    good.addprevious(forged)
    return root


def wrap_6(identifier: str) -> Any:
    """An evil assertion with the good one's signature, which holds the good one."""
    root = saml_made.signed(Answer())
    good = cut(root.find(ASSERTION))
    forged, signature = evil(good, identifier), cut(good.find(SIGNATURE))
    forged.insert(1, signature)
    signature.append(good)
    root.append(forged)
    return root


def wrap_7(identifier: str) -> Any:
    """An evil assertion in extensions, where schemas allow anything."""
    root = saml_made.signed(Answer())
    extensions = etree.Element(f"{{{P}}}Extensions")
    extensions.append(evil(root.find(ASSERTION), identifier))
    root.insert(1, extensions)
    return root


def wrap_8(identifier: str) -> Any:
    """An evil assertion with the good one's signature, which holds the good one as an object."""
    root = saml_made.signed(Answer())
    good = cut(root.find(ASSERTION))
    forged, signature = evil(good, identifier), cut(good.find(SIGNATURE))
    forged.insert(1, signature)
    etree.SubElement(signature, f"{{{DS}}}Object").append(good)
    root.append(forged)
    return root


WRAPS = [wrap_1, wrap_2, wrap_3, wrap_4, wrap_5, wrap_6, wrap_7, wrap_8]


@pytest.mark.parametrize("identifier", ["_evil", "_assertion", "_response"])
@pytest.mark.parametrize("wrap", WRAPS)
def test_signature_wrapping(wrap: Callable[[str], Any], identifier: str) -> None:
    document = wrap(identifier)
    assert b"root" in etree.tostring(document)
    assert b"u-17" in etree.tostring(document)
    check_refused(document)


@pytest.mark.parametrize("wrap", [wrap_5, wrap_6, wrap_8])
def test_a_signature_is_about_what_it_stands_in(wrap: Callable[[str], Any]) -> None:
    """The same, asked of the signature alone: not only the count of assertions stands in the way."""
    forged = next(node for node in wrap("_evil").iter(ASSERTION) if node.get("ID") == "_evil")
    with pytest.raises(ValueError, match="about something else"):
        saml_xml.verify(forged, [saml_made.key().certificate], sha1_allowed=False)


def test_unsigned() -> None:
    assert "not signed" in check_refused(Answer().response().encode())


def test_signed_by_another_key() -> None:
    """Which it brings along: what a message says of its key is worth nothing."""
    assert "not signed with a key of the identity provider" in check_refused(
        saml_made.signed(Answer(), saml_made.key("evil"))
    )


def test_the_key_it_brings_along_does_not_hinder_either() -> None:
    document = saml_made.signed(Answer())
    next(document.iter(f"{{{DS}}}X509Certificate")).text = saml_made.key("evil").der
    assert read(document).person.subject == "u-17"


def test_a_good_assertion_in_a_response_signed_by_another() -> None:
    inner = etree.tostring(saml_made.signed(Answer())).decode()
    check_refused(saml_made.sign(inner, ".", saml_made.key("evil")))


def test_changed_after_signing() -> None:
    document = saml_made.signed(Answer())
    next(document.iter(NAME_ID)).text = "root"
    assert "changed afterwards" in check_refused(document)


def test_sha_1_only_where_it_was_allowed() -> None:
    document = saml_made.signed(Answer(), is_weak=True)
    assert "SHA1" in check_refused(document)
    assert read(document, msgspec.structs.replace(TERMS, sha1_allowed=True)).person.subject == "u-17"


@pytest.mark.parametrize("name", ["hmac-sha256", "rsa-md5"])
def test_other_kinds_of_signatures(name: str) -> None:
    document = saml_made.signed(Answer())
    method = next(document.iter(f"{{{DS}}}SignatureMethod"))
    method.set("Algorithm", f"http://www.w3.org/2001/04/xmldsig-more#{name}")
    assert "cannot be accepted" in check_refused(document)


@pytest.mark.parametrize(
    "transform", ["http://www.w3.org/TR/1999/REC-xslt-19991116", "http://www.w3.org/TR/1999/REC-xpath-19991116"]
)
def test_a_signature_that_changes_what_it_signs(transform: str) -> None:
    document = saml_made.signed(Answer())
    next(document.iter(f"{{{DS}}}Transform")).set("Algorithm", transform)
    assert "changes what it signs" in check_refused(document)


@pytest.mark.parametrize("uri", ["", "#_response", "#xpointer(/)", "https://evil.example/assertion"])
def test_a_signature_about_something_else(uri: str) -> None:
    document = saml_made.signed(Answer())
    next(document.iter(f"{{{DS}}}Reference")).set("URI", uri)
    assert "about something else" in check_refused(document)


def test_a_second_reference() -> None:
    document = saml_made.signed(Answer())
    reference = next(document.iter(f"{{{DS}}}Reference"))
    reference.addnext(copy.deepcopy(reference))
    assert "2 of the one reference" in check_refused(document)


def test_two_assertions_both_signed() -> None:
    second = etree.tostring(saml_made.sign(Answer(assertion_id="_second", subject="root").assertion(), "."))
    document = saml_made.signed(Answer())
    document.append(etree.fromstring(second))
    assert "2 assertions" in check_refused(document)


def test_an_encrypted_assertion_is_refused_in_words() -> None:
    document = etree.fromstring(Answer().response(f'<a:EncryptedAssertion xmlns:a="{A}"/>').encode())
    assert "encrypted" in check_refused(document)


@pytest.mark.parametrize("cut_at", ["ada@example.org<!-- -->.evil.example", "ada@example.org<!---->.evil.example"])
def test_comments_do_not_cut_texts(cut_at: str) -> None:
    """Comments are not signed: whoever may call themselves `ada@example.org.evil.example` must not become `ada`."""
    whole = Answer(subject="ada@example.org.evil.example")
    signed = etree.tostring(saml_made.signed(whole)).decode()
    commented = signed.replace("ada@example.org.evil.example", cut_at)
    assert commented != signed
    assert read(commented.encode()).person.subject == "ada@example.org.evil.example"


def test_elements_in_a_name_do_not_cut_it_either() -> None:
    document = saml_made.signed(Answer(subject="ada<a:x>@</a:x>example.org"))
    assert read(document).person.subject == "ada@example.org"


@pytest.mark.parametrize("instruction", ["<?cut here?>", "<?xml-stylesheet href='x'?>"])
def test_processing_instructions(instruction: str) -> None:
    assert "processing instructions" in check_refused(saml_made.signed(Answer(subject=f"ada{instruction}@example.org")))


DOCTYPES = [
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
    '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY e "&a;&a;&a;&a;">]>',
    '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/evil.dtd">',
    "<!DOCTYPE x [<!ATTLIST x ID ID #IMPLIED>]>",
]


@pytest.mark.parametrize("doctype", DOCTYPES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types(doctype: str, encoding: str) -> None:
    written = f"{doctype}{Answer(subject='u-17').response()}"
    assert "document type" in check_refused(written.encode(encoding))


def test_an_entity_without_a_document_type() -> None:
    assert "not well-formed" in check_refused(Answer(subject="&e;").response().encode())


def test_a_namespace_that_canonicalisation_gives_up_on() -> None:
    """Where it fails some read nothing, and the digest of nothing is known to everybody."""
    document = etree.tostring(saml_made.signed(Answer())).decode()
    check_refused(document.replace("<a:Subject>", '<a:Subject xmlns:e="1">').encode())


@pytest.mark.parametrize("name", ["SignatureValue", "DigestValue", "DigestMethod", "SignedInfo", "SignatureMethod"])
def test_a_signature_with_a_part_missing(name: str) -> None:
    document = saml_made.signed(Answer())
    cut(next(document.iter(f"{{{DS}}}{name}")))
    check_refused(document)


def test_a_library_that_is_not_there() -> None:
    with pytest.raises(errors.UnavailableError) as raised:
        saml_xml.library("lxml.not_installed")
    assert raised.value.code == "extra-missing"
    assert "testflux[saml]" in raised.value.hint
