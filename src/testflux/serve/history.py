"""Importing history: thousands of files, of which only those are sent that are not there yet."""

from __future__ import annotations

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from testflux.model.access import Actor, Permission
from testflux.serve import declare
from testflux.serve.shapes.uploads import FileQuestion, KnownFiles
from testflux.store import database as door
from testflux.store import projects
from testflux.store import uploads as upload_store


@post(
    "/projects/{slug:str}/uploads/known",
    **declare.route("listKnownFiles", Permission.UPLOAD_CREATE, 404, status_code=200),
)
async def list_known_files(
    slug: FromPath[str],
    data: JSONBody[FileQuestion],
    actor: NamedDependency[Actor],
    database: NamedDependency[door.Database],
) -> KnownFiles:
    """Answer which of these files need not be sent: the project has them, read or waiting to be read."""
    async with database.read(actor.tenant) as reader:
        project_id = (await projects.get_project(reader, actor.tenant, slug))["project_id"]
        known = await upload_store.list_known(reader, project_id, [bytes.fromhex(text) for text in data.digests])
    return KnownFiles(digests=[digest.hex() for digest in known])


ROUTES = [list_known_files]
