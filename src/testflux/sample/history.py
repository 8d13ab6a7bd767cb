"""Ninety days of made-up runs, as the report files that real tools would have written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from testflux.model.run import Metadata
from testflux.sample import commits, identity, mobile, payments, search, webshop
from testflux.sample.functional import Change
from testflux.sample.occasion import Occasion
from testflux.sample.project import Lane, Project

PROJECTS: tuple[Project, ...] = (webshop.PROJECT, payments.PROJECT, identity.PROJECT, search.PROJECT, mobile.PROJECT)
_LONGEST = timedelta(minutes=20)
"""No run takes longer."""


class SampleReport(msgspec.Struct, frozen=True):
    """One report file and what its uploader says about it."""

    project_slug: str
    file_name: str
    content: bytes
    metadata: Metadata


class Planned(msgspec.Struct, frozen=True):
    """A run that is going to be reported; `write` makes the file."""

    project: Project
    lane: Lane
    occasion: Occasion

    def write(self) -> SampleReport:
        """Return the report; the same plan always gives the same bytes."""
        return SampleReport(
            project_slug=self.project.slug,
            file_name=self.lane.file_name,
            content=self.lane.write(self.occasion),
            metadata=self.metadata(),
        )

    def metadata(self) -> Metadata:
        """Return what an uploader would say about this run."""
        occasion, project = self.occasion, self.project
        url = project.builder.url(project.slug, occasion.started_at)
        commit = (
            commits.of_branch(project.slug, occasion.branch, occasion.attempt)
            if occasion.pull_request
            else commits.newest(project.slug, occasion.started_at)
        )
        return Metadata(
            name=self.lane.name,
            environment=occasion.environment,
            type=self.lane.type,
            branch=occasion.branch,
            commit=commit,
            pull_request=occasion.pull_request,
            ci_provider=project.builder.provider,
            build_url=url,
            build_key=url,
            labels=project.labels,
            started_at=occasion.started_at,
        )


def plan(until: datetime, days: int = 90) -> list[Planned]:
    """Return the runs of the days up to `until` (UTC), oldest first; none ends after it."""
    last = until.date()
    planned = [item for project in PROJECTS for item in _of_project(project, last, days)]
    ended = [item for item in planned if item.occasion.started_at + _LONGEST <= until]
    return sorted(ended, key=lambda item: item.occasion.started_at)


def _of_project(project: Project, last: date, days: int) -> Iterator[Planned]:
    for days_ago in range(days):
        day = last - timedelta(days=days_ago)
        for lane in project.lanes:
            if lane.schedule.runs_on(day, days_ago):
                started_at = _moment(day, lane.schedule.hour, lane.schedule.minute, f"{project.slug}/{lane.name}")
                yield Planned(
                    project,
                    lane,
                    Occasion(
                        project=project.slug,
                        lane=lane.name,
                        environment=lane.environment,
                        branch="main",
                        started_at=started_at,
                        days_ago=days_ago,
                    ),
                )
    if project.change_lane is not None:
        for change in project.changes:
            yield from _of_change(project, project.change_lane, change, last, days)


def _of_change(project: Project, lane: Lane, change: Change, last: date, days: int) -> Iterator[Planned]:
    for attempt in range(change.runs):
        days_ago = change.opened - attempt // 2
        if 0 <= days_ago < days:
            day = last - timedelta(days=days_ago)
            started_at = _moment(day, lane.schedule.hour + 4 * (attempt % 2), change.number % 40, change.branch)
            yield Planned(
                project,
                lane,
                Occasion(
                    project=project.slug,
                    lane=lane.name,
                    environment=lane.environment,
                    branch=change.branch,
                    started_at=started_at,
                    days_ago=days_ago,
                    pull_request=str(change.number),
                    attempt=attempt,
                    is_last=attempt == change.runs - 1,
                ),
            )


def _moment(day: date, hour: int, minute: int, what: str) -> datetime:
    """Return that time of the day, a few seconds late, as queues are."""
    late = sum(f"{what}{day}".encode()) % 240
    return datetime.combine(day, time(hour, minute), UTC) + timedelta(seconds=late)
