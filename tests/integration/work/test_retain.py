from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from made import F, P, Project, S, chunks, finding, functional, list_files, make_project, result, scan
from testflux import pipeline
from testflux.kit import clock, hashing
from testflux.model.access import EVERYBODY
from testflux.model.report import Report
from testflux.model.retention import Ages, Kept
from testflux.model.run import Metadata
from testflux.store import attachments, intake, months, partitions, retention, stars, uploads, usage
from testflux.store.blobs import Blobs
from testflux.store.database import Database, Row
from testflux.work import retain, schedule

FIRST = date(2023, 1, 1)
MONTHS = 36
TABLES = ("result_chunk", "result_row", "finding_seen", "run_log", "run_part", "keyword_count", "upload_file")
SIZE = "select sum(pg_total_relation_size(relid))::bigint from pg_partition_tree('result_chunk')"
_keys = itertools.count()


class House:
    """Two projects, their files, and a clock that is held."""

    def __init__(self, database: Database, blobs: Blobs, shop: Project, desk: Project) -> None:
        self.database = database
        self.blobs = blobs
        self.projects = {"shop": shop, "desk": desk}
        self.today = FIRST

    async def arrive(self, project: Project, report: Report, day: date) -> Row:
        """Take a report with a picture in: the file is one of its own, the picture is one of three."""
        number = next(_keys)
        report = msgspec.structs.replace(report, started_at=datetime.combine(day, time(12), UTC))
        own = await self.blobs.put(chunks(b"report %d " % number * 50), 10_000)
        picture = await self.blobs.put(chunks(b"picture %d" % (number % 3)), 100)
        new = uploads.NewUpload(
            project_id=project.project_id,
            key=hashing.digest(("retained", str(number))),
            file_name="made.xml",
            size_bytes=own.size_bytes,
            metadata=Metadata(name="nightly"),
            blob=own,
            files=(attachments.NewFile(attachments.Role.ATTACHMENT, "a.png", picture, "image/png"),),
        )
        async with self.database.write(EVERYBODY) as writer:
            upload_id, _ = await uploads.add_upload(writer, new)
        async with self.database.read(EVERYBODY) as reader:
            upload = await uploads.get_upload(reader, project.project_id, upload_id)
        await pipeline._store(self.database, upload, report, intake.Laps(0))  # noqa: SLF001
        (run,) = await project.rows(
            "select r.* from run r join upload u using (project_id, run_id) "
            "where u.project_id = %(project_id)s and u.upload_id = %(id)s",
            id=upload_id,
        )
        return run

    async def keep(self, ages: Ages, own: dict[str, retention.Own] | None = None) -> None:
        async with self.database.write(EVERYBODY) as writer:
            await retention.save_org_ages(writer, 1, ages)
            for slug, days in (own or {}).items():
                await retention.save_own(writer, self.projects[slug].project_id, days)

    async def star(self, run: Row) -> None:
        async with self.database.write(EVERYBODY) as writer:
            await stars.add_star(writer, run["project_id"], run["run_id"], 1)

    async def rows(self, query: str, **values: object) -> list[Row]:
        return await self.projects["shop"].rows(query, **values)

    async def one(self, query: str, **values: object) -> int:
        (row,) = await self.rows(query, **values)
        return next(iter(row.values()))

    async def night(self) -> None:
        assert await retain.retain(self.database, self.blobs, self.today)
        await retain.recount(self.database, self.today)


@pytest.fixture
async def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    shop, desk = await make_project(database), await make_project(database, "desk")
    house = House(database, Blobs(tmp_path / "blobs"), shop, desk)
    monkeypatch.setattr(clock, "now", lambda: datetime.combine(house.today, time(3, 17), UTC))
    return house


def month_of(month: int) -> Report:
    """Make a report in which most is as ever, one test is new each month, and one fails in the month's own way."""
    return functional(
        *(result(f"t{number}") for number in range(5)),
        result(f"only {month}", P),
        result("breaks", F, f"broke in month {month}"),
        result("rests", S, "as ever"),
    )


async def totals(house: House) -> Row:
    (row,) = await house.rows(
        "select sum(runs)::int as runs, sum(passed)::int as passed, sum(failed)::int as failed from day_total"
    )
    return row


async def expect_no_orphans(house: House) -> None:
    """Nothing names a run that is gone, and nothing that only gone runs knew is left."""
    for table in TABLES[:-1]:
        strays = f"select count(*) from {table} x where not exists (select from run r where r.run_id = x.run_id)"  # noqa: S608
        assert await house.one(strays) == 0, table
    lost = {
        "tests": "select count(*) from test t where not exists (select from result where result.project_id = "
        "t.project_id and result.test_no = t.test_no)",
        "causes": "select count(*) from failure f where not exists (select from result_row w where w.failure_id = "
        "f.failure_id) or not exists (select from run r where r.run_id = f.first_run_id)",
        "messages": "select count(*) from message m where not exists (select from result_row w where w.message_id = "
        "m.message_id)",
        "uploads": "select count(*) from upload u where not exists (select from run r where r.run_id = u.run_id)",
        "findings": "select count(*) from finding f where not exists (select from finding_seen s where s.finding_no = "
        "f.finding_no and s.project_id = f.project_id)",
    }
    found = {name: await house.one(query) for name, query in lost.items()}
    assert found == dict.fromkeys(lost, 0)


