"""Signing in with OpenID Connect and GitHub: out to the provider, and back."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect
from msgspec import Meta

from testflux.access import oidc
from testflux.kit import clock, errors
from testflux.model.access import EVERYBODY
from testflux.serve import declare, flows, oidc_kinds, provider_rules, rehearsal, users, vouch
from testflux.serve.entrance import AnyRequest
from testflux.serve.house import House
from testflux.serve.limiter import Rate
from testflux.store import database, providers

_PURPOSE: Final = "oidc"
_AGAIN: Final = "Begin again on the sign-in page."
_Text = Annotated[str, Meta(max_length=4000)]


class _Answer(msgspec.Struct, frozen=True):
    """What came back with the browser."""

    state: str
    code: str
    iss: str | None
    error: str


@get(
    "/auth/oidc/{provider_id:str}/start",
    **declare.route("startOidcSignIn", None, rate=Rate.PUBLIC, status_code=302),
)
async def start_sign_in(
    provider_id: FromPath[str],
    house: NamedDependency[House],
    next_path: Annotated[str, QueryParameter(name="next", max_length=4000)] = "/",
) -> Redirect:
    """Lead the browser to a provider's sign-in; afterwards it goes on at `next`, a path of this site."""
    try:
        async with house.database.read(EVERYBODY) as reader:
            provider = await providers.get_enabled(reader, users.number_of(provider_id))
        return await _lead_out(house, provider, vouch.local_path(next_path))
    except errors.TestFluxError as error:
        return vouch.show(error)


@get(
    "/auth/oidc/{provider_id:str}/callback",
    **declare.route("finishOidcSignIn", None, rate=Rate.PUBLIC, status_code=302, media_type="text/plain"),
)
async def finish_sign_in(
    request: AnyRequest,
    provider_id: FromPath[str],
    house: NamedDependency[House],
    flow: Annotated[str, QueryParameter(name="state", max_length=4000)] = "",
    code: FromQuery[_Text] = "",
    iss: FromQuery[_Text | None] = None,
    error: FromQuery[_Text] = "",
    error_description: FromQuery[_Text] = "",
) -> Response[Any]:
    """Take a browser back from a provider, and sign its person in; or lead to the sign-in page, which says why not."""
    answer = _Answer(flow, code, iss, oidc.said({"error": error, "error_description": error_description}))
    try:
        response = await _come_back(request, house, users.number_of(provider_id), answer)
    except errors.TestFluxError as problem:
        response = vouch.show(problem)
    response.cookies.append(flows.forget(house, flow))
    return response


async def begin_test(house: House, provider: database.Row, user_id: int) -> tuple[str, Cookie]:
    """Return where to sign in for a try-out, and the cookie that lets this browser come back."""
    return await _begin(house, provider, "/", user_id)


async def _lead_out(house: House, provider: database.Row, next_path: str) -> Redirect:
    url, cookie = await _begin(house, provider, next_path, None)
    return Redirect(url, status_code=302, cookies=[cookie], headers={"Cache-Control": "no-store"})


async def _begin(house: House, provider: database.Row, next_path: str, user_id: int | None) -> tuple[str, Cookie]:
    config = _config(provider)
    metadata = await oidc_kinds.describe(house.issuers, config, is_fresh=user_id is not None)
    start = oidc.begin(next_path)
    state, cookie = await flows.begin(house, _PURPOSE, start, provider_id=provider["provider_id"], user_id=user_id)
    uri = _redirect_uri(house, provider)
    return oidc_kinds.authorise_url(metadata, config, uri, state, start), cookie


async def _come_back(request: AnyRequest, house: House, provider_id: int, answer: _Answer) -> Response[Any]:
    taken = await flows.take(request, house, answer.state, _PURPOSE)
    async with house.database.read(EVERYBODY) as reader:
        provider = await providers.get_enabled(reader, provider_id, or_off=taken.user_id is not None)
    start = taken.read(oidc.Start)
    if taken.user_id is not None:
        await rehearsal.walk(request, house, provider, taken.user_id)
        return await _end_test(house, provider, taken, taken.user_id, answer)
    try:
        found = await _identify(house, provider, taken, answer)
    except errors.TestFluxError as error:
        await vouch.note_failure(request, house, provider, error)
        raise
    return await vouch.admit(request, house, provider, found.person, next_path=start.next_path)


async def _end_test(
    house: House, provider: database.Row, taken: flows.Taken, user_id: int, answer: _Answer
) -> Redirect:
    try:
        found = await _identify(house, provider, taken, answer)
    except errors.TestFluxError as error:
        return await rehearsal.show(house, provider, rehearsal.failed(provider, error), user_id)
    result = await rehearsal.rehearse(house, provider, found.person, found.claims, user_id)
    return await rehearsal.show(house, provider, result, user_id)


async def _identify(house: House, provider: database.Row, taken: flows.Taken, answer: _Answer) -> oidc_kinds.Answer:
    """Return who came back, once it is certain that the answer is this provider's and to this question."""
    if taken.provider_id != provider["provider_id"]:
        raise errors.ForbiddenError("The sign-in was begun with another provider.", hint=_AGAIN, code="sign-in-over")
    if answer.error:
        raise oidc.wrong(f"The provider refused the sign-in: {answer.error}.", _AGAIN)
    config = _config(provider)
    metadata = await oidc_kinds.describe(house.issuers, config)
    if answer.iss not in (None, metadata.issuer) or (
        answer.iss is None and metadata.authorization_response_iss_parameter_supported
    ):
        raise oidc.wrong("The answer comes from another provider than was asked (iss).", _AGAIN)
    exchange = oidc_kinds.Exchange(
        code=answer.code,
        redirect_uri=_redirect_uri(house, provider),
        start=taken.read(oidc.Start),
    )
    secret = providers.secret_of(house.settings.secret_key, provider)
    return await oidc_kinds.identify(house.issuers, config, secret, metadata, exchange, clock.now())


def _redirect_uri(house: House, provider: database.Row) -> str:
    """Each provider has an address of its own: an answer cannot be taken for another one's."""
    return provider_rules.redirect_uri(house.settings.public_url, provider["kind"], provider["provider_id"])


def _config(provider: database.Row) -> oidc_kinds.Config:
    if provider["kind"] not in oidc_kinds.KINDS:
        raise errors.NotFoundError("This provider does not speak OpenID Connect.", hint=_AGAIN)
    return oidc_kinds.read(provider["config"])


ROUTES = [start_sign_in, finish_sign_in]
