"""The server itself."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency

from testflux import __version__
from testflux.kit import settings
from testflux.model.access import EVERYBODY, Permission
from testflux.serve import declare
from testflux.serve.shapes.system import DatabaseInfo, System
from testflux.store import database, health


@get("/system", **declare.route("getSystem", Permission.PROJECT_READ))
async def get_system(
    settings: NamedDependency[settings.Settings], database: NamedDependency[database.Database]
) -> System:
    """Answer what this server is."""
    async with database.read(EVERYBODY) as reader:
        version = await health.get_version(reader)
    return System(
        version=__version__,
        smtp_configured=settings.smtp_url is not None and settings.mail_from is not None,
        public_url=settings.public_url,
        database=DatabaseInfo(kind="external" if settings.database_url else "embedded", version=version),
        upload_limit_bytes=settings.upload_limit_bytes,
    )


ROUTES = [get_system]
