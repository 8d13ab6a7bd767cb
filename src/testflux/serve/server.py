"""Starting and stopping everything in one process: database, first administrator, API, worker, live events."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from typing import Any, Final, TextIO

import structlog
import uvicorn

from testflux.access import passwords
from testflux.ingest import load_sample
from testflux.kit import allocator, clock, deviations, errors
from testflux.kit import settings as kit_settings
from testflux.model.access import EVERYBODY, Role
from testflux.serve import app, limiter, live_events
from testflux.serve.house import House
from testflux.serve.hub import Hub
from testflux.serve.issuers import Issuers
from testflux.serve.remembered import Remembered
from testflux.serve.shared import Shared
from testflux.serve.vitals import Vitals
from testflux.store import blobs, database, embedded, health, migrate, partitions, reachable, uploads, users, walls

Work = Callable[[database.Database, blobs.Blobs, kit_settings.Settings], Awaitable[None]]
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_GRACE_S: Final = 10
_CONNECTIONS: Final = 16  # the worker takes up to eight of them
_PAUSE_S: Final = 5.0
_LISTENING_S: Final = 10.0
_BACKLOG: Final = 512
_SOCKET_BYTES: Final = 64 * 1024  # the longest message a browser may send over the live socket
log = structlog.get_logger("testflux.serve")


def run(
    settings: kit_settings.Settings, *, work: Work | None = None, with_sample: bool = False, out: TextIO = sys.stdout
) -> None:
    """Serve until SIGINT or SIGTERM. `work` runs beside the API; `with_sample` fills a new database.

    SetupError or UnavailableError say why it cannot start. The address, and the first sign-in, are written to `out`.
    """
    allocator.keep_freed()
    with contextlib.suppress(asyncio.CancelledError), asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_run(kit_settings.with_secret_key(settings), work, out, with_sample=with_sample))


@contextlib.asynccontextmanager
async def open_house(
    settings: kit_settings.Settings, database_url: str, postgres: embedded.EmbeddedPostgres | None = None
) -> AsyncGenerator[House]:
    """Migrate and open a database, and build everything that requests need; close it all at the end.

    `postgres` is its server if that is ours.
    """
    await migrate.upgrade(settings.database_direct_url or database_url)
    opened = database.Database(database_url, settings.database_direct_url, max_size=_CONNECTIONS)
    await opened.open()
    if not opened.has_wall:
        log.warning("row-level security is not in force", advice=walls.ADVICE)
    try:
        async with opened.write(EVERYBODY) as writer:
            await partitions.ensure_ahead(writer, clock.now().date())
            await users.add_org(writer)
            place = await health.get_place(writer)
        files = blobs.Blobs(settings.blob_url or settings.data_dir / "blobs")
        await _look_at(opened, files)
        loader, shared = load_sample.Loader(opened, files), Shared(settings.redis_url, place)
        hub = Hub(opened, live_events.shape)
        try:
            yield House(
                settings=settings,
                database=opened,
                blobs=files,
                hub=hub,
                shared=shared,
                limiter=limiter.Limiter(shared, limiter.rates_of(settings)),
                remembered=Remembered(shared, settings.kept_answers),
                sample=loader,
                vitals=Vitals(settings, opened, files, hub, shared, postgres),
                issuers=Issuers(settings),
            )
        finally:
            await loader.close()
            await shared.close()
    finally:
        await opened.close()


async def _look_at(opened: database.Database, files: blobs.Blobs) -> None:
    """Let no start succeed with a blob store that is set up wrong; one that is away may come back by itself."""
    async with opened.read(EVERYBODY) as reader:
        is_new = not await uploads.has_blobs(reader)
    if is_new:
        await files.adopt()
    try:
        await files.check()
    except errors.UnavailableError as error:
        log.warning("the blob store is away", reason=error.message)


async def add_first_administrator(house: House) -> str | None:
    """Make the first administrator unless there is anybody; return the password if it was generated."""
    async with house.database.read(EVERYBODY) as reader:
        org_id = await users.get_org(reader)
        if await users.count_users(reader, org_id):
            return None
    given = house.settings.admin_password
    password = given or passwords.generate()
    password_hash = await asyncio.to_thread(passwords.make_hash, password)
    try:
        async with house.database.write(EVERYBODY) as writer:
            email = house.settings.admin_email
            await users.add_user(writer, org_id, email, "Administrator", Role.OWNER, password_hash, is_operator=True)
    except errors.ConflictError:
        return None  # another server, started at the same moment, was first
    return None if given else password


async def _run(settings: kit_settings.Settings, work: Work | None, out: TextIO, *, with_sample: bool) -> None:
    _cancel_on_signals()
    for found in deviations.find(settings):
        log.warning("a setting is less than safe", what=found.name, detail=found.detail, advice=found.advice)
    with _listen(settings) as listener:
        async with _postgres(settings) as (database_url, own), open_house(settings, database_url, own) as house:
            async with house.database.read(EVERYBODY) as reader:
                is_new = not await users.count_users(reader, await users.get_org(reader))
            password = await add_first_administrator(house)
            if with_sample and is_new:
                async with house.database.read(EVERYBODY) as reader:
                    org_id = await users.get_org(reader)
                await house.sample.start(org_id, clock.now())
            async with _beside(house, work):
                await _serve(house, listener, _greeting(settings, password, is_new=is_new), out)


async def _serve(house: House, listener: socket.socket, greeting: str, out: TextIO) -> None:
    """Answer requests until this task is cancelled; then let those that are being answered finish."""
    config = uvicorn.Config(
        app.create_app(house),
        log_config=None,
        access_log=False,
        forwarded_allow_ips=list(house.settings.trusted_proxies),
        lifespan="off",
        loop="none",
        ws="websockets-sansio",
        ws_max_size=_SOCKET_BYTES,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    server = _Server(config)
    # What is alive now stays alive: the collector need not look at it again and again (3.6 times faster answers).
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    out.write(greeting)
    out.flush()
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise


class _Server(uvicorn.Server):
    """Leaves the signals to us: the database must outlive the last answer."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Capture none."""
        yield


