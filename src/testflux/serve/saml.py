"""Signing in with SAML: out by redirect, back by a form that the identity provider's page posts, in by our own cookie.

A browser sends no cookie of ours with a form that another site posts (but SameSite=None, which it keeps over https
alone). So the form only brings the answer, which is judged by its signature and kept for a minute; the browser is led
on by a redirect, and there its cookie says whether it is the one that began.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated, Any, Final
from urllib.parse import parse_qs, urlencode

import msgspec
from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect
from msgspec import Meta

from testflux.access import saml, saml_metadata, tokens
from testflux.kit import clock, errors, seal
from testflux.model.access import EVERYBODY, Person
from testflux.model.sso import SamlConfig
from testflux.serve import declare, flows, rehearsal, saml_keys, users, vouch
from testflux.serve.entrance import AnyRequest
from testflux.serve.house import House
from testflux.serve.limiter import Rate
from testflux.store import database, providers
from testflux.store import flows as flow_rows
from testflux.store import saml as saml_rows

_PURPOSE: Final = "saml"
_ANSWER: Final = "saml-answer"
_ANSWER_LIFE: Final = timedelta(minutes=1)
_FORM: Final = "application/x-www-form-urlencoded"
_Text = Annotated[str, Meta(max_length=4000)]


class _Asked(msgspec.Struct, frozen=True):
    """What this browser was sent away with."""

    request_id: str
    next_path: str


class _Answered(msgspec.Struct, frozen=True):
    """What the identity provider said, and to which request."""

    request_id: str
    person: Person
    attributes: dict[str, list[str]]


@get("/auth/saml/{provider_id:str}/start", **declare.route("startSamlSignIn", None, rate=Rate.PUBLIC, status_code=302))
async def start_sign_in(
    provider_id: FromPath[str],
    house: NamedDependency[House],
    next_path: Annotated[str, QueryParameter(name="next", max_length=4000)] = "/",
) -> Redirect:
    """Lead the browser to an identity provider's sign-in; afterwards it goes on at `next`, a path of this site."""
    try:
        provider = await _provider(house, provider_id)
        url, cookie = await _begin(house, provider, vouch.local_path(next_path), None)
    except errors.TestFluxError as error:
        return vouch.show(error)
    return Redirect(url, status_code=302, cookies=[cookie], headers={"Cache-Control": "no-store"})


@post(
    "/auth/saml/{provider_id:str}/acs",
    **declare.route("takeSamlAnswer", None, 413, 415, rate=Rate.PUBLIC, status_code=302, media_type="text/plain"),
)
async def take_answer(request: AnyRequest, provider_id: FromPath[str], house: NamedDependency[House]) -> Response[Any]:
    """Take the answer that an identity provider's page posts (SAMLResponse, RelayState), and lead the browser on."""
    form = await _form(request)
    try:
        provider = await _provider(house, provider_id, or_off=True)
    except errors.TestFluxError as error:
        return vouch.show(error)
    try:
        vouched = await _believe(house, provider, form)
        if vouched.request_id is not None:
            return await _lead_on(house, provider, vouched, form.get("RelayState", ""))
        _check_unasked(provider)
    except errors.TestFluxError as error:
        await vouch.note_failure(request, house, provider, error)
        return vouch.show(error)
    return await _let_in(request, house, provider, vouched.person, "/")


@get(
    "/auth/saml/{provider_id:str}/finish",
    **declare.route("finishSamlSignIn", None, rate=Rate.PUBLIC, status_code=302, media_type="text/plain"),
)
async def finish_sign_in(
    request: AnyRequest,
    provider_id: FromPath[str],
    house: NamedDependency[House],
    begun: FromQuery[_Text] = "",
    answer: FromQuery[_Text] = "",
) -> Response[Any]:
    """Sign in whom an answer names, in the browser that asked; or lead to the sign-in page, which says why not."""
    try:
        response = await _finish(request, house, provider_id, begun, answer)
    except errors.TestFluxError as error:
        response = vouch.show(error)
    response.cookies.append(flows.forget(house, begun))
    return response


@get(
    "/auth/saml/{provider_id:str}/metadata",
    **declare.route("getSamlMetadata", None, 404, rate=Rate.PUBLIC),
    media_type="application/samlmetadata+xml",
)
async def get_metadata(provider_id: FromPath[str], house: NamedDependency[House]) -> Response[bytes]:
    """Answer our own metadata, to be given to the identity provider."""
    provider = await _provider(house, provider_id, or_off=True)
    own = saml_keys.names(house.settings.public_url, provider["provider_id"])
    key = await saml_keys.own_key(house, provider)
    signs = _config(provider).signs_requests
    written = saml_metadata.write(own.entity_id, own.acs_url, key.certificate, signs_requests=signs)
    headers = {"Content-Disposition": 'attachment; filename="testflux-metadata.xml"', "Cache-Control": "no-store"}
    return Response(written, media_type="application/samlmetadata+xml", headers=headers)


async def begin_test(house: House, provider: database.Row, user_id: int) -> tuple[str, Cookie]:
    """Return where to sign in for a try-out, and the cookie that lets this browser come back."""
    return await _begin(house, provider, "/", user_id)


