from __future__ import annotations

import time

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from testflux.store import reachable

NOBODY_THERE = "postgresql://nobody@127.0.0.1:1/none"


async def test_a_database_that_answers_is_not_waited_for(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    await reachable.wait_for(database_url, patience_s=60)
    said = capsys.readouterr()
    assert "waiting" not in said.out + said.err


@pytest.mark.parametrize("wrong", [{"dbname": "no such database"}, {"user": "no such user"}])
async def test_a_refusal_is_an_answer(database_url: str, wrong: dict[str, str]) -> None:
    url = make_conninfo(database_url, **wrong)
    began = time.monotonic()
    await reachable.wait_for(url, patience_s=60)
    assert time.monotonic() - began < 30
    with pytest.raises(psycopg.OperationalError, match="FATAL"):
        await psycopg.AsyncConnection.connect(url)


async def test_patience_ends(capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    await reachable.wait_for(NOBODY_THERE, patience_s=0.2)
    assert 0.2 <= time.monotonic() - began < 10
    said = capsys.readouterr()
    assert "waiting for PostgreSQL" in said.out + said.err
