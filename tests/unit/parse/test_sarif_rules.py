from __future__ import annotations

from typing import Any

import pytest

from testflux.parse import sarif_rules


def rules(*driver: dict[str, Any], extensions: list[dict[str, Any]] | None = None) -> sarif_rules.Rules:
    return sarif_rules.Rules({"tool": {"driver": {"rules": list(driver)}, "extensions": extensions or []}})


def read(**rule: object) -> sarif_rules.Rule:
    return rules({"id": "R"} | rule).find({"ruleIndex": 0})


def test_every_field_has_its_place() -> None:
    rule = read(
        name="sql-injection",
        shortDescription={"text": "SQL injection"},
        fullDescription={"text": "Words of a user reach the database."},
        help={"text": "Use parameters.", "markdown": "Use *parameters*."},
        helpUri="https://help.example",
        defaultConfiguration={"level": "error"},
        properties={
            "tags": ["security", "external/cwe/cwe-089"],
            "security-severity": "8.8",
            "precision": "very-high",
            "references": ["https://more.example"],
        },
        messageStrings={"default": {"text": "{0} is built from {1}."}},
    )
    assert (rule.id, rule.name, rule.description) == ("R", "SQL injection", "Words of a user reach the database.")
    assert (rule.solution, rule.reference) == ("Use parameters.", "https://help.example\nhttps://more.example")
    assert (rule.level, rule.score, rule.confidence, rule.cwe) == ("error", 8.8, 3, 89)
    assert rule.tags == {"security": "", "external/cwe/cwe-089": ""}
    assert rule.messages == {"default": "{0} is built from {1}."}


def test_a_rule_may_say_little() -> None:
    assert read() == sarif_rules.Rule("R", "R")
    assert read(name="n").name == "n"
    assert read(shortDescription={"text": "short"}).description == "short"
    assert read(help={"markdown": "*only*"}).solution == "*only*"
    assert read(help={"text": "help"}, properties={"solution": {"text": "own"}}).solution == "own"


@pytest.mark.parametrize(
    ("result", "found"),
    [
        ({"ruleIndex": 1}, "B"),
        ({"ruleId": "B"}, "B"),
        ({"ruleId": "B", "ruleIndex": 1}, "B"),
        ({"ruleId": "B", "ruleIndex": 0}, "B"),
        ({"ruleId": "B/2", "ruleIndex": 1}, "B"),
        ({"ruleId": "B/2"}, "B"),
        ({"ruleId": "A", "ruleIndex": -1}, "A"),
        ({"ruleId": "A", "ruleIndex": 99}, "A"),
        ({"rule": {"id": "B"}}, "B"),
        ({"rule": {"index": 0, "toolComponent": {"index": 0}}}, "X"),
        ({"rule": {"index": 1, "toolComponent": {"name": "pack"}}}, "Y"),
        ({"rule": {"index": 1, "toolComponent": {"guid": "g-1"}}}, "Y"),
        ({"rule": {"index": 1, "toolComponent": {"index": 7}}}, "B"),
        ({"ruleId": "Y"}, "Y"),
        ({"ruleId": "not/described"}, "not/described"),
        ({"ruleIndex": True}, "?"),
        ({}, "?"),
    ],
)
def test_a_results_rule_is_found(result: dict[str, Any], found: str) -> None:
    pack = {"name": "pack", "guid": "g-1", "rules": [{"id": "X"}, {"id": "Y"}]}
    assert rules({"id": "A"}, {"id": "B"}, extensions=[pack]).find(result).id == found


@pytest.mark.parametrize(
    ("score", "risk"), [(10, 4), (9.0, 4), (8.9, 3), (7, 3), (6.9, 2), (4.0, 2), (3.9, 1), (0.1, 1), (0.0, 0)]
)
def test_scores_are_severities(score: float, risk: int) -> None:
    assert sarif_rules.risk_of_score(score) == risk


@pytest.mark.parametrize(
    ("written", "score"),
    [("9.8", 9.8), (5, 5.0), ("", None), (None, None), ("high", None), ("11", None), ("-1", None), ("nan", None)],
)
def test_scores_are_text_or_numbers(written: object, score: float | None) -> None:
    assert sarif_rules.score({"security-severity": written}) == score


@pytest.mark.parametrize(
    ("rule", "cwe"),
    [
        ({"properties": {"tags": ["external/cwe/cwe-079", "external/cwe/cwe-116"]}}, 79),
        ({"properties": {"tags": ["CWE-89: Improper Neutralization of Special Elements"]}}, 89),
        ({"properties": {"tags": ["security"], "cwe": "CWE-22"}}, 22),
        ({"properties": {"cwe": ["CWE-78: OS command"]}}, 78),
        ({"relationships": [{"target": {"id": "200", "toolComponent": {"name": "CWE"}}}]}, 200),
        ({"relationships": [{"target": {"id": "CWE-327", "toolComponent": {"name": "cwe"}}}]}, 327),
        ({"relationships": [{"target": {"id": "-1", "toolComponent": {"name": "CWE"}}}]}, None),
        ({"relationships": [{"target": {"id": "A1", "toolComponent": {"name": "OWASP"}}}]}, None),
        ({"properties": {"tags": ["secure"]}}, None),
        ({}, None),
    ],
)
def test_weaknesses_are_named_in_many_ways(rule: dict[str, Any], cwe: int | None) -> None:
    assert read(**rule).cwe == cwe


@pytest.mark.parametrize(
    ("word", "confidence"),
    [("HIGH", 3), ("very-high", 3), ("medium", 2), ("Low", 1), ("false-positive", 0), ("certain", 4), ("?", None)],
)
def test_words_of_confidence(word: str, confidence: int | None) -> None:
    assert sarif_rules.confidence(word) == confidence
    if confidence:
        assert read(properties={"confidence": word}).confidence == confidence
