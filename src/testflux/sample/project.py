"""What a project of the sample history is made of."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import msgspec

from testflux.sample.functional import Change
from testflux.sample.occasion import Occasion, Schedule


class Lane(Protocol):
    """One series of runs that are compared with each other."""

    @property
    def name(self) -> str:
        """The lane's name, e.g. `nightly`."""
        ...

    @property
    def environment(self) -> str:
        """Where it runs."""
        ...

    @property
    def type(self) -> str:
        """Its test type, e.g. `smoke`."""
        ...

    @property
    def schedule(self) -> Schedule:
        """When it runs."""
        ...

    @property
    def file_name(self) -> str:
        """What its report file is called."""
        ...

    def write(self, occasion: Occasion) -> bytes:
        """Return the report of one run."""
        ...


class Builder(msgspec.Struct, frozen=True):
    """Which CI builds a project. `address` may hold {project} and {number}."""

    provider: str
    address: str

    def url(self, project: str, moment: datetime) -> str:
        """Return where the build of this moment is shown."""
        return self.address.format(project=project, number=(moment.toordinal() - 739_000) * 24 + moment.hour)


class Project(msgspec.Struct, frozen=True):
    """One project: its lanes on the main branch, and its pull requests, which run in `change_lane`."""

    slug: str
    name: str
    description: str
    lanes: tuple[Lane, ...]
    builder: Builder
    labels: dict[str, str] = {}
    change_lane: Lane | None = None
    changes: tuple[Change, ...] = ()


GITHUB = Builder("github-actions", "https://ci.example.test/{project}/actions/runs/{number}")
GITLAB = Builder("gitlab-ci", "https://ci.example.test/{project}/-/pipelines/{number}")
JENKINS = Builder("jenkins", "https://ci.example.test/job/{project}/{number}/")
