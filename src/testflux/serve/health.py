"""Is the process alive, can it work, and how is it doing? For load balancers and Prometheus, not for people."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec

from testflux.kit import errors
from testflux.model.access import EVERYBODY
from testflux.serve import declare, metrics
from testflux.serve.house import House
from testflux.serve.shapes.system import Alive, Check, Readiness
from testflux.store import health, jobs, migrate

_BACKLOG: Final = 10_000


@get("/healthz", operation_id="getHealth", opt={declare.PERMISSION: None})
async def get_health() -> Alive:
    """Answer that the process is alive."""
    return Alive(status="alive")


@get(
    "/readyz",
    operation_id="getReadiness",
    opt={declare.PERMISSION: None},
    responses={503: ResponseSpec(Readiness, description="Something is away.", generate_examples=False)},
)
async def get_readiness(house: NamedDependency[House]) -> Response[Readiness]:
    """Answer whether the server can work: the database, the blob store, the queue and the migrations, each named.

    A Redis that is away leaves it degraded, not dead.
    """
    looks = {"database": _database, "blobs": _blobs, "queue": _queue, "migrations": _migrations}
    checks = {name: await _check(look, house) for name, look in looks.items()}
    is_ready = all(check.ok for check in checks.values())
    if house.shared.is_set:
        reason = await house.shared.check()
        checks["redis"] = Check(ok=not reason, detail=reason or "answers")
    is_whole = all(check.ok for check in checks.values())
    headers = {} if is_ready else {"Retry-After": "5"}
    body = Readiness(status="ready" if is_whole else "degraded" if is_ready else "not ready", checks=checks)
    return Response(body, status_code=200 if is_ready else 503, headers=headers)


@get("/metrics", opt={declare.PERMISSION: None}, include_in_schema=False)
async def get_metrics(request: Request[Any, Any, Any], house: NamedDependency[House]) -> Response[bytes]:
    """Answer figures for Prometheus: to the loopback, or to who holds TESTFLUX_METRICS_TOKEN."""
    if not _may_read_metrics(request, house.settings.metrics_token):
        hint = "Set TESTFLUX_METRICS_TOKEN and send it as Bearer token, or ask from the same machine."
        raise errors.UnauthenticatedError("The figures are not for everybody.", hint=hint)
    try:
        figures = await house.vitals.measure()
    except errors.UnavailableError:
        figures = None
    return Response(metrics.render(figures), media_type="text/plain; version=0.0.4")


async def _check(look: Callable[[House], Awaitable[str]], house: House) -> Check:
    try:
        return Check(ok=True, detail=await look(house))
    except (errors.TestFluxError, OSError) as error:
        return Check(ok=False, detail=error.message if isinstance(error, errors.TestFluxError) else str(error))


async def _database(house: House) -> str:
    async with house.database.read(EVERYBODY) as reader:
        return f"PostgreSQL {await health.get_version(reader)}"


async def _blobs(house: House) -> str:
    await house.blobs.check()
    return "answers"


async def _queue(house: House) -> str:
    async with house.database.read(EVERYBODY) as reader:
        waiting = sum((await jobs.list_waiting(reader)).values())
    if waiting > _BACKLOG:
        raise errors.UnavailableError(f"{waiting} jobs wait.", hint="Start more workers: testflux work.")
    return f"{waiting} jobs wait"


async def _migrations(house: House) -> str:
    status = await migrate.status(house.database.direct_url)
    if not status.is_current:
        message = f"The schema is at {status.current or 'nothing'}, this version needs {status.head}."
        raise errors.UnavailableError(message, hint="Run: testflux admin migrate.")
    return f"at {status.head}"


def _may_read_metrics(request: Request[Any, Any, Any], token: str | None) -> bool:
    if token is not None:
        offered = request.headers.get("authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(offered.encode(), token.encode())
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


ROUTES = [get_health, get_readiness, get_metrics]
