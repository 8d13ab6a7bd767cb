from __future__ import annotations

import pytest

from testflux.cli import exits
from testflux.cli.client import RefusedError
from testflux.kit import errors


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ReportError("x"), 3),
        (errors.TooLargeError("x"), 3),
        (errors.InvalidError("x"), 2),
        (errors.SetupError("x"), 2),
        (errors.UnavailableError("x"), 4),
        (errors.ForbiddenError("x"), 4),
        (errors.NotFoundError("x"), 4),
        (RefusedError("x", status=401), 4),
    ],
)
def test_code_of_an_error(error: errors.TestFluxError, code: int) -> None:
    assert exits.code_of(error) == code


def test_explanation_says_where_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    exits.explain(errors.ReportError("It breaks off.", hint="Send it again.", line=3, byte=17))
    assert capsys.readouterr().err == ("testflux: It breaks off. (line 3, byte 17)\n  Send it again.\n")


def test_explanation_without_place_or_hint(capsys: pytest.CaptureFixture[str]) -> None:
    exits.explain(errors.UnavailableError("Nobody answers."))
    assert capsys.readouterr().err == "testflux: Nobody answers.\n"
