"""Testing a provider's connection: first what it publishes, then a real sign-in that signs nobody in."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from testflux.kit import errors
from testflux.model.access import Actor, Permission
from testflux.serve import declare, oidc, oidc_kinds, provider_rules, rehearsal, saml, users
from testflux.serve.house import House
from testflux.serve.shapes.providers import ProviderCheck, TestResult, TestStart
from testflux.store import providers


@post(
    "/providers/{provider_id:str}/check", **declare.route("checkProvider", Permission.SSO_MANAGE, 404, status_code=200)
)
async def check_provider(
    provider_id: FromPath[str], actor: NamedDependency[Actor], house: NamedDependency[House]
) -> ProviderCheck:
    """Ask a provider for what it publishes: addresses and keys."""
    async with house.database.read(actor.tenant) as reader:
        row = await providers.get_provider(reader, actor.org_id, users.number_of(provider_id))
    return await provider_rules.ask(house, row)


@post("/providers/{provider_id:str}/test", **declare.route("testProvider", Permission.SSO_MANAGE, 404, status_code=200))
async def test_provider(
    provider_id: FromPath[str], actor: NamedDependency[Actor], house: NamedDependency[House]
) -> Response[TestStart]:
    """Begin a try-out: open the address in this browser, and sign in; what was found is shown, nobody is signed in."""
    if actor.token_id is not None:
        raise errors.ForbiddenError("A token cannot try out a sign-in.", hint="Sign in as a person, in a browser.")
    async with house.database.read(actor.tenant) as reader:
        row = await providers.get_provider(reader, actor.org_id, users.number_of(provider_id))
    if row["kind"] not in (*oidc_kinds.KINDS, "saml"):
        raise errors.NotFoundError("Providers of this kind are tried out elsewhere.", hint="See /api/docs.")
    begin = saml.begin_test if row["kind"] == "saml" else oidc.begin_test
    url, cookie = await begin(house, row, actor.user_id)
    return Response(TestStart(url), cookies=[cookie], headers={"Cache-Control": "no-store"})


@get("/provider-tests/{token:str}", **declare.route("getProviderTest", Permission.SSO_MANAGE, 404))
async def get_provider_test(
    token: FromPath[str], actor: NamedDependency[Actor], house: NamedDependency[House]
) -> TestResult:
    """Answer what one's own try-out of the last ten minutes found."""
    return await rehearsal.find(house, token, actor.user_id)


ROUTES = [check_provider, test_provider, get_provider_test]
