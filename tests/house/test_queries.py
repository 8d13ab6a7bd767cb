from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

WORDS = ("select", "insert into", "update", "delete from", "with", "create", "alter", "drop", "truncate", "merge into")
# In one case throughout: prose begins with a capital.
STATEMENT = re.compile(rf"\s*({'|'.join(WORDS)}|{'|'.join(WORDS).upper()})\s")
HEAD = re.compile(r"^-- name: (\w+)\n((?:--.*\n)*)", re.MULTILINE)
# Python that may hold a statement, and why.
SPEAKERS = {
    "src/testflux/store/migrate.py": "asks the server's version and takes the lock before any query file applies",
}


@pytest.fixture(scope="module")
def queries(package: Path) -> dict[str, tuple[str, str]]:
    """Every query by file and name: its comment and its text without comments."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted((package / "store" / "sql").glob("*.sql")):
        text = path.read_text()
        heads = list(HEAD.finditer(text))
        for head, following in zip(heads, [*heads[1:], None], strict=True):
            body = text[head.end() : following.start() if following else len(text)]
            found[f"{path.stem}.{head[1]}"] = (head[2], re.sub(r"--.*", "", body))
    return found


@pytest.fixture(scope="module")
def partitioned(package: Path) -> dict[str, str]:
    """Every table partitioned by range, with the column that decides."""
    schema = (package / "store" / "schema.sql").read_text()
    tables = re.findall(r"create table (\w+) \((?:(?!;\n).)*?\) partition by range \((\w+)\)", schema, re.DOTALL)
    assert tables, "the schema has partitioned tables, but this test does not find them"
    return dict(tables)


def test_every_query_says_what_it_answers(queries: dict[str, tuple[str, str]]) -> None:
    assert queries
    assert [name for name, (comment, _) in queries.items() if len(comment.strip("- \n")) < 10] == []


def test_every_query_is_used(queries: dict[str, tuple[str, str]], sources: list[Any]) -> None:
    words = {
        node.value
        for module in sources
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert [name for name in queries if name.partition(".")[2] not in words] == []


def test_queries_on_partitioned_tables_name_the_day(
    queries: dict[str, tuple[str, str]], partitioned: dict[str, str]
) -> None:
    """Without it the planner visits every partition: 50 ms of planning at 520 of them, instead of 0.1."""
    wrong = [
        f"{name}: {table} without {column}"
        for name, (_, text) in queries.items()
        for table, column in partitioned.items()
        if re.search(rf"\b{table}\b", text) and not re.search(rf"\b{column}\b", text)
    ]
    assert wrong == []


def test_no_statement_hides_in_python(sources: list[Any]) -> None:
    found = [
        f"{module.name}:{node.lineno}"
        for module in sources
        if "migrations" not in module.path.parts and module.name not in SPEAKERS
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and is_statement(node.value)
    ]
    assert found == []


def is_statement(text: str) -> bool:
    """Two words of SQL in the right places; prose seldom has both."""
    return bool(STATEMENT.match(text)) and bool(
        re.search(r"\b(from|into|set|values|table|as \()\b", text, re.IGNORECASE)
    )


def test_a_statement_would_be_found() -> None:
    assert is_statement("select 1 from run")
    assert is_statement("\n  DELETE FROM run where run_id = 1")
    assert not is_statement("Create a user from the directory")
    assert not is_statement("selects the runs of a project")


# What outlives a transaction would meet somebody else's session behind a pooler in transaction mode.
LASTING = {
    "a lock of the session": r"\bpg_(?:try_)?advisory_lock(?:_shared)?\b",
    "a setting of the session": r"(?:\A|;)\s*set (?!local\b|constraints\b|transaction\b)",
    "a prepared statement": r"(?:\A|;)\s*(?:prepare|deallocate)\b",
    "a cursor": r"\bwith hold\b",
    "a listener": r"(?:\A|;)\s*(?:un)?listen\b",
    "a temporary table": r"\bcreate temp(?:orary)? table\b(?!(?:[^;])*\bon commit drop\b)",
}


# Files whose queries run on a connection of their own, around the pooler, and why.
ALONE = {"months": "one housekeeper at a time holds a lock for as long as its connection lasts"}


def test_no_query_leaves_anything_in_its_session(queries: dict[str, tuple[str, str]]) -> None:
    found = [
        f"{name}: {what}"
        for name, (_, text) in queries.items()
        for what in list_lasting(text)
        if name.partition(".")[0] not in ALONE
    ]
    assert found == []


def list_lasting(text: str) -> list[str]:
    return [what for what, pattern in LASTING.items() if re.search(pattern, text, re.IGNORECASE)]


def test_what_would_stay_in_a_session_would_be_found() -> None:
    for left, statement in {
        "a lock of the session": "select pg_advisory_lock(1)",
        "a setting of the session": "set lock_timeout = '1s'",
        "a prepared statement": "prepare p as select 1",
        "a cursor": "declare c cursor with hold for select 1",
        "a listener": "listen news",
        "a temporary table": "create temporary table t (n integer)",
    }.items():
        assert list_lasting(statement) == [left]
    assert list_lasting("select pg_advisory_xact_lock(1)") == []
    assert list_lasting("set local lock_timeout = '1s'") == []
    assert list_lasting("update t\nset a = 1") == []
    assert list_lasting("create temporary table t (n integer) on commit drop") == []
