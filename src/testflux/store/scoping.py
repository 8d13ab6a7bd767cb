"""What a query binds to keep to the rows of a tenant."""

from __future__ import annotations

from typing import Any

from testflux.model.access import Tenant


def values_of(tenant: Tenant) -> dict[str, Any]:
    """Return `org_id` and `project_ids` (None: all of the organisation's) as queries name them."""
    only = tenant.project_ids
    return {"org_id": tenant.org_id, "project_ids": None if only is None else list(only)}


def values_of_any(tenant: Tenant | None) -> dict[str, Any]:
    """Return the same for queries of the house itself, to which None stands for every organisation."""
    return {"org_id": None, "project_ids": None} if tenant is None else values_of(tenant)
