from __future__ import annotations

import pytest

from testflux.kit import errors
from testflux.parse import refusals, registry, sniff

KNOWN = ["zap-rule-file", "k6-dashboard"]


@pytest.mark.parametrize("name", KNOWN)
def test_every_known_stranger_is_told_in_words_what_to_send(name: str) -> None:
    error = refusals.not_read(name)
    assert name not in registry.FORMATS
    assert error.code == "format-not-read"
    assert name not in error.message
    assert error.hint.startswith(("Send", "Run", "It holds", "It says"))


def test_every_root_leads_to_a_reader_or_to_a_refusal_in_words() -> None:
    for name in set(sniff.XML_ROOTS.values()):
        assert name in registry.FORMATS or name not in refusals.not_read(name).message


@pytest.mark.parametrize(
    "error",
    [
        refusals.empty(),
        refusals.other_xml("x" * 500),
        refusals.other_json(),
        refusals.html("<html>"),
        refusals.unknown(is_binary=True),
        refusals.unknown(is_binary=False),
    ],
)
def test_every_refusal_has_a_reason_and_advice(error: errors.ReportError) -> None:
    assert 10 < len(error.message) < 250
    assert len(error.hint) > 10


def test_a_page_is_known_by_its_maker() -> None:
    assert "output.xml" in refusals.html('<meta content="Robot Framework 7.5">').hint
    assert "traditional-json" in refusals.html("<title>ZAP by Checkmarx</title>").hint
    assert "k6" in refusals.html("<title>k6 report</title>").hint
    assert "--reporter=json" in refusals.html("<title>Playwright Test Report</title>").hint
    assert "allure-results" in refusals.html("<title>Allure Report</title>").hint
    assert "--junit-xml" in refusals.html('<a href="https://pypi.python.org/pypi/pytest-html">').hint
    assert "TEST-*.xml" in refusals.html("<title>Surefire Report</title>").hint
    assert "for machines" in refusals.html("<title>Weather</title>").hint
