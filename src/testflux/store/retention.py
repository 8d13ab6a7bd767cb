"""How long an organisation and its projects keep what, and what a change of that would delete."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from testflux.model.access import Tenant
from testflux.model.retention import Ages, CutOff, Kept
from testflux.store import queries, scoping
from testflux.store.database import Reader, Row, Writer

_SQL = queries.load("retention")

Own = dict[Kept, int | None]
"""What is set, in days, None for ever; what is not in it is the organisation's (for an organisation: for ever)."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for a project: its own ages where it has them, else its organisation's."""

    project_id: int
    slug: str
    ages: Ages


async def get_org_ages(reader: Reader, org_id: int) -> Ages:
    """Return how long an organisation keeps what."""
    rows = await reader.all(_SQL["list_org_ages"], org_id=org_id)
    return Ages(**{row["kind"]: row["days"] for row in rows})


async def get_own(reader: Reader, project_id: int) -> Own:
    """Return where a project differs from its organisation."""
    rows = await reader.all(_SQL["list_own"], project_id=project_id)
    return {Kept(row["kind"]): row["days"] for row in rows}


async def save_org_ages(writer: Writer, org_id: int, ages: Ages) -> None:
    """Set how long an organisation keeps what. Nothing is deleted before the night."""
    await writer.run(_SQL["drop_org_ages"], org_id=org_id)
    days = {kind: getattr(ages, kind) for kind in Kept if getattr(ages, kind) is not None}
    await writer.run(_SQL["add_org_ages"], org_id=org_id, kinds=list(days), days=list(days.values()))


async def save_own(writer: Writer, project_id: int, own: Own) -> None:
    """Set where a project differs from its organisation. Nothing is deleted before the night."""
    await writer.run(_SQL["drop_own"], project_id=project_id)
    await writer.run(_SQL["add_own"], project_id=project_id, kinds=list(own), days=list(own.values()))


async def list_policies(reader: Reader, tenant: Tenant | None = None) -> list[Policy]:
    """Return what holds for each project of a tenant, or of all there are."""
    rows = await reader.all(_SQL["list_policies"], **scoping.values_of_any(tenant), kinds=list(Kept))
    return [Policy(project_id=row["project_id"], slug=row["slug"], ages=_ages(row)) for row in rows]


def changed(policies: list[Policy], org_ages: Ages, owns: Mapping[int, Own]) -> list[Policy]:
    """Return what would hold if the organisation had these ages; each project differs as `owns` says by its id."""
    return [
        msgspec.structs.replace(policy, ages=combine(org_ages, owns.get(policy.project_id, {}))) for policy in policies
    ]


def combine(org_ages: Ages, own: Own) -> Ages:
    """Return the ages of a project that differs from its organisation in `own`."""
    return msgspec.structs.replace(org_ages, **{kind.value: days for kind, days in own.items()})


async def list_owns(reader: Reader, tenant: Tenant) -> dict[int, Own]:
    """Return where each project of a tenant differs from its organisation."""
    owns: dict[int, Own] = {}
    for row in await reader.all(_SQL["list_owns"], **scoping.values_of(tenant)):
        owns.setdefault(row["project_id"], {})[Kept(row["kind"])] = row["days"]
    return owns


async def preview(reader: Reader, policies: list[Policy], today: date) -> Row:
    """Count what the next night would delete under these policies; nothing is deleted.

    Returns runs, results (in them), row_runs (that only lose their rows), files, file_bytes, audits, first_day and
    last_day of the runs that lose anything (None when none does). A file that something kept still names is not
    counted.
    """
    cuts = [policy.ages.cut_off(today) for policy in policies]
    return await reader.one(
        _SQL["preview"],
        project_ids=[policy.project_id for policy in policies],
        results=_days(cuts, Kept.RESULTS),
        evidence=_days(cuts, Kept.EVIDENCE),
        rows=_days(cuts, Kept.ROWS),
        audit=_days(cuts, Kept.AUDIT),
    )


def _ages(row: Row) -> Ages:
    return Ages(**{kind.value: row[kind.value] for kind in Kept})


def _days(cuts: list[CutOff], kind: Kept) -> list[date | None]:
    return [getattr(cut, kind.value) for cut in cuts]