async def _begin(house: House, provider: database.Row, next_path: str, user_id: int | None) -> tuple[str, Cookie]:
    config, number = _config(provider), provider["provider_id"]
    own, request_id = saml_keys.names(house.settings.public_url, number), saml.make_request_id()
    asked = _Asked(request_id, next_path)
    state, cookie = await flows.begin(house, _PURPOSE, asked, provider_id=number, user_id=user_id)
    url = saml.request_url(config.sso_url, own.entity_id, own.acs_url, request_id, state, clock.now())
    if config.signs_requests:
        url = saml.sign_url(url, (await saml_keys.own_key(house, provider)).private_key)
    return url, cookie


async def _believe(house: House, provider: database.Row, form: dict[str, str]) -> saml.Vouched:
    """Judge an answer by itself, whoever asked, and note that it was taken."""
    config, number = _config(provider), provider["provider_id"]
    own = saml_keys.names(house.settings.public_url, number)
    terms = saml.Terms(
        issuer=config.entity_id,
        certificates=config.certificates,
        entity_id=own.entity_id,
        acs_url=own.acs_url,
        attributes=saml.AttributeNames(config.email_attribute, config.name_attribute, config.groups_attribute),
        sha1_allowed=config.sha1_allowed,
    )
    vouched = saml.read_response(form.get("SAMLResponse", ""), terms, clock.now())
    async with house.database.write(EVERYBODY) as writer:
        is_first = await saml_rows.add_assertion(writer, number, vouched.assertion_id, vouched.expires_at)
    if not is_first:
        raise saml.refusal("it was used already")
    return vouched


async def _lead_on(house: House, provider: database.Row, vouched: saml.Vouched, state: str) -> Redirect:
    ticket, number = secrets.token_urlsafe(32), provider["provider_id"]
    answered = _Answered(vouched.request_id or "", vouched.person, vouched.attributes)
    content = seal.seal(house.settings.secret_key, flows.PURPOSE, msgspec.json.encode(answered))
    ends_at = clock.now() + _ANSWER_LIFE
    async with house.database.write(EVERYBODY) as writer:
        await flow_rows.add_flow(writer, tokens.digest(ticket), _ANSWER, content, ends_at, provider_id=number)
    query = urlencode({"begun": state, "answer": ticket})
    return Redirect(f"/api/v1/auth/saml/{number}/finish?{query}", status_code=302)


async def _finish(request: AnyRequest, house: House, provider_id: str, state: str, ticket: str) -> Response[Any]:
    taken = await flows.take(request, house, state, _PURPOSE)
    provider = await _provider(house, provider_id, or_off=taken.user_id is not None)
    try:
        answered = await _answered(house, provider, taken, ticket)
    except errors.TestFluxError as error:
        await vouch.note_failure(request, house, provider, error)
        raise
    if taken.user_id is not None:
        await rehearsal.walk(request, house, provider, taken.user_id)
        result = await rehearsal.rehearse(house, provider, answered.person, answered.attributes, taken.user_id)
        return await rehearsal.show(house, provider, result, taken.user_id)
    return await vouch.admit(request, house, provider, answered.person, next_path=taken.read(_Asked).next_path)


async def _answered(house: House, provider: database.Row, taken: flows.Taken, ticket: str) -> _Answered:
    """Return what was answered to this very browser's request, at this very provider."""
    async with house.database.write(EVERYBODY) as writer:
        row = await flow_rows.take_flow(writer, tokens.digest(ticket), _ANSWER, clock.now())
    if row is None or {row["provider_id"], taken.provider_id} != {provider["provider_id"]}:
        raise saml.refusal("it came too late, or from another provider")
    content = seal.unseal(house.settings.secret_key, flows.PURPOSE, row["content"])
    answered = msgspec.json.decode(content, type=_Answered)
    if answered.request_id != taken.read(_Asked).request_id:
        raise saml.refusal("it answers another request than this browser's")
    return answered


async def _let_in(
    request: AnyRequest, house: House, provider: database.Row, person: Person, next_path: str
) -> Response[Any]:
    try:
        return await vouch.admit(request, house, provider, person, next_path=next_path)
    except errors.TestFluxError as error:
        return vouch.show(error)


async def _provider(house: House, provider_id: str, *, or_off: bool = False) -> database.Row:
    async with house.database.read(EVERYBODY) as reader:
        provider = await providers.get_enabled(reader, users.number_of(provider_id), or_off=or_off)
    if provider["kind"] != "saml":
        raise errors.NotFoundError("This provider does not speak SAML.", hint="Begin again on the sign-in page.")
    return provider


def _config(provider: database.Row) -> SamlConfig:
    return msgspec.convert(provider["config"], SamlConfig)


def _check_unasked(provider: database.Row) -> None:
    if not provider["is_enabled"]:
        raise errors.NotFoundError("There is no such sign-in provider.", hint="It may have been switched off.")
    if not _config(provider).unasked_allowed:
        raise saml.refusal("nobody asked for it here, and answers that were not asked for are switched off")


async def _form(request: AnyRequest) -> dict[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise errors.UnsupportedError("The body is not a posted form.", hint=f"Send it as {_FORM}.")
    try:
        fields = parse_qs((await request.body()).decode("ascii"), max_num_fields=20)
    except ValueError as error:
        raise errors.InvalidError("The form cannot be read.", hint="It has SAMLResponse and RelayState.") from error
    return {name: values[0] for name, values in fields.items()}


ROUTES = [start_sign_in, take_answer, finish_sign_in, get_metadata]
