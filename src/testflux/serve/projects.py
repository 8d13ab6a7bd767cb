"""Projects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from testflux.model.access import Actor, Permission
from testflux.serve import declare, paging
from testflux.serve.paging import Page
from testflux.serve.shapes.projects import Facet, Facets, NewProject, Project, ProjectChange, ProjectPage
from testflux.store import audit, blobs, database, events, projects, run_list, uploads

_FIELDS = Project.__struct_fields__


@get("/projects", **declare.route("listProjects", Permission.PROJECT_READ))
async def list_projects(
    actor: NamedDependency[Actor], database: NamedDependency[database.Database], page: NamedDependency[Page]
) -> ProjectPage:
    """List projects by name."""
    async with database.read(actor.tenant) as reader:
        rows = await projects.list_projects(reader, actor.tenant, page.after(tuple[str, str]), page.limit + 1)
    shown, more = paging.cut(rows, page.limit)
    cursor = paging.place(shown[-1]["name"], shown[-1]["slug"]) if more else None
    return ProjectPage(items=[shape(row) for row in shown], next_cursor=cursor)


@post("/projects", **declare.route("addProject", Permission.PROJECT_CREATE, 409, 413, 415))
async def add_project(
    data: JSONBody[NewProject], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> Project:
    """Add a project."""
    async with database.write(actor.tenant) as writer:
        row = await projects.add_project(
            writer, actor.org_id, data.slug, data.name, data.description, data.default_branch
        )
        _note(writer, actor, "project.add", row, after=_said(row))
        await _publish(writer, actor, row)
    return shape(row)


@get("/projects/{slug:str}", **declare.route("getProject", Permission.PROJECT_READ, 404))
async def get_project(
    slug: FromPath[str], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> Project:
    """Answer one project."""
    async with database.read(actor.tenant) as reader:
        return shape(await projects.get_project(reader, actor.tenant, slug))


@patch("/projects/{slug:str}", **declare.route("changeProject", Permission.PROJECT_EDIT, 404, 413, 415))
async def change_project(
    slug: FromPath[str],
    data: JSONBody[ProjectChange],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> Project:
    """Change a project's name, description or default branch."""
    async with database.write(actor.tenant) as writer:
        old = await projects.get_project(writer, actor.tenant, slug)
        row = await projects.save_project(writer, actor.tenant, slug, data.name, data.description, data.default_branch)
        _note(writer, actor, "project.change", row, **audit.changes(_said(old), _said(row)))
        await _publish(writer, actor, row)
    return shape(row)


@delete("/projects/{slug:str}", **declare.route("dropProject", Permission.PROJECT_DELETE, 404))
async def drop_project(
    slug: FromPath[str],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    blobs: NamedDependency[blobs.Blobs],
) -> None:
    """Remove a project with everything in it. This cannot be undone."""
    async with database.write(actor.tenant) as writer:
        row = await projects.get_project(writer, actor.tenant, slug)
        digests = await projects.drop_project(writer, row["project_id"])
        _note(writer, actor, "project.remove", row, before=_said(row))
        await _publish(writer, actor, row)
    await uploads.drop_unused_blobs(database, blobs, digests)


@get("/projects/{slug:str}/facets", **declare.route("getFacets", Permission.PROJECT_READ, 404))
async def get_facets(
    slug: FromPath[str], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> Facets:
    """Answer what the project's runs can be filtered by."""
    async with database.read(actor.tenant) as reader:
        project = await projects.get_project(reader, actor.tenant, slug)
        rows = await run_list.list_facets(reader, project["project_id"])
    return Facets(**{name: _facets(row for row in rows if row["facet"] == name) for name in Facets.__struct_fields__})


def shape(row: database.Row) -> Project:
    """Shape a project."""
    return Project(**{name: row[name] for name in _FIELDS})


def _facets(rows: Iterable[database.Row]) -> list[Facet]:
    return [Facet(value=row["value"], count=row["count"]) for row in rows]


def _said(row: database.Row) -> dict[str, Any]:
    return {name: row[name] for name in ("slug", "name", "description", "default_branch")}


def _note(
    writer: database.Writer,
    actor: Actor,
    act: str,
    row: database.Row,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    number = row["project_id"]
    target = audit.Target("project", number, row["slug"])
    audit.note(writer, actor.org_id, act, target, project_id=number, before=before, after=after)


async def _publish(writer: database.Writer, actor: Actor, row: database.Row) -> None:
    data: dict[str, object] = {"project": row["slug"]}
    for topic in ("projects", f"project:{row['slug']}"):
        await events.publish(writer, actor.org_id, topic, "project.changed", data, project_id=row["project_id"])


ROUTES = [list_projects, add_project, get_project, change_project, drop_project, get_facets]
