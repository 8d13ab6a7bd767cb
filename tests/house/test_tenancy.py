"""Nothing is read or written without saying whose it is: the first of the two walls, machine-checked."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

HEAD = re.compile(r"^-- name: (\w+)\n((?:--.*\n)*)", re.MULTILINE)
BOUND = re.compile(r"%\((?:org_id|project_id|project_ids)\)s")
CREDENTIALS = "finds out whose it is, from what only its holder has"
PEOPLE = "about one person, in all the organisations they belong to"
HOUSE = "of the whole installation: the worker, housekeeping or the operator asks"
# Queries on tenants' tables that bind neither organisation nor project, and why.
SYSTEM = {
    "actors.find_by_sign_in": CREDENTIALS,
    "actors.find_by_token": CREDENTIALS,
    "audit.list_chains": HOUSE,
    "audit.list_heads": HOUSE,
    "audit_retention.list_ages": HOUSE,
    "deliveries.list_overdue": HOUSE,
    "domains.find_owner": "a domain belongs to one organisation; which, is the question",
    "entry.list_ways": PEOPLE,
    "events.drop_old": HOUSE,
    "events.get_range": "event numbers count all organisations together",
    "events.list_after": HOUSE,
    "health.get_sizes": HOUSE,
    "health.list_set_aside": HOUSE,
    "invitations.find_by_token": CREDENTIALS,
    "invitations.save_accepted": CREDENTIALS,
    "months.drop_strays": HOUSE,
    "months.find_needed": HOUSE,
    "months.list_droppable": HOUSE,
    "organisations.add_organisation": HOUSE,
    "organisations.find_entrance": PEOPLE,
    "providers.find_enabled": "the sign-in page of somebody not signed in yet",
    "providers.list_offered": "the sign-in page of somebody not signed in yet",
    "resealing.list_channels": HOUSE,
    "resealing.list_providers": HOUSE,
    "resealing.list_streams": HOUSE,
    "resealing.save_channel": HOUSE,
    "resealing.save_provider": HOUSE,
    "resealing.save_stream": HOUSE,
    "run_list.read_runs": "find_page and find_given, which it is filled with, say whose",
    "saml.save_first_secret": "the sign-in page of somebody not signed in yet",
    "sessions.list_identities": PEOPLE,
    "sessions.list_sign_ins": PEOPLE,
    "sessions.lock_session": CREDENTIALS,
    "streams.find_due": HOUSE,
    "streams.save_failed": HOUSE,
    "streams.save_sent": HOUSE,
    "tokens.save_use": CREDENTIALS,
    "totals.list_differences": HOUSE,
    "uploads.list_left_blobs": HOUSE,
    "uploads.list_lost": HOUSE,
    "uploads.list_set_aside": HOUSE,
    "uploads.mark_unused_blobs": HOUSE,
    "usage.list_differences": HOUSE,
    "users.add_org": HOUSE,
    "users.find_org": HOUSE,
    "users.get_org": HOUSE,
}
ENTERING = "somebody is not signed in yet, or is it in all their organisations"
# Files of serve/ that reach for rows of more than the actor's tenant, and why.
BEYOND = {
    "account": ENTERING,
    "auth": ENTERING,
    "flows": ENTERING,
    "forgotten": ENTERING,
    "health": "of the installation",
    "hub": "passes on to watchers what each of them may see",
    "identity": "finds out who asks",
    "invitations": ENTERING,
    "ldap": ENTERING,
    "live": "event numbers count all organisations together",
    "me": ENTERING,
    "offered": ENTERING,
    "oidc": ENTERING,
    "oneself": ENTERING,
    "organisations": "operators add organisations and list them",
    "password_links": "changes an account, which belongs to a person; it checks that they are in no other organisation",
    "rehearsal": ENTERING,
    "saml": ENTERING,
    "saml_keys": "a key is made for whoever asks first",
    "second_factor": ENTERING,
    "server": "of the installation",
    "sign_ins": ENTERING,
    "storage": "tables are shared: how much of one is somebody's, all of its rows together say",
    "system": "of the installation",
    "tries": ENTERING,
    "uploads": "the room left is counted over the organisation",
    "vitals": "of the installation",
    "vouch": ENTERING,
}


@pytest.fixture(scope="module")
def tenants(package: Path) -> set[str]:
    """Every table whose rows belong to an organisation or a project."""
    schema = (package / "store" / "schema.sql").read_text()
    tables = re.findall(r"create table (\w+) \((.*?)\n\)", schema, re.DOTALL)
    found = {name for name, columns in tables if re.search(r"^\s+(?:org_id|project_id)\s", columns, re.MULTILINE)}
    assert len(found) > 30
    return found - {"sign_in"}  # of a person; which organisation it looks at changes


def list_unbound(package: Path, tenants: set[str]) -> set[str]:
    found: set[str] = set()
    for path in sorted((package / "store" / "sql").glob("*.sql")):
        text = path.read_text()
        heads = list(HEAD.finditer(text))
        for head, following in zip(heads, [*heads[1:], None], strict=True):
            body = re.sub(r"--.*", "", text[head.end() : following.start() if following else len(text)])
            named = set(re.findall(r"\b(?:from|join|into|update)\s+(\w+)", body))
            if named & tenants and not BOUND.search(body):
                found.add(f"{path.stem}.{head[1]}")
    return found


def test_every_query_says_whose_rows(package: Path, tenants: set[str]) -> None:
    assert sorted(list_unbound(package, tenants) - set(SYSTEM)) == []


def test_no_exception_outlives_its_query(package: Path, tenants: set[str]) -> None:
    assert sorted(set(SYSTEM) - list_unbound(package, tenants)) == []


def list_opened(module: Any) -> list[tuple[int, str]]:
    """Return line and scope of every transaction that a module of serve/ begins."""
    return [
        (node.lineno, ast.unparse(node.args[0]) if node.args else "")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("read", "hold", "write")
        and re.search(r"(?:database|opened)$", ast.unparse(node.func.value))
    ]


def test_handlers_open_the_actors_rows(sources: list[Any]) -> None:
    serving = [module for module in sources if module.room == "serve"]
    opened = [(module, *place) for module in serving for place in list_opened(module)]
    assert len(opened) > 80
    wrong = [
        f"{module.name}:{line}: {scope}"
        for module, line, scope in opened
        if scope not in ("actor.tenant", "scope", "tenant") and module.path.stem not in BEYOND
    ]
    assert wrong == []
    assert sorted(set(BEYOND) - {module.path.stem for module, _, scope in opened if scope == "EVERYBODY"}) == []