async def expect_exact_bytes(house: House) -> None:
    """What is counted is what lies there: in the database, and in the folder."""
    async with house.database.read(EVERYBODY) as reader:
        assert await usage.list_differences(reader) == []
    named = await house.rows(
        "select blob_digest from upload where blob_digest is not null union select blob_digest from upload_file"
    )
    assert set(await list_files(house.blobs)) == {row["blob_digest"] for row in named}
    assert await house.one("select count(*) from blob") == len(named)


async def test_three_years_of_runs_come_and_go(house: House) -> None:
    """Each month is made ahead, filled, and let go in its time; what is starred stays, and so do the totals."""
    ages = Ages(results=300, evidence=60, rows=120, audit=90)
    await house.keep(ages, {"desk": {Kept.RESULTS: 500}})
    day, arrived, sizes = FIRST, 0, list[int]()
    starred: Row = {}
    for month in range(MONTHS):
        house.today = day
        await schedule.prepare(house.database)
        async with house.database.read(EVERYBODY) as reader:
            assert await partitions.find_missing(reader, partitions.months_ahead(day)) == []
        for project in house.projects.values():
            await house.arrive(project, month_of(month), day.replace(day=3))
            run = await house.arrive(project, month_of(month), day.replace(day=17))
            await house.arrive(project, scan(finding(f"only {month}"), finding("always")), day.replace(day=20))
            arrived += 3
            if month == 4 and not starred:
                starred = run
                await house.star(run)
        day = months.Month("result_chunk", day).past
        house.today = day
        await house.night()
        sizes.append(await house.one(SIZE))

        oldest = await house.rows(
            "select p.slug, min(r.run_day) as day, min(r.run_day) filter (where u.blob_digest is not null) as files, "
            "min(r.run_day) filter (where r.rows_dropped_at is null) as rows "
            "from run r join project p using (project_id) join upload u using (project_id, run_id) "
            "where r.run_id <> %(starred)s group by 1",
            starred=starred.get("run_id", 0),
        )
        assert len(oldest) == 2
        for row in oldest:
            results = 500 if row["slug"] == "desk" else 300
            assert row["day"] >= house.today - timedelta(days=results)
            assert row["files"] >= house.today - timedelta(days=60)
            assert row["rows"] >= house.today - timedelta(days=120)
        assert await totals(house) == {
            "runs": arrived,
            "passed": arrived // 3 * 2 * 6,
            "failed": arrived // 3 * 2,
        }
        if month % 6 == 5:
            await expect_no_orphans(house)
            await expect_exact_bytes(house)

    (kept,) = await house.rows(
        "select r.rows_dropped_at, u.blob_digest is not null as has_file from run r join upload u using (run_id) "
        "where r.run_id = %(run_id)s",
        run_id=starred["run_id"],
    )
    assert kept == {"rows_dropped_at": None, "has_file": True}
    assert await house.one("select count(*) from result where run_id = %(id)s", id=starred["run_id"]) == 8
    async with house.database.read(EVERYBODY) as reader:
        there = {name for name in await partitions.list_partitions(reader) if "2026" not in name}
    chunks_of = sorted(name for name in there if name.startswith("result_chunk"))
    # 500 days are a year and four months and some; the star holds its own month.
    assert chunks_of[:2] == ["result_chunk_2023_05", "result_chunk_2024_08"]
    assert sorted(name for name in there if name.startswith("result_row"))[:2] == [
        "result_row_2023_05",
        "result_row_2025_09",
    ]
    assert max(sizes[20:]) < 1.2 * sizes[19], "a plateau: what comes is what goes"
    noted = "select sum((after ->> 'runs')::int) from audit_event where act = 'retention.remove'"
    assert await house.one(noted) == arrived - await house.one("select count(*) from run"), "the audit log has them all"
    with capture_logs() as logged:
        await schedule.check_totals(house.database)
    assert logged == []


async def test_nothing_is_set_and_nothing_goes(house: House) -> None:
    shop = house.projects["shop"]
    await house.arrive(shop, month_of(0), FIRST)
    house.today = date(2053, 1, 1)
    await house.night()
    assert await house.one("select count(*) from run") == 1
    assert await house.one("select count(*) from audit_event where act = 'retention.remove'") == 0
    async with house.database.read(EVERYBODY) as reader:
        assert partitions.partition_name("result_chunk", FIRST) in await partitions.list_partitions(reader)


