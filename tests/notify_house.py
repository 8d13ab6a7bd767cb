"""A project with channels in a real database, and the shortest words for what the delivery tests do with it."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from testflux.kit import clock, seal
from testflux.kit.settings import Settings
from testflux.model.access import EVERYBODY, Tenant
from testflux.model.message import ChannelKind, Event, Item, Rule, RunMessage
from testflux.model.status import Kind, Verdict
from testflux.notify import signature
from testflux.store import channels, deliveries
from testflux.store.database import Database, Row
from testflux.store.deliveries import Key
from testflux.work import deliver

AT_ONCE = (timedelta(0), timedelta(0), timedelta(0))
SECRET = "whsec_" + base64.b64encode(b"a key of thirty-two bytes length").decode()
ORG, PROJECT = 1, 1


def told(run_number: int = 1284) -> RunMessage:
    return RunMessage(
        event=Event.RUN_FINISHED,
        project_slug="webshop",
        project_name="Web shop",
        run_id=f"1-{run_number}",
        run_number=run_number,
        kind=Kind.FUNCTIONAL,
        name="nightly",
        verdict=Verdict.FAILED,
        totals={"total": 10, "passed": 4, "failed": 6, "skipped": 0, "broken": 0},
        branch="main",
        commit="abc123",
        environment="staging",
        type="regression",
        started_at=clock.now(),
        duration_ms=61_500,
        url=f"/runs/1-{run_number}",
        new_failures=6,
        fixed=0,
        item_count=1,
        items=(Item("Pays by card", "Shop / Checkout", "boom", is_new=True),),
        baseline_number=1279,
        request_id="req-1",
    )


class House:
    """The project `webshop` of the only organisation."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings

    async def add_webhook(self, url: str, rule: Rule = Rule.EVERY_RUN, *, is_enabled: bool = True) -> Row:
        sealed = seal.seal(self.settings.secret_key, signature.PURPOSE, SECRET.encode())
        return await self._add(ChannelKind.WEBHOOK, {"url": url}, rule, sealed, is_enabled=is_enabled)

    async def add_mail(self, *recipients: str) -> Row:
        return await self._add(ChannelKind.EMAIL, {"recipients": recipients}, Rule.EVERY_RUN, None, is_enabled=True)

    async def _add(
        self, kind: ChannelKind, config: dict[str, Any], rule: Rule, secret: bytes | None, *, is_enabled: bool
    ) -> Row:
        async with self.database.write(EVERYBODY) as writer:
            return await channels.add_channel(
                writer,
                PROJECT,
                kind=kind,
                name=f"{kind} {rule}",
                rule=rule,
                config=config,
                secret=secret,
                is_enabled=is_enabled,
            )

    async def tell(self, what: RunMessage | None = None, rules: tuple[Rule, ...] = tuple(Rule)) -> list[Key]:
        what = what or told()
        async with self.database.write(EVERYBODY) as writer:
            return await deliveries.add_deliveries(writer, PROJECT, what.run_number, what.run_number, what, rules)

    async def deliver(self, key: Key, delays: tuple[timedelta, ...] = AT_ONCE) -> None:
        await deliver.deliver(self.database, self.settings, key, delays)

    async def row(self, key: Key) -> Row:
        async with self.database.read(EVERYBODY) as reader:
            return await deliveries.get_delivery(reader, Tenant(ORG), key)

    async def rows(self, query: str) -> list[Row]:
        async with self.database.read(EVERYBODY) as reader:
            return await reader.all(query)

    async def jobs(self) -> list[tuple[str, Any]]:
        rows = await self.rows("select status::text, args from procrastinate_jobs order by id")
        return [(row["status"], row["args"]) for row in rows]
