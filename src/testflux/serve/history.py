"""Importing history: thousands of files, of which only those are sent that are not there yet."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from testflux.model.access import Actor, Permission
from testflux.serve import declare
from testflux.serve.shapes.uploads import KnownFiles
from testflux.store import database as door
from testflux.store import projects
from testflux.store import uploads as upload_store

Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", description="SHA-256 of a file, in hex.")]


class FileQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Files that somebody may send."""

    digests: Annotated[list[Digest], msgspec.Meta(max_length=1000)]


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
    async with database.read() as reader:
        project_id = (await projects.get_project(reader, actor.org_id, slug))["project_id"]
        known = await upload_store.list_known(reader, project_id, [bytes.fromhex(text) for text in data.digests])
    return KnownFiles(digests=[digest.hex() for digest in known])


ROUTES = [list_known_files]
