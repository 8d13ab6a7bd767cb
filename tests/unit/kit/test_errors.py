from __future__ import annotations

from testflux.kit import errors


def test_a_report_error_says_where_and_what_to_do() -> None:
    error = errors.ReportError(
        "No closing tag.", code="xml-malformed", hint="Send it again.", line=3, column=7, byte=90
    )
    assert (error.code, error.message, error.hint) == ("xml-malformed", "No closing tag.", "Send it again.")
    assert (error.line, error.column, error.byte) == (3, 7, 90)
    assert str(error) == "No closing tag."


def test_a_family_has_its_own_code_unless_told_otherwise() -> None:
    assert errors.ConflictError("x").code == "conflict"
    assert errors.ConflictError("x", code="slug-taken").code == "slug-taken"


def test_an_invalid_value_names_its_field() -> None:
    assert errors.InvalidError("Too short.", field="password").field == "password"