async def test_where_one_project_stays_the_others_rows_go_and_the_month_becomes_tight(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A month that another project keeps is not dropped: its rows go one by one, and the file is written anew."""
    monkeypatch.setattr(months.list_hollow, "__defaults__", (0,))
    shop, desk = house.projects["shop"], house.projects["desk"]
    many = functional(*(result(f"t{number}", F, f"broke {number}") for number in range(400)))
    for day in range(1, 5):
        await house.arrive(shop, many, FIRST.replace(day=day))
    await house.arrive(desk, month_of(0), FIRST)
    name = partitions.partition_name("result_row", FIRST)
    before = await house.one("select pg_relation_size(%(name)s::regclass)", name=name)
    await house.keep(Ages(results=30), {"desk": {Kept.RESULTS: None}})
    house.today = date(2023, 6, 1)
    with capture_logs() as logged:
        await house.night()
    assert [entry["partition"] for entry in logged if entry["event"] == "rewrote a month"] == [
        partitions.partition_name("result_chunk", FIRST),
        name,
    ]
    assert await house.one("select pg_relation_size(%(name)s::regclass)", name=name) < before / 4
    options = await house.one(
        "select reloptions::text from pg_class where oid = %(name)s::regclass",
        name=partitions.partition_name("result_chunk", FIRST),
    )
    assert options == "{toast_tuple_target=4080}", "the copy keeps its chunks whole, too"
    assert await house.rows("select run_day, count(*) from result_row group by 1") == [{"run_day": FIRST, "count": 2}]
    assert (await house.rows("select results_kept_from from project order by project_id"))[0] == {
        "results_kept_from": date(2023, 1, 5)
    }
    await house.arrive(desk, month_of(1), FIRST)
    assert await house.one("select count(*) from result_row where run_day = '2023-01-01'") == 4
    await expect_no_orphans(house)


async def test_a_run_that_comes_back_into_a_month_that_is_being_dropped_stays(house: House) -> None:
    run = await house.arrive(house.projects["shop"], month_of(0), FIRST)
    month = months.Month("result_chunk", FIRST)
    async with months.alone(house.database) as hands:
        assert hands is not None
        assert not await months.drop_month(hands, month)
    assert await house.one("select count(*) from result where run_id = %(id)s", id=run["run_id"]) == 8


async def test_a_drop_that_was_interrupted_is_finished_the_next_night(house: House) -> None:
    async with house.database.write(EVERYBODY) as writer:
        await partitions.ensure(writer, FIRST)
    async with months.alone(house.database) as hands:
        assert hands is not None
        await hands.run("alter table result_chunk detach partition result_chunk_2023_01 concurrently")
    await house.night()
    assert await house.one("select count(*) from pg_class where relname = 'result_chunk_2023_01'") == 0


async def test_two_workers_do_not_clean_at_once(house: House) -> None:
    async with months.alone(house.database) as hands:
        assert hands is not None
        assert not await retain.retain(house.database, house.blobs, house.today)
    assert await retain.retain(house.database, house.blobs, house.today)


async def test_a_wrong_count_is_an_alert_and_put_right(house: House) -> None:
    await house.arrive(house.projects["shop"], month_of(0), FIRST)
    async with house.database.write(EVERYBODY) as writer:
        await writer.run("update project_usage set file_bytes = file_bytes + 5")
        await writer.run("update org set file_bytes = 7")
    with capture_logs() as logged:
        await retain.recount(house.database, house.today)
        await retain.recount(house.database, house.today)
    assert [entry["event"] for entry in logged] == ["files were counted wrong"] * 2
    await expect_exact_bytes(house)
    (day,) = await house.rows("select * from usage_day where file_bytes > 0")
    assert (day["day"], min(day["result_bytes"], day["row_bytes"], day["total_bytes"]) > 0) == (house.today, True)


async def test_readers_of_a_month_keep_it_until_they_are_done(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A month that somebody reads is left for another night; the reader notices nothing."""
    await house.arrive(house.projects["shop"], month_of(0), FIRST)
    await house.keep(Ages(results=30))
    house.today = date(2023, 6, 1)
    sql = dict(months._SQL) | {"wait_briefly": "set lock_timeout = '50ms'"}  # noqa: SLF001
    monkeypatch.setattr(months, "_SQL", sql)
    async with house.database.hold(EVERYBODY) as reader:
        assert len(await reader.all("select from result_chunk where run_day = '2023-01-01'")) == 1
        await house.night()
        assert await reader.all("select from result_chunk where run_day = '2023-02-01'") == []
    assert await house.one("select count(*) from pg_class where relname = 'result_chunk_2023_01'") == 1
    await house.night()
    assert await house.one("select count(*) from pg_class where relname = 'result_chunk_2023_01'") == 0
