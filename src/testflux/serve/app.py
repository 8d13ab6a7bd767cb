"""The application: every route under its address, with what all of them share."""

from __future__ import annotations

import functools
from typing import Any, Final

import msgspec
from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.config.cors import CORSConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.routes import HTTPRoute

from testflux import __version__
from testflux.serve import (
    account,
    audit,
    audit_report,
    audit_streams,
    auth,
    changes,
    channels,
    condition,
    docs,
    domains,
    envelope,
    evidence,
    filters,
    findings,
    forgotten,
    guards,
    headers,
    health,
    history,
    house,
    invitations,
    keywords,
    ldap,
    live,
    load,
    me,
    members,
    offered,
    oidc,
    openapi,
    organisations,
    overview,
    paging,
    password_links,
    problems,
    projects,
    provider_tests,
    providers,
    rankings,
    results,
    retention,
    retry,
    roles,
    runs,
    saml,
    saml_setup,
    sample,
    second_factor,
    sign_ins,
    stars,
    storage,
    summary,
    system,
    tests,
    tokens,
    trends,
    upload_metadata,
    uploads,
    web,
)
from testflux.serve.house import House

API: Final = "/api/v1"
_BODY_BYTES: Final = 1024 * 1024
_NOUNS: Final[tuple[tuple[str, list[Any]], ...]] = (
    ("auth", auth.ROUTES + forgotten.ROUTES + me.ROUTES),
    ("account", account.ROUTES + second_factor.ROUTES + sign_ins.ROUTES),
    ("organisations", organisations.ROUTES),
    ("members", members.ROUTES + invitations.ROUTES + password_links.ROUTES),
    ("roles", roles.ROUTES),
    ("directories", saml.ROUTES + saml_setup.ROUTES + ldap.ROUTES),
    ("providers", offered.ROUTES + oidc.ROUTES + providers.ROUTES + provider_tests.ROUTES + domains.ROUTES),
    ("tokens", tokens.ROUTES),
    ("projects", projects.ROUTES),
    ("overview", overview.ROUTES + summary.ROUTES),
    ("runs", runs.ROUTES + changes.ROUTES + stars.ROUTES),
    ("results", results.ROUTES + evidence.ROUTES + keywords.ROUTES),
    ("findings", findings.ROUTES),
    ("load", load.ROUTES),
    ("tests", [*tests.ROUTES, *rankings.ROUTES]),
    ("trends", trends.ROUTES),
    ("uploads", uploads.ROUTES + history.ROUTES + retry.ROUTES),
    ("storage", storage.ROUTES + retention.ROUTES),
    ("channels", channels.ROUTES),
    ("audit", audit.ROUTES + audit_report.ROUTES + audit_streams.ROUTES),
    ("live", live.ROUTES),
    ("sample", sample.ROUTES),
    ("system", system.ROUTES + condition.ROUTES),
)


def create_app(rooms: House) -> Litestar:
    """Return the application of a running server."""
    app = _build(State({"house": rooms, "read_openapi": read_openapi}), None, headers.cors(rooms.settings))
    app.asgi_handler = envelope.wrap(app.asgi_handler, rooms.settings)
    return app


def declare_app() -> Litestar:
    """Return the application only to be described: it knows its routes, and has nothing to answer them with."""
    config = OpenAPIConfig(title="TestFlux", version=__version__, path="/described")
    return _build(State(), config)


@functools.cache
def read_openapi() -> bytes:
    """Return the OpenAPI document as JSON; the first time it takes half a second to make."""
    return msgspec.json.encode(openapi.describe(declare_app()))


def _build(state: State, config: OpenAPIConfig | None, cors_config: CORSConfig | None = None) -> Litestar:
    nouns = [Router("/", route_handlers=routes, tags=[noun]) for noun, routes in _NOUNS]
    app = Litestar(
        [
            Router(API, route_handlers=nouns),
            Router("/", route_handlers=health.ROUTES, tags=["health"]),
            *docs.ROUTES,
            *web.ROUTES,
        ],
        state=state,
        guards=[guards.authorise],
        dependencies={
            **house.PROVIDED,
            **filters.PROVIDED,
            "page": Provide(paging.page),
            "metadata": Provide(upload_metadata.upload_metadata),
        },
        exception_handlers=problems.HANDLERS,
        request_max_body_size=_BODY_BYTES,
        compression_config=CompressionConfig(backend="gzip", minimum_size=1000),
        openapi_config=config,
        cors_config=cors_config,
        logging_config=None,
    )
    _resolve_in_turn(app)
    return app


def _resolve_in_turn(app: Litestar) -> None:
    """Let what handlers depend on be found one after the other: a task for each takes longer than all of them."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for _, model in route.route_handler_map.values():
                model.dependency_batches = [{one} for batch in model.dependency_batches for one in batch]
