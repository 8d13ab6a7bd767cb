"""From one PostgreSQL to many: which tables Citus spreads by project, copies everywhere, or leaves where they are."""

from __future__ import annotations

import msgspec

from testflux.kit import errors
from testflux.model.access import EVERYBODY
from testflux.store import queries
from testflux.store.database import Database, Reader

COPIED = ("org", "app_user", "project")
"""Small tables that queries join with those of a project: a copy on every node. In the order of their references."""
KEPT = (
    "api_token",
    "audit_event",
    "audit_head",
    "audit_stream",
    "backup",
    "blob",
    "chore",
    "external_identity",
    "identity_provider",
    "intake_outcome",
    "intake_stage",
    "invitation",
    "live_event",
    "member",
    "org_domain",
    "org_retention",
    "password_reset",
    "recovery_code",
    "role",
    "role_grant",
    "session",
    "sign_in",
    "sign_in_flow",
    "sign_in_wait",
    "worker",
)
"""Tables of the whole installation: they stay on the coordinator, like the queue, which lives by LISTEN and locks."""
FIRST = "upload"
"""The table that the others follow."""

_SQL = queries.load("distribution")


class Table(msgspec.Struct, frozen=True):
    """A table, the first column of its primary key, and what its foreign keys name."""

    name: str
    leads: str
    refers_to: list[str]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of every table, and the statements that do it, in order; `is_possible`: the extension is there."""

    copied: list[str]
    spread: list[str]
    kept: list[str]
    statements: list[str]
    is_possible: bool


async def list_tables(reader: Reader) -> list[Table]:
    """List our tables by name, without those of the queue."""
    return [Table(**row) for row in await reader.all(_SQL["list_tables"])]


async def get_plan(reader: Reader) -> Plan:
    """Return the plan for a database as it is: what is done already is left out."""
    extension = await reader.one(_SQL["find_extension"])
    placed = {row["name"] for row in await reader.all(_SQL["list_placed"])} if extension["is_used"] else set[str]()
    names = [table.name for table in await list_tables(reader)]
    spread = [FIRST, *(table.name for table in await list_tables(reader) if _is_spread(table) and table.name != FIRST)]
    kept = [name for name in names if name not in {*COPIED, *spread}]
    statements = [] if extension["is_used"] else [_SQL["use_extension"]]
    statements += [_about("copy_everywhere", name) for name in COPIED if name not in placed]
    statements += [_about("spread_first" if name == FIRST else "spread", name) for name in spread if name not in placed]
    statements += [_about("empty_coordinator", name) for name in spread]
    return Plan(copied=list(COPIED), spread=spread, kept=kept, statements=statements, is_possible=extension["is_there"])


async def run(database: Database) -> Plan:
    """Distribute the database, each statement in a transaction of its own; SetupError without the extension."""
    async with database.read(EVERYBODY) as reader:
        plan = await get_plan(reader)
    if not plan.is_possible:
        hint = "Install Citus on every node and add it to shared_preload_libraries; without --run the plan is printed."
        raise errors.SetupError("This PostgreSQL has no Citus.", hint=hint, code="citus-missing")
    for statement in plan.statements:
        async with database.write(EVERYBODY) as writer:
            await writer.run(statement)
    return plan


def _is_spread(table: Table) -> bool:
    return table.leads == "project_id" and table.name not in COPIED


def _about(query: str, name: str) -> str:
    return _SQL[query].replace("TABLE_NAME", name).replace("FIRST_NAME", FIRST)
