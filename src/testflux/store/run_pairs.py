"""Two runs at once: what is compared with each other."""

from __future__ import annotations

from testflux.model.access import Tenant
from testflux.store import queries, scoping
from testflux.store.database import Reader, Row

_SQL = queries.load("run_pairs")


async def find_pair(reader: Reader, tenant: Tenant, project_id: int, first: int, second: int) -> tuple[Row, Row] | None:
    """Return two runs of a project in this order (or one twice); None when the tenant has not both of them."""
    values = scoping.values_of(tenant) | {"project_id": project_id, "first": first, "second": second}
    found = {row["run_id"]: row for row in await reader.all(_SQL["list_pair"], **values)}
    return (found[first], found[second]) if {first, second} == found.keys() else None
