"""Projects: what runs belong to."""

from __future__ import annotations

from collections.abc import Sequence

from testflux.kit import errors
from testflux.model.access import Tenant
from testflux.store import queries, scoping, usage
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("projects")


async def list_projects(reader: Reader, tenant: Tenant, after: tuple[str, str] | None, limit: int) -> list[Row]:
    """List projects by name and slug, from behind `after`."""
    name, slug = after or (None, None)
    values = scoping.values_of(tenant) | {"after_name": name, "after_slug": slug}
    return await reader.all(_SQL["list_projects"], **values, limit=limit)


async def get_project(reader: Reader, tenant: Tenant, slug: str) -> Row:
    """Return a project by slug; NotFoundError when the tenant has none of that name."""
    row = await reader.find(_SQL["get_project"], **scoping.values_of(tenant), slug=slug)
    if row is None:
        raise no_project(slug)
    return row


def no_project(slug: str) -> errors.NotFoundError:
    """Return the error of a slug that names no project, or none for this caller."""
    hint = "GET /api/v1/projects lists them; an administrator can add one."
    return errors.NotFoundError(f"There is no project {slug[:80]!r}.", hint=hint, code="project-not-found")


async def list_ids(reader: Reader, tenant: Tenant, slugs: Sequence[str] | None) -> list[int]:
    """Return the ids of the projects with these slugs, or of all; NotFoundError names a slug that does not exist."""
    return list(await list_change_counts(reader, tenant, slugs))


async def list_change_counts(reader: Reader, tenant: Tenant, slugs: Sequence[str] | None) -> dict[int, int]:
    """Return by id how often each of these projects (or of all) has changed: so long keeps what is made from them.

    NotFoundError names a slug that does not exist.
    """
    values = scoping.values_of(tenant)
    rows = await reader.all(_SQL["list_ids"], **values, slugs=None if slugs is None else list(slugs))
    missing = set(slugs or ()) - {row["slug"] for row in rows}
    if missing:
        raise no_project(min(missing))
    return {row["project_id"]: row["change_count"] for row in rows}


async def find_owned(reader: Reader, tenant: Tenant, project_id: int) -> Row | None:
    """Return a project by id if it is the tenant's: the door before everything whose id names a project."""
    return await reader.find(_SQL["find_owned"], **scoping.values_of(tenant), project_id=project_id)


async def add_project(
    writer: Writer, org_id: int, slug: str, name: str, description: str, default_branch: str, *, is_sample: bool = False
) -> Row:
    """Add a project; ConflictError when the slug is taken."""
    added = await writer.find(
        _SQL["add_project"],
        org_id=org_id,
        slug=slug,
        name=name,
        description=description,
        default_branch=default_branch,
        is_sample=is_sample,
    )
    if added is None:
        hint = "Choose another slug."
        raise errors.ConflictError(f"There is already a project {slug!r}.", hint=hint, code="slug-taken")
    return await get_project(writer, Tenant(org_id), slug)


async def save_project(
    writer: Writer, tenant: Tenant, slug: str, name: str | None, description: str | None, default_branch: str | None
) -> Row:
    """Change what is given about a project."""
    await get_project(writer, tenant, slug)
    await writer.run(
        _SQL["save_project"],
        org_id=tenant.org_id,
        slug=slug,
        name=name,
        description=description,
        default_branch=default_branch,
    )
    return await get_project(writer, tenant, slug)


async def find_place(reader: Reader, project_id: int) -> Row | None:
    """Return `org_id` and `slug` of a project, None once it is gone."""
    return await reader.find(_SQL["find_place"], project_id=project_id)


async def drop_project(writer: Writer, project_id: int) -> list[bytes]:
    """Remove a project with everything in it, in one transaction.

    Returns the digests of its files, for `uploads.drop_unused_blobs` after the commit.

    Waits for the runs that are just being stored: they lock their upload first and the project then, and so does this.
    """
    await writer.all(_SQL["lock_uploads"], project_id=project_id)
    await writer.run(_SQL["lock_project"], project_id=project_id)
    digests = [row["blob_digest"] for row in await writer.all(_SQL["list_digests"], project_id=project_id)]
    async with usage.counted(writer, project_id, digests):
        for table in _TENANT_TABLES:
            await writer.run(_SQL["drop_rows_of"].replace("TENANT_TABLE", table), project_id=project_id)
    for table in ("project_usage", "project"):  # last, when nothing names it any more
        await writer.run(_SQL["drop_rows_of"].replace("TENANT_TABLE", table), project_id=project_id)
    return digests


_TENANT_TABLES = (
    "project_retention",
    "usage_day",
    "run_star",
    "delivery",
    "channel",
    "day_total",
    "load_group",
    "load_check",
    "threshold",
    "load_series",
    "load_metric",
    "finding_seen",
    "finding",
    "finding_rule",
    "keyword_count",
    "run_log",
    "result_row",
    "result_chunk",
    "message",
    "failure",
    "test_text",
    "test",
    "run_part",
    "run",
    "upload_file",
    "upload",
)
