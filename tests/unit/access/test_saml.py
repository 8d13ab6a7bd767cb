from __future__ import annotations

import base64
import functools
import zlib
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (it ships no types)

import saml_made
from saml_made import ACS_URL, ENTITY_ID, ISSUER, NOW, REQUEST_ID, SSO_URL, Answer
from testflux.access import saml
from testflux.kit import errors

TERMS = saml.Terms(
    issuer=ISSUER,
    certificates=(saml_made.key().der,),
    entity_id=ENTITY_ID,
    acs_url=ACS_URL,
)
MINUTE = timedelta(minutes=1)
AUDIENCE = "<a:AudienceRestriction><a:Audience>{}</a:Audience></a:AudienceRestriction>"


def read(answer: Answer, terms: saml.Terms = TERMS) -> saml.Vouched:
    return saml.read_response(saml_made.posted(saml_made.signed(answer)), terms, NOW)


@functools.cache
def well_signed() -> bytes:
    return etree.tostring(saml_made.signed(Answer()))


def check_refused(answer: Answer, terms: saml.Terms = TERMS) -> str:
    with pytest.raises(errors.UnauthenticatedError) as raised:
        read(answer, terms)
    assert raised.value.code == "saml-refused"
    return raised.value.message


def test_reads_whom_a_signed_assertion_is_about() -> None:
    vouched = read(Answer())
    assert vouched.person.subject == "u-17"
    assert vouched.person.email == "ada@example.org"
    assert vouched.person.name == "Ada"
    assert vouched.person.groups == ("qa", "dev")
    assert vouched.person.is_email_verified
    assert vouched.assertion_id == "_assertion"
    assert vouched.expires_at == NOW + 5 * MINUTE + saml.SKEW


def test_reads_an_assertion_in_a_signed_response() -> None:
    document = saml_made.sign(Answer().response(), ".")
    assert saml.read_response(saml_made.posted(document), TERMS, NOW).person.subject == "u-17"


def test_reads_an_assertion_signed_in_a_signed_response() -> None:
    inner = etree.tostring(saml_made.signed(Answer())).decode()
    assert saml.read_response(saml_made.posted(saml_made.sign(inner, ".")), TERMS, NOW).person.subject == "u-17"


def test_a_new_key_beside_the_old_one_is_accepted() -> None:
    terms = msgspec.structs.replace(TERMS, certificates=(saml_made.key("next").der, saml_made.key().der))
    assert read(Answer(), terms).person.subject == "u-17"


def test_a_certificate_past_its_time_still_names_the_key() -> None:
    """The key was configured here; how long its certificate runs is shown where that is done."""
    later = NOW + timedelta(days=90)
    document = saml_made.signed(Answer(now=later))
    assert saml.read_response(saml_made.posted(document), TERMS, later).person.subject == "u-17"


def test_says_which_request_is_answered() -> None:
    assert read(Answer()).request_id == REQUEST_ID
    assert read(Answer(answers="")).request_id is None


def test_parts_that_answer_different_requests() -> None:
    written = Answer().response().replace(REQUEST_ID, "_other", 1)
    document = saml_made.sign(written, f"{{{saml_made.A}}}Assertion")
    with pytest.raises(errors.UnauthenticatedError) as raised:
        saml.read_response(saml_made.posted(document), TERMS, NOW)
    assert "different requests" in raised.value.message


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(issuer="https://evil.example"), "it is by https://evil.example"),
        (Answer(destination="https://other.example/acs"), "addressed to https://other.example/acs"),
        (Answer(recipient="https://other.example/acs"), "(Recipient)"),
        (Answer(recipient=""), "meant for no one"),
        (Answer(audience=AUDIENCE.format("https://other.example")), "its audience is https://other.example"),
        (Answer(audience=AUDIENCE.format(ENTITY_ID) + AUDIENCE.format("urn:other")), "its audience is"),
        (Answer(audience=""), "its audience is nobody"),
        (Answer(audience=AUDIENCE.format(ENTITY_ID) + "<a:Condition/>"), "conditions that are not known"),
        (Answer(now=NOW - 10 * MINUTE), "expired at 2026-06-15T11:55:00Z"),
        (Answer(now=NOW + 10 * MINUTE), "holds only from"),
        (Answer(subject=""), "who signed in"),
        (Answer(subject_format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient"), "another each time"),
        (Answer(attributes=()), "no e-mail address"),
        (Answer(status="Requester"), "signing in failed (Requester)"),
    ],
)
def test_what_does_not_fit_is_refused(answer: Answer, words: str) -> None:
    assert words in check_refused(answer)


@pytest.mark.parametrize("away", [-saml.SKEW + timedelta(seconds=1), saml.SKEW])
def test_clocks_may_differ_by_a_minute(away: timedelta) -> None:
    assert read(Answer(now=NOW + away, expires=timedelta(seconds=1))).person.subject == "u-17"


