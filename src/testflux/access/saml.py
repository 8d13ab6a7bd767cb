"""SAML 2.0: asking an identity provider who somebody is, and believing exactly what it signed."""

from __future__ import annotations

import base64
import secrets
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

import msgspec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from testflux.access import saml_xml
from testflux.kit import errors
from testflux.model.access import Person

SKEW: Final = timedelta(seconds=60)
"""By how much the clocks may differ."""
_BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_SUCCESS: Final = "urn:oasis:names:tc:SAML:2.0:status:Success"
_TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
_SIGNED_WITH: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_CONDITIONS: Final = frozenset(saml_xml.tag(f"a:{name}") for name in ("AudienceRestriction", "OneTimeUse"))
_CLAIMS: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
_EMAILS: Final = (f"{_CLAIMS}/emailaddress", "urn:oid:0.9.2342.19200300.100.1.3", "email", "mail", "emailAddress")
_NAMES: Final = (
    "http://schemas.microsoft.com/identity/claims/displayname",
    "urn:oid:2.16.840.1.113730.3.1.241",
    "displayName",
    "name",
    f"{_CLAIMS}/name",
)
_GROUPS: Final = (
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups",
    "http://schemas.xmlsoap.org/claims/Group",
    "groups",
    "memberOf",
    "Role",
)


