"""Projects and what their runs can be filtered by."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", max_length=63)]
ProjectName = Annotated[str, Meta(min_length=1, max_length=200)]
Description = Annotated[str, Meta(max_length=2000)]
Branch = Annotated[str, Meta(min_length=1, max_length=250)]


class ProjectRef(msgspec.Struct, frozen=True, kw_only=True):
    """A project, named."""

    slug: str
    name: str


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """What runs belong to. `default_branch` is what the overview and "last green" look at."""

    slug: str
    name: str
    description: str
    default_branch: str
    is_sample: bool
    created_at: datetime
    run_count: int
    test_count: int
    last_run_at: datetime | None


class ProjectPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some projects, by name."""

    items: list[Project]
    next_cursor: str | None


class NewProject(msgspec.Struct, frozen=True):
    """A project to add."""

    slug: Slug
    name: ProjectName
    description: Description = ""
    default_branch: Branch = "main"


class ProjectChange(msgspec.Struct, frozen=True):
    """What to change about a project; what is null or absent stays."""

    name: ProjectName | None = None
    description: Description | None = None
    default_branch: Branch | None = None


class Facet(msgspec.Struct, frozen=True, kw_only=True):
    """A value that occurs, and in how many runs."""

    value: str
    count: int


class Facets(msgspec.Struct, frozen=True, kw_only=True):
    """What the runs of a project can be filtered by, most frequent first. `labels` are written `key:value`."""

    kinds: list[Facet]
    branches: list[Facet]
    environments: list[Facet]
    types: list[Facet]
    names: list[Facet]
    tools: list[Facet]
    labels: list[Facet]
    metrics: list[Facet]
