"""Trying again what was rejected: our own fault may be mended, and a newer version may read more."""

from __future__ import annotations

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath

from testflux.model.access import Actor, Permission
from testflux.serve import declare, doors, uploads
from testflux.serve.shapes.uploads import Upload
from testflux.store import audit
from testflux.store import database as door
from testflux.store import uploads as upload_store


@post(
    "/uploads/{upload_id:str}/retry",
    **declare.route("retryUpload", Permission.UPLOAD_MANAGE, 404, 409, status_code=202),
)
async def retry_upload(
    upload_id: FromPath[str], actor: NamedDependency[Actor], database: NamedDependency[door.Database]
) -> Upload:
    """Queue a rejected upload again.

    Its file must have been kept, and the same must not have been sent again since.
    """
    async with database.write(actor.tenant) as writer:
        project, number = await doors.open_project(writer, actor, upload_id)
        await upload_store.save_queued(writer, project["project_id"], number)
        row = await upload_store.get_upload(writer, project["project_id"], number)
        target = audit.Target("upload", upload_id, row["file_name"])
        audit.note(writer, actor.org_id, "upload.retry", target, project_id=row["project_id"])
        return uploads.shape(row)


ROUTES = [retry_upload]
