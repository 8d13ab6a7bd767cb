"""The API keeps to its own document, whatever it is sent: no 5xx, no answer that is not documented."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

import tiny_reports
from running import PASSWORD, RunningHouse
from testflux.kit import clock
from testflux.serve import app, openapi

SLUG = "shop"
KNOWN_IDS = {"slug": SLUG, "run_id": "1-1", "upload_id": "1-1", "test_id": "1-0", "finding_id": "1-1"}
"""Path keys that lead somewhere, so that not every answer is a 404."""
LEFT_OUT = {"addSample", "changeMyPassword", "signOut"}
"""What would end the run for the others: the sample history is long, signing out and new passwords lock us out."""
SUPPRESSED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
CHECKS: list[Any] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


def read_document() -> dict[str, Any]:
    document = openapi.describe(app.declare_app())
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path" and parameter["name"] in KNOWN_IDS:
                    known = {"const": KNOWN_IDS[parameter["name"]]}
                    parameter["schema"] = {"anyOf": [known, parameter["schema"]]}
    return document


SCHEMA = schemathesis.openapi.from_dict(read_document())
OPERATIONS: dict[str, Any] = {}
for result in SCHEMA.get_all_operations():
    described: Any = result
    operation = described.ok()
    OPERATIONS[operation.definition.raw["operationId"]] = operation

CHOSEN = sorted(OPERATIONS.keys() - LEFT_OUT)
# What removes comes last: the others need something to ask for.
IN_ORDER = [name for is_last in (False, True) for name in CHOSEN if name.startswith("drop") is is_last]


@pytest.fixture(scope="module")
def api_token(house: RunningHouse) -> Iterator[str]:
    """A token that may do everything, in a house with a run of each kind to ask for."""
    now = clock.now()
    reports = {
        "robot": tiny_reports.robot({"Pays": "PASS", "Ships": "lost"}, now),
        "zap": tiny_reports.zap({"40018": 3}, now),
        "k6": tiny_reports.k6(640),
    }
    with house.client() as client:
        client.post("/projects", json={"slug": SLUG, "name": "Shop"}).raise_for_status()
        for name, content in reports.items():
            path = f"/projects/{SLUG}/uploads?filename={name}&branch=main"
            client.post(path, content=content, headers={"Prefer": "wait=30"}).raise_for_status()
        answer = client.post("/tokens", json={"name": "schemathesis", "scopes": ["admin"]})
        yield answer.raise_for_status().json()["token"]


@pytest.mark.parametrize("name", IN_ORDER)
def test_every_operation(name: str, house: RunningHouse, api_token: str) -> None:
    headers = {"Authorization": f"Bearer {api_token}"}

    @settings(max_examples=15, deadline=None, database=None, suppress_health_check=SUPPRESSED)
    @given(case=OPERATIONS[name].as_strategy())
    def check_answers(case: Any) -> None:
        answer = case.call(base_url=house.url, headers=headers, timeout=60)
        case.validate_response(answer, checks=CHECKS)

    check_answers()


def test_the_house_still_stands(house: RunningHouse) -> None:
    """After all that, it is ready, signs in, and knows who asks."""
    assert house.is_ready()
    with house.client() as client:
        assert client.get("/me").json()["email"] == "admin@testflux.local"
    nobody = httpx.post(f"{house.url}/api/v1/auth/login", json={"email": "admin@testflux.local", "password": PASSWORD})
    assert nobody.is_success