def _cancel_on_signals() -> None:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101  (this is called inside one)
    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)


@contextlib.contextmanager
def _listen(settings: kit_settings.Settings) -> Generator[socket.socket]:
    """Take the address before anything else: a second server must not get as far as the database."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        message = f"Cannot listen on {settings.host} port {settings.port}: {error.strerror or error}."
        hint = "Another server may be there: stop it, or choose another port with --port or TESTFLUX_PORT."
        raise errors.SetupError(message, hint=hint, code="address-in-use") from error
    with listener:
        yield listener


@contextlib.asynccontextmanager
async def _postgres(settings: kit_settings.Settings) -> AsyncGenerator[tuple[str, embedded.EmbeddedPostgres | None]]:
    """Lend the database's address: the given one, or that of the PostgreSQL we start and stop, and that server."""
    if settings.database_url is not None:
        await reachable.wait_for(settings.database_direct_url or settings.database_url)
        yield settings.database_url, None
        return
    server = embedded.EmbeddedPostgres(settings.data_dir / "postgres")
    starting = asyncio.ensure_future(asyncio.to_thread(server.start))
    try:
        yield await asyncio.shield(starting), server
    finally:
        # A thread cannot be cancelled: stopping the server ends it, even in the middle of a long recovery.
        await asyncio.to_thread(server.stop)
        with contextlib.suppress(errors.TestFluxError):
            await starting


@contextlib.asynccontextmanager
async def _beside(house: House, work: Work | None) -> AsyncGenerator[None]:
    """Run the live events and the worker beside the API, and end them in order."""
    tasks = [asyncio.create_task(house.hub.run())]
    await house.hub.wait(_LISTENING_S)
    if work is not None:
        tasks.append(asyncio.create_task(_keep_working(house, work)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _keep_working(house: House, work: Work) -> None:
    while True:
        try:
            await work(house.database, house.blobs, house.settings)
        except errors.UnavailableError as error:
            log.warning("the worker pauses", reason=error.message)
        await asyncio.sleep(_PAUSE_S)


def _greeting(settings: kit_settings.Settings, password: str | None, *, is_new: bool) -> str:
    lines = [f"TestFlux is at {settings.public_url}"]
    if password is not None:
        lines.append(f"Sign in as {settings.admin_email} with the password {password} (shown only now)")
    elif is_new:
        lines.append(f"Sign in as {settings.admin_email} and the password that TESTFLUX_ADMIN_PASSWORD holds")
    lines.append("Press Ctrl-C to stop")
    return "\n".join(lines) + "\n"


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Use uvloop where it exists."""
    try:
        import uvloop  # noqa: PLC0415  (not on every system)
    except ImportError:
        return None
    factory: Any = uvloop.new_event_loop
    return factory
