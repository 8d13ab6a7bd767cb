from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from made import NOON, F, P, Project, functional, outcomes, result
from testflux.model.access import EVERYBODY
from testflux.model.raw import RawLogMessage
from testflux.model.run import Metadata
from testflux.store import parts, removal, run_results
from testflux.store.database import Row

SAID: dict[str, Any] = {
    "name": "ci",
    "build_key": "github:42",
    "environment": "staging",
    "type": "e2e",
    "branch": "main",
    "commit": "c",
}
MINUTE = timedelta(minutes=1)


async def find(project: Project, **said: str) -> Row | None:
    async with project.database.write(EVERYBODY) as writer:
        return await parts.find_run(writer, project.project_id, msgspec.convert({**SAID, **said}, Metadata))


async def test_a_run_is_found_by_all_that_its_uploads_have_to_share(project: Project) -> None:
    run = await project.arrive(outcomes(a=P), **SAID)
    found = await find(project)
    assert found is not None
    assert (found["run_id"], found["number"], found["parts"]) == (run["run_id"], 1, 1)


@pytest.mark.parametrize("other", [*SAID, "no-key", "no-name"])
async def test_an_upload_that_differs_in_one_of_them_is_a_run_of_its_own(project: Project, other: str) -> None:
    await project.arrive(outcomes(a=P), **SAID)
    said = {"build_key": ""} if other == "no-key" else {"name": ""} if other == "no-name" else {other: "other"}
    assert await find(project, **said) is None


async def test_a_name_that_the_report_gave_itself_joins_nothing(project: Project) -> None:
    unnamed = {key: value for key, value in SAID.items() if key != "name"}
    await project.arrive(outcomes(a=P), **unnamed)
    await project.arrive(outcomes(b=P), **unnamed)
    assert await find(project, name="") is None
    assert await project.count("run") == 2


async def test_a_full_run_takes_no_more(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST", 2)
    for name in "abc":
        await project.arrive(outcomes(**{name: P}), **SAID)
    rows = await project.rows("select run_id, count(*) as parts from run_part group by run_id order by run_id")
    assert [row["parts"] for row in rows] == [2, 1]


async def test_a_run_whose_rows_retention_removed_takes_no_more(project: Project) -> None:
    await project.arrive(outcomes(a=P), **SAID)
    async with project.database.write(EVERYBODY) as writer:
        await writer.run("update run set rows_dropped_at = now()")
    assert await find(project) is None


async def test_an_earlier_day_takes_everything_along(project: Project) -> None:
    midnight = NOON.replace(hour=0)
    await project.arrive(functional(result("a", F, "x")), midnight + MINUTE, **SAID)
    run = await project.arrive(functional(result("b")), midnight - MINUTE, **SAID)
    assert run["started_at"] == midnight - MINUTE
    for table in ("run", "result_chunk", "result_row"):
        assert {row["run_day"] for row in await project.rows(f"select run_day from {table}")} == {run["run_day"]}  # noqa: S608
    firsts = await project.rows("select first_seen_at from test union select first_seen_at from failure")
    assert firsts == [{"first_seen_at": midnight - MINUTE}]
    assert await project.rows("select run_day, runs, failed from day_total") == [
        {"run_day": run["run_day"], "runs": 1, "failed": 1}
    ]


async def test_each_test_leads_into_the_file_of_its_own_part(project: Project) -> None:
    await project.arrive(functional(result("a", evidence=(10, 20)), result("b", F, "x", evidence=(20, 30))), **SAID)
    later = functional(result("b", evidence=(7, 9)), result("c", evidence=(1, 7)), result("d"))
    run = await project.arrive(later, NOON + MINUTE, **SAID)
    async with project.database.read(EVERYBODY) as reader:
        found = [await run_results.find_evidence(reader, run, number) for number in range(5)]
    assert found == [None] * 5, "made uploads have no file"
    async with project.database.write(EVERYBODY) as writer:
        await writer.run("insert into blob (digest, size_bytes) values ('\\x01', 1), ('\\x02', 1)")
        await writer.run("update upload set blob_digest = decode('0' || upload_id, 'hex')")
    async with project.database.read(EVERYBODY) as reader:
        found = [await run_results.find_evidence(reader, run, number) for number in range(5)]
    places = [item and (item["part_no"], item["blob_digest"], item["start"], item["end"]) for item in found]
    assert places == [(0, b"\x01", 10, 20), (1, b"\x02", 7, 9), (1, b"\x02", 1, 7), None, None]


async def test_a_run_goes_with_all_its_parts(project: Project) -> None:
    log = [RawLogMessage("WARN", "odd")]
    runs = [await project.arrive(functional(result(name, F, name), log=log), **SAID) for name in "abc"]
    assert await project.count("run_log") == await project.count("upload") == 3
    async with project.database.write(EVERYBODY) as writer:
        await removal.drop_run(writer, project.project_id, runs[0]["run_id"])
    tables = ("run", "run_part", "upload", "run_log", "result_chunk", "result_row", "test", "failure", "message")
    assert [await project.count(table) for table in (*tables, "day_total")] == [0] * 10