@pytest.mark.parametrize(
    ("part", "instead", "words"),
    [
        ("<a:AuthnStatement", "<a:AuthnStatement SessionNotOnOrAfter='2026-06-15T11:00:00Z'", "session there is over"),
        ("cm:bearer", "cm:holder-of-key", "bearer may use it"),
        ('NotOnOrAfter="2026-06-15T12:05:00Z" InResponseTo', "InResponseTo", "never expires"),
        ('NotBefore="2026-06-15T12:00:00Z"', 'NotBefore="soon"', "soon is no time"),
        ('Version="2.0" IssueInstant="2026-06-15T12:00:00Z" Dest', 'Version="1.1" Dest', "no SAML 2.0 response"),
    ],
)
def test_parts_that_must_be_right(part: str, instead: str, words: str) -> None:
    written = Answer().response()
    assert part in written
    document = saml_made.sign(written.replace(part, instead), f"{{{saml_made.A}}}Assertion")
    with pytest.raises(errors.UnauthenticatedError) as raised:
        saml.read_response(saml_made.posted(document), TERMS, NOW)
    assert words in raised.value.message


@pytest.mark.parametrize("part", ["AuthnStatement", "Conditions"])
def test_parts_that_must_be_there(part: str) -> None:
    document = etree.fromstring(Answer().response().encode())
    for node in list(document.iter(f"{{{saml_made.A}}}{part}")):
        node.getparent().remove(node)
    signed = saml_made.sign(etree.tostring(document).decode(), f"{{{saml_made.A}}}Assertion")
    with pytest.raises(errors.UnauthenticatedError):
        saml.read_response(saml_made.posted(signed), TERMS, NOW)


def test_a_signed_response_has_to_be_addressed() -> None:
    written = Answer().response().replace(f' Destination="{ACS_URL}"', "")
    with pytest.raises(errors.UnauthenticatedError) as raised:
        saml.read_response(saml_made.posted(saml_made.sign(written, ".")), TERMS, NOW)
    assert "not addressed to this server" in raised.value.message


def test_attributes_by_other_names() -> None:
    names = saml.AttributeNames(email="work-mail", name="full", groups="teams")
    said = (("email", ("no@example.org",)), ("work-mail", ("yes@example.org",)), ("full", ("Ada L.",)))
    person = read(
        Answer(attributes=(*said, ("teams", ("a", "a", "b")))), msgspec.structs.replace(TERMS, attributes=names)
    )
    assert (person.person.email, person.person.name) == ("yes@example.org", "Ada L.")
    assert person.person.groups == ("a", "b")


def test_a_name_id_that_is_an_address_is_one() -> None:
    assert read(Answer(subject="Ada@example.org", attributes=())).person.email == "ada@example.org"


def test_an_attribute_that_was_named_is_not_guessed() -> None:
    terms = msgspec.structs.replace(TERMS, attributes=saml.AttributeNames(email="work-mail"))
    assert "no e-mail address among its attributes (displayName, email, groups)" in check_refused(Answer(), terms)


def test_a_request_says_who_asks_and_where_the_answer_goes() -> None:
    url = saml.request_url("https://idp.example.org/sso?a=1", ENTITY_ID + "?a&b", ACS_URL, "_id", "st/at=e", NOW)
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    document = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15))
    assert query["a"] == ["1"]
    assert query["RelayState"] == ["st/at=e"]
    assert document.get("ID") == "_id"
    assert document.get("IssueInstant") == "2026-06-15T12:00:00Z"
    assert document.get("Destination") == "https://idp.example.org/sso?a=1"
    assert document.get("AssertionConsumerServiceURL") == ACS_URL
    assert document.findtext(f"{{{saml_made.A}}}Issuer") == ENTITY_ID + "?a&b"


def test_a_signed_request_is_ours_as_it_is_sent() -> None:
    ours = saml_made.key("sp")
    url = saml.sign_url(saml.request_url(SSO_URL, ENTITY_ID, ACS_URL, "_id", "state", NOW), ours.pem)
    signed, _, signature = urlsplit(url).query.rpartition("&Signature=")
    assert signed.endswith("rsa-sha256")
    given = base64.b64decode(unquote(signature))
    key = ours.certificate.public_key()
    key.verify(given, signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    with pytest.raises(InvalidSignature):
        key.verify(given, signed.replace("RelayState=s", "RelayState=t").encode(), padding.PKCS1v15(), hashes.SHA256())


def test_request_ids_are_names_and_never_the_same() -> None:
    made = {saml.make_request_id() for _ in range(50)}
    assert len(made) == 50
    assert all(name.startswith("_") and len(name) == 41 for name in made)


@given(st.one_of(st.text(), st.binary().map(lambda data: base64.b64encode(data).decode())))
def test_anything_else_is_refused_in_words(posted: str) -> None:
    with pytest.raises(errors.UnauthenticatedError):
        saml.read_response(posted, TERMS, NOW)


@settings(deadline=None)
@given(st.data())
def test_no_byte_of_what_is_signed_can_be_changed(data: st.DataObject) -> None:
    """Whatever one byte becomes, either nobody is believed, or the same person as before."""
    good = well_signed()
    place = data.draw(st.integers(0, len(good) - 1))
    changed = good[:place] + bytes([data.draw(st.integers(0, 255))]) + good[place + 1 :]
    try:
        vouched = saml.read_response(saml_made.posted(changed), TERMS, NOW)
    except errors.UnauthenticatedError:
        return
    assert vouched == saml.read_response(saml_made.posted(good), TERMS, NOW)
