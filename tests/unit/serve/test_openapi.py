from __future__ import annotations

from typing import Any

import pytest

from testflux.serve import app, openapi


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi.describe(app.declare_app())


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


def test_every_operation_says_what_it_does_under_a_name_of_its_own(document: dict[str, Any]) -> None:
    found = operations(document)
    assert document["openapi"].startswith("3.1")
    assert all(operation["summary"].endswith((".", "week.")) for operation in found)
    names = [operation["operationId"] for operation in found]
    assert len(set(names)) == len(names)
    assert all(name[0].islower() and name.isalnum() for name in names)
    assert all(len(operation["tags"]) == 1 for operation in found)


def test_every_operation_of_the_api_can_refuse(document: dict[str, Any]) -> None:
    for operation in operations(document):
        if operation["tags"] == ["health"]:
            continue
        assert {"401", "422", "503"} <= set(operation["responses"]), operation["operationId"]
        problem = operation["responses"]["401"]["content"]["application/problem+json"]["schema"]
        assert problem == {"$ref": "#/components/schemas/Problem"}


def test_only_signing_in_needs_nobody_signed_in(document: dict[str, Any]) -> None:
    public = {item["operationId"] for item in operations(document) if "security" not in item}
    assert public == {
        "getHealth",
        "getReadiness",
        "signIn",
        "signInSecondStep",
        "signInAtDirectory",
        "refreshAccess",
        "forgetPassword",
        "resetPassword",
        "judgePassword",
        "openInvitation",
        "acceptInvitation",
        "listSignInProviders",
        "startOidcSignIn",
        "finishOidcSignIn",
        "startSamlSignIn",
        "takeSamlAnswer",
        "finishSamlSignIn",
        "getSamlMetadata",
    }


def test_every_schema_says_what_it_is(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    nameless = [name for name, schema in schemas.items() if not schema.get("description") and "enum" not in schema]
    assert nameless == []


def test_query_keys_are_absent_or_there_but_never_null(document: dict[str, Any]) -> None:
    for operation in operations(document):
        for parameter in operation.get("parameters", ()):
            options = parameter["schema"].get("oneOf", [parameter["schema"]])
            assert {"type": "null"} not in options, parameter["name"]


def test_uploads_take_forms_and_raw_bodies(document: dict[str, Any]) -> None:
    body = document["paths"]["/api/v1/projects/{slug}/uploads"]["post"]["requestBody"]["content"]
    assert set(body) == {"multipart/form-data", "application/octet-stream"}