class AttributeNames(msgspec.Struct, frozen=True):
    """What the identity provider calls what we want to know; "" tries the names in wide use."""

    email: str = ""
    name: str = ""
    groups: str = ""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a response has to fit, whoever asked for it."""

    issuer: str
    certificates: tuple[str, ...]
    entity_id: str
    acs_url: str
    attributes: AttributeNames = AttributeNames()
    sha1_allowed: bool = False


class Vouched(msgspec.Struct, frozen=True):
    """Whom the identity provider vouches for; its assertion must not be taken again until `expires_at`.

    `request_id` is the request that is answered, None where nobody asked and the identity provider began.
    """

    person: Person
    request_id: str | None
    assertion_id: str
    expires_at: datetime
    attributes: dict[str, list[str]]


def make_request_id() -> str:
    """Make the number of a request; an XML ID starts with no digit."""
    return f"_{secrets.token_hex(20)}"


def request_url(sso_url: str, entity_id: str, acs_url: str, request_id: str, state: str, now: datetime) -> str:
    """Return where to send the browser to ask (AuthnRequest by redirect); `state` comes back as RelayState."""
    document = (
        f'<p:AuthnRequest xmlns:p="{saml_xml.NAMES["p"]}" ID="{request_id}" Version="2.0"'
        f' IssueInstant="{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" Destination={quoteattr(sso_url)}'
        f" AssertionConsumerServiceURL={quoteattr(acs_url)}"
        ' ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST">'
        f'<a:Issuer xmlns:a="{saml_xml.NAMES["a"]}">{_escaped(entity_id)}</a:Issuer></p:AuthnRequest>'
    )
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = base64.b64encode(packer.compress(document.encode()) + packer.flush()).decode()
    query = f"SAMLRequest={quote(packed, safe='')}&RelayState={quote(state, safe='')}"
    return f"{sso_url}{'&' if '?' in sso_url else '?'}{query}"


def sign_url(url: str, private_key: bytes) -> str:
    """Sign a request's address with our key (PEM): RSA with SHA-256 over the parameters as they are sent."""
    key = serialization.load_pem_private_key(private_key, password=None)
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101  (metadata.make_key makes no other)
    start = url.index("SAMLRequest=")
    query = f"{url[start:]}&SigAlg={quote(_SIGNED_WITH, safe='')}"
    signature = base64.b64encode(key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
    return f"{url[:start]}{query}&Signature={quote(signature, safe='')}"


def read_response(posted: str, terms: Terms, now: datetime) -> Vouched:
    """Read what the browser posted (SAMLResponse, base64); UnauthenticatedError says why it is not believed."""
    try:
        response, assertion = _read_signed(_decode(posted), terms)
        _check_response(response, terms)
        _check_issuer(assertion.find("a:Issuer", saml_xml.NAMES), terms)
        request_id, until = _check_subject(assertion, terms, now)
        _check_request(request_id, response)
        ends_at = max(until, _check_conditions(assertion, terms, now)) + SKEW
        _check_statement(assertion, now)
        said = _attributes(assertion)
        return Vouched(_person(assertion, said, terms.attributes), request_id, assertion.get("ID"), ends_at, said)
    except ValueError as error:
        raise refusal(str(error)) from error


def refusal(reason: str) -> errors.UnauthenticatedError:
    """Say why an answer is not believed."""
    return errors.UnauthenticatedError(
        f"The identity provider's answer is refused: {reason}.",
        hint="Start signing in again; if it stays so, whoever set up single sign-on has to compare both sides.",
        code="saml-refused",
    )


def _decode(posted: str) -> Any:
    try:
        data = base64.b64decode("".join(posted.split()), validate=True)
    except ValueError as error:
        raise ValueError("it is not base64") from error
    return saml_xml.parse(data)


def _read_signed(root: Any, terms: Terms) -> tuple[Any, Any]:
    """Return the response, and the one assertion as it was signed, alone or with the response."""
    if root.tag != saml_xml.tag("p:Response"):
        raise ValueError("it is no SAML 2.0 response")
    _check_status(root)
    _check_shape(root)
    certificates = [saml_xml.read_certificate(text) for text in terms.certificates]
    is_signed = root.find("ds:Signature", saml_xml.NAMES) is not None
    if is_signed:
        root = saml_xml.verify(root, certificates, sha1_allowed=terms.sha1_allowed)
        if root.get("Destination") != terms.acs_url:
            raise ValueError("it is signed, but not addressed to this server (Destination)")
    assertion = root.find("a:Assertion", saml_xml.NAMES)
    if assertion is not None and assertion.find("ds:Signature", saml_xml.NAMES) is not None:
        return root, saml_xml.verify(assertion, certificates, sha1_allowed=terms.sha1_allowed)
    if not is_signed or assertion is None:
        raise ValueError("it is not signed")
    return root, assertion


def _check_status(root: Any) -> None:
    codes = [node.get("Value", "") for node in root.iterfind("p:Status//p:StatusCode", saml_xml.NAMES)]
    if codes[:1] != [_SUCCESS]:
        said = saml_xml.text(root.find("p:Status/p:StatusMessage", saml_xml.NAMES)) or ", ".join(
            code.rpartition(":")[2] for code in codes
        )
        raise ValueError(f"it says that signing in failed ({said[:200] or 'no status'})")


def _check_shape(root: Any) -> None:
    """Refuse a document in which two readers could find different assertions."""
    if next(root.iter(saml_xml.tag("a:EncryptedAssertion")), None) is not None:
        raise ValueError("its assertion is encrypted; turn that off there, the connection is encrypted as it is")
    assertions = list(root.iter(saml_xml.tag("a:Assertion")))
    if len(assertions) != 1 or assertions[0].getparent() is not root:
        raise ValueError(f"it has {len(assertions)} assertions; there must be one, directly in the response")
    responses = list(root.iter(saml_xml.tag("p:Response")))
    places = [node.getparent() for node in root.iter(saml_xml.tag("ds:Signature"))]
    if len(responses) != 1 or len(set(places)) != len(places) or not set(places) <= {root, assertions[0]}:
        raise ValueError("it has signatures where none belong")
    names = [node.get("ID") for node in root.iter() if node.get("ID") is not None]
    if len(set(names)) != len(names) or not assertions[0].get("ID"):
        raise ValueError("its IDs are not unique")


def _check_response(response: Any, terms: Terms) -> None:
    if response.get("Version") != "2.0":
        raise ValueError("it is no SAML 2.0 response")
    if response.get("Destination", terms.acs_url) != terms.acs_url:
        raise ValueError(f"it is addressed to {response.get('Destination')}, not to {terms.acs_url}")
    issuer = response.find("a:Issuer", saml_xml.NAMES)
    if issuer is not None:
        _check_issuer(issuer, terms)


def _check_request(request_id: str | None, response: Any) -> None:
    if request_id != response.get("InResponseTo"):
        raise ValueError("its parts answer different requests")


def _check_issuer(issuer: Any, terms: Terms) -> None:
    if saml_xml.text(issuer) != terms.issuer:
        raise ValueError(f"it is by {saml_xml.text(issuer) or 'nobody'}, not by {terms.issuer}")


def _check_subject(assertion: Any, terms: Terms, now: datetime) -> tuple[str | None, datetime]:
    """Find the confirmation that the bearer may use the assertion here and now; return for what, and until when."""
    path = "a:Subject/a:SubjectConfirmation"
    found = [node for node in assertion.iterfind(path, saml_xml.NAMES) if node.get("Method") == _BEARER]
    if len(found) != 1 or (data := found[0].find("a:SubjectConfirmationData", saml_xml.NAMES)) is None:
        raise ValueError("nothing in it says that the bearer may use it")
    if data.get("Recipient") != terms.acs_url:
        raise ValueError(f"it is meant for {data.get('Recipient') or 'no one'} (Recipient), not for {terms.acs_url}")
    if data.get("NotOnOrAfter") is None:
        raise ValueError("its confirmation never expires")
    return data.get("InResponseTo"), _check_window(data, now) or now


def _check_conditions(assertion: Any, terms: Terms, now: datetime) -> datetime:
    found = assertion.findall("a:Conditions", saml_xml.NAMES)
    if len(found) != 1:
        raise ValueError("it has no conditions, so it would hold for everybody")
    ends = _check_window(found[0], now)
    if any(node.tag not in _CONDITIONS for node in found[0]):
        raise ValueError("it has conditions that are not known here")
    audiences = [
        {saml_xml.text(node) for node in restriction.iterfind("a:Audience", saml_xml.NAMES)}
        for restriction in found[0].iterfind("a:AudienceRestriction", saml_xml.NAMES)
    ]
    if not audiences or any(terms.entity_id not in allowed for allowed in audiences):
        named = ", ".join(sorted(set[str]().union(*audiences))) or "nobody"
        raise ValueError(f"its audience is {named}, not {terms.entity_id}")
    return ends or now


def _check_statement(assertion: Any, now: datetime) -> None:
    """Ask that somebody was signed in there, and still is."""
    found = assertion.findall("a:AuthnStatement", saml_xml.NAMES)
    if not found:
        raise ValueError("it does not say that anybody signed in")
    for statement in found:
        ends = statement.get("SessionNotOnOrAfter")
        if ends is not None and _moment(ends) <= now - SKEW:
            raise ValueError("the session there is over")


def _check_window(element: Any, now: datetime) -> datetime | None:
    starts, ends = element.get("NotBefore"), element.get("NotOnOrAfter")
    if starts is not None and _moment(starts) > now + SKEW:
        raise ValueError(f"it holds only from {starts} on; do the clocks agree?")
    if ends is not None and _moment(ends) <= now - SKEW:
        raise ValueError(f"it expired at {ends}")
    return None if ends is None else _moment(ends)


def _moment(written: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{written[:40]} is no time") from error


def _person(assertion: Any, said: dict[str, list[str]], names: AttributeNames) -> Person:
    name_id = assertion.find("a:Subject/a:NameID", saml_xml.NAMES)
    subject = saml_xml.text(name_id)
    if not subject:
        raise ValueError("it does not say who signed in (NameID)")
    if name_id.get("Format") == _TRANSIENT:
        raise ValueError("its name for the person is another each time; send a persistent NameID or the e-mail address")
    email = _first(said, names.email, _EMAILS) or (subject if "@" in subject else "")
    if not email:
        known = ", ".join(sorted(said)) or "none"
        raise ValueError(f"it has no e-mail address among its attributes ({known[:300]})")
    return Person(
        subject=subject,
        email=email.lower(),
        name=_first(said, names.name, _NAMES) or email,
        groups=tuple(dict.fromkeys(_values(said, names.groups, _GROUPS))),
        is_email_verified=True,
    )


def _attributes(assertion: Any) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for node in assertion.iterfind("a:AttributeStatement/a:Attribute", saml_xml.NAMES):
        values = [saml_xml.text(value) for value in node.iterfind("a:AttributeValue", saml_xml.NAMES)]
        said.setdefault(node.get("Name", ""), []).extend(value for value in values if value)
    return said


def _values(said: dict[str, list[str]], name: str, known: tuple[str, ...]) -> list[str]:
    for one in (name,) if name else known:
        if said.get(one):
            return said[one]
    return []


def _first(said: dict[str, list[str]], name: str, known: tuple[str, ...]) -> str:
    return next(iter(_values(said, name, known)), "")


def _escaped(plain: str) -> str:
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
