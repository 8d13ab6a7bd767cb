"""How much is stored, how fast that grows, and how much it may be."""

from __future__ import annotations

import asyncio
import shutil
from collections import defaultdict
from datetime import date, timedelta

import msgspec
from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from testflux.analyse import forecast
from testflux.kit import clock, settings
from testflux.model.access import EVERYBODY, Actor, Permission
from testflux.serve import declare, retention
from testflux.serve.shapes.storage import Disk, Forecast, ProjectQuota, ProjectStorage, Quotas, Storage
from testflux.store import audit, database, projects, usage
from testflux.store import retention as policies

_SHORT_DAYS = 30
_LONG_DAYS = 90
_PARTS = ("result_bytes", "row_bytes", "file_bytes", "total_bytes")

_History = list[tuple[date, int, int]]


@get("/storage", **declare.route("getStorage", Permission.STORAGE_MANAGE))
async def get_storage(
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
    settings: NamedDependency[settings.Settings],
) -> Storage:
    """Answer what each project takes up, how fast that grows, and when a quota or the disk is full."""
    today = clock.now().date()
    items, days, org = await _measure(actor, database, today)
    everything = (today, sum(item.bytes for item in items), org["file_bytes"])
    whole = _forecast(_together(days), everything, org["quota_bytes"])
    return Storage(
        items=items,
        bytes=everything[1],
        file_bytes=org["file_bytes"],
        quotas=Quotas(quota_bytes=org["quota_bytes"], project_quota_bytes=org["project_quota_bytes"]),
        forecast=whole,
        disk=await _disk(settings, whole.daily_30, today),
    )


@get("/projects/{slug:str}/storage", **declare.route("getProjectStorage", Permission.STORAGE_MANAGE, 404))
async def get_project_storage(
    slug: FromPath[str], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> ProjectStorage:
    """Answer what a project takes up, how fast that grows, and when its quota is full."""
    items, _, _ = await _measure(actor, database, clock.now().date())
    found = next((item for item in items if item.slug == slug), None)
    if found is None:
        raise projects.no_project(slug)
    return found


@put("/storage/quotas", **declare.route("saveQuotas", Permission.STORAGE_MANAGE, 413, 415))
async def save_quotas(
    data: JSONBody[Quotas], actor: NamedDependency[Actor], database: NamedDependency[database.Database]
) -> Quotas:
    """Set how much the organisation may hold, and each project without a quota of its own. What is there stays."""
    async with database.write(actor.tenant) as writer:
        old = await usage.get_org(writer, actor.org_id)
        await usage.save_org_quota(writer, actor.org_id, data.quota_bytes, data.project_quota_bytes)
        changed = audit.changes(old, msgspec.structs.asdict(data))
        audit.note(writer, actor.org_id, "quota.change", audit.Target("organisation", actor.org_id), **changed)
    return data


@put("/projects/{slug:str}/quota", **declare.route("saveProjectQuota", Permission.STORAGE_MANAGE, 404, 413, 415))
async def save_project_quota(
    slug: FromPath[str],
    data: JSONBody[ProjectQuota],
    actor: NamedDependency[Actor],
    database: NamedDependency[database.Database],
) -> ProjectQuota:
    """Set how much a project may hold. What is there stays."""
    async with database.write(actor.tenant) as writer:
        project = await projects.get_project(writer, actor.tenant, slug)
        await usage.save_project_quota(writer, project["project_id"], data.quota_bytes)
        number, after = project["project_id"], {"quota_bytes": data.quota_bytes}
        target = audit.Target("project", number, slug)
        audit.note(writer, actor.org_id, "quota.change", target, project_id=number, after=after)
    return data


async def _measure(
    actor: Actor, database: database.Database, today: date
) -> tuple[list[ProjectStorage], list[database.Row], database.Row]:
    """Return what each project takes up, what they took up on earlier days, and the organisation's own limits."""
    # Tables are shared: how much of one is somebody's, all of its rows together say.
    async with database.read(EVERYBODY) as reader:
        rows = await usage.measure(reader, actor.tenant)
    async with database.read(actor.tenant) as reader:
        days = await usage.list_days(reader, actor.tenant, today - timedelta(days=_LONG_DAYS))
        ages = {policy.project_id: policy.ages for policy in await policies.list_policies(reader, actor.tenant)}
        org = await usage.get_org(reader, actor.org_id)
    histories = _by_project(days)
    items = [
        ProjectStorage(
            **{name: row[name] for name in ("slug", "name", "quota_bytes", *_PARTS)},
            bytes=_sum(row),
            project_quota_bytes=org["project_quota_bytes"],
            most_bytes=(most := _first(row["quota_bytes"], org["project_quota_bytes"])),
            forecast=_forecast(histories[row["project_id"]], (today, _sum(row), row["file_bytes"]), most),
            retention=retention.shape(ages[row["project_id"]]),
        )
        for row in rows
    ]
    return items, days, org


def _by_project(days: list[database.Row]) -> defaultdict[int, _History]:
    histories: defaultdict[int, _History] = defaultdict(list)
    for row in days:
        histories[row["project_id"]].append((row["day"], row["bytes"], row["file_bytes"]))
    return histories


def _together(days: list[database.Row]) -> _History:
    sums: dict[date, tuple[int, int]] = {}
    for row in days:
        size, files = sums.get(row["day"], (0, 0))
        sums[row["day"]] = size + row["bytes"], files + row["file_bytes"]
    return [(day, *both) for day, both in sums.items()]


def _forecast(history: _History, now: tuple[date, int, int], most: int | None) -> Forecast:
    """Foretell from all bytes how a place grows, and from the files alone when their quota is full."""
    today, size, files = now
    sizes = [(day, bytes_) for day, bytes_, _ in history]
    of_files = [(day, file_bytes) for day, _, file_bytes in history]
    daily_files = forecast.growth(of_files, (today, files), _SHORT_DAYS)
    return Forecast(
        daily_30=forecast.growth(sizes, (today, size), _SHORT_DAYS),
        daily_90=forecast.growth(sizes, (today, size), _LONG_DAYS),
        full_on=forecast.full_on(files, most, daily_files, today),
    )


async def _disk(settings: settings.Settings, daily: float | None, today: date) -> Disk | None:
    """Look at the disk of the data folder; with everything elsewhere there may be none."""
    if not settings.data_dir.exists():
        return None
    disk = await asyncio.to_thread(shutil.disk_usage, settings.data_dir)
    return Disk(
        size_bytes=disk.total, free_bytes=disk.free, full_on=forecast.full_on(disk.used, disk.total, daily, today)
    )


def _sum(row: database.Row) -> int:
    return sum(row[name] for name in _PARTS)


def _first(own: int | None, default: int | None) -> int | None:
    return default if own is None else own


ROUTES = [get_storage, get_project_storage, save_quotas, save_project_quota]
