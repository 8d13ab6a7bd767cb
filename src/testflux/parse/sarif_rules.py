"""What a SARIF run says of its rules: the driver's and those of its extensions, found by index, id or both."""

from __future__ import annotations

import re

import msgspec

from testflux.parse import json_document

_CWE = re.compile(r"cwe[-_ :/]*0*(\d{1,6})", re.IGNORECASE)
_NUMBER = re.compile(r"\s*0*(\d{1,6})\s*")
_SCORES = ((9.0, 4), (7.0, 3), (4.0, 2), (0.1, 1))
_CONFIDENCES = {
    "false positive": 0, "low": 1, "medium": 2, "high": 3, "very high": 3, "confirmed": 4, "certain": 4,
}  # fmt: skip
_UNGRADED = 2

Object = dict[str, object]


class Rule(msgspec.Struct, frozen=True):
    """A rule; `score` is its security-severity (0 to 10), `level` its default level, "" when it has none."""

    id: str
    name: str = ""
    description: str = ""
    solution: str = ""
    reference: str = ""
    level: str = ""
    score: float | None = None
    confidence: int = _UNGRADED
    cwe: int | None = None
    tags: dict[str, str] = {}
    messages: dict[str, str] = {}


class Rules:
    """The rules of one run."""

    def __init__(self, run: Object) -> None:
        tool = child(run, "tool")
        self._driver = _component(child(tool, "driver"))
        extensions = [json_document.as_object(item) for item in json_document.as_list(tool.get("extensions"))]
        self._extensions = [_component(extension) for extension in extensions]
        self._names = {text(extension, "name"): at for at, extension in enumerate(extensions)}
        self._guids = {text(extension, "guid"): at for at, extension in enumerate(extensions)}
        self._by_id: dict[str, Rule] = {}
        for rule in (rule for part in (self._driver, *self._extensions) for rule in part):
            self._by_id.setdefault(rule.id, rule)

    def find(self, result: Object) -> Rule:
        """Return a result's rule; one that the file does not describe has its id only."""
        reference = child(result, "rule")
        name = text(result, "ruleId") or text(reference, "id")
        at = index(reference, "index")
        at = index(result, "ruleIndex") if at is None else at
        part = self._part(child(reference, "toolComponent"))
        if at is not None and at < len(part) and (not name or _is_of(name, part[at].id)):
            return part[at]
        parent = name.rpartition("/")[0]
        return self._by_id.get(name) or (self._by_id.get(parent) if parent else None) or Rule(name or "?")

    def _part(self, component: Object) -> list[Rule]:
        """Return the rules of the component that a reference means, the driver's when it names none."""
        at = index(component, "index")
        if at is None:
            at = self._guids.get(text(component, "guid") or "?", self._names.get(text(component, "name") or "?"))
        return self._driver if at is None or at >= len(self._extensions) else self._extensions[at]


def _is_of(name: str, rule: str) -> bool:
    """True for a rule's own id and for one below it, `CA1000/1` of `CA1000`."""
    return name == rule or name.startswith(f"{rule}/")


def _component(component: Object) -> list[Rule]:
    return [_rule(json_document.as_object(rule)) for rule in json_document.as_list(component.get("rules"))]


def _rule(rule: Object) -> Rule:
    properties = child(rule, "properties")
    tags = [json_document.as_text(tag) for tag in json_document.as_list(properties.get("tags"))]
    short = message_text(child(rule, "shortDescription"))
    links = [text(rule, "helpUri"), *map(json_document.as_text, json_document.as_list(properties.get("references")))]
    return Rule(
        text(rule, "id"),
        short or text(rule, "name") or text(rule, "id"),
        message_text(child(rule, "fullDescription")) or short,
        message_text(child(properties, "solution")) or message_text(child(rule, "help")),
        "\n".join(filter(None, links)),
        text(child(rule, "defaultConfiguration"), "level"),
        score(properties),
        confidence(text(properties, "confidence") or text(properties, "precision")) or _UNGRADED,
        weakness(rule, tags),
        {tag: "" for tag in tags if tag},
        {key: message_text(json_document.as_object(said)) for key, said in child(rule, "messageStrings").items()},
    )


def score(properties: Object) -> float | None:
    """Return the security-severity, 0 to 10, which tools write as text; None when there is none."""
    written = properties.get("security-severity")
    try:
        number = json_document.as_number(float(json_document.as_text(written)))
    except ValueError:
        return None
    return number if number is not None and 0 <= number <= 10 else None  # noqa: PLR2004 - CVSS's own bounds


def risk_of_score(number: float) -> int:
    """Return the severity of a security-severity: 9 critical, 7 high, 4 medium, below it low, 0 informational."""
    return next((risk for least, risk in _SCORES if number >= least), 0)


def confidence(word: str) -> int | None:
    """Return the confidence that a word means, None for no such word."""
    return _CONFIDENCES.get(word.strip().lower().replace("-", " ").replace("_", " "))


def weakness(holder: Object, tags: list[str]) -> int | None:
    """Return the CWE number of a rule or result: from its taxa and relationships, its tags, or a property."""
    named = [_related(json_document.as_object(item)) for item in json_document.as_list(holder.get("relationships"))]
    named += [_taxon(json_document.as_object(item)) for item in json_document.as_list(holder.get("taxa"))]
    words = [*tags, *map(json_document.as_text, json_document.as_list(child(holder, "properties").get("cwe")))]
    named += [int(found[1]) for found in map(_CWE.search, words) if found]
    return next((number for number in named if number), None)


def _related(relationship: Object) -> int | None:
    return _taxon(child(relationship, "target"))


def _taxon(reference: Object) -> int | None:
    written = text(reference, "id")
    if text(child(reference, "toolComponent"), "name").upper() == "CWE":
        found = _NUMBER.fullmatch(written) or _CWE.search(written)
    else:
        found = _CWE.match(written)
    return int(found[1]) if found else None


def child(holder: Object, key: str) -> Object:
    """Return an object's object, an empty one for anything else."""
    return json_document.as_object(holder.get(key))


def text(holder: Object, key: str) -> str:
    """Return an object's text, "" for anything else."""
    return json_document.as_text(holder.get(key))


def index(holder: Object, key: str) -> int | None:
    """Return a place in a list, None for none; SARIF writes -1 for none."""
    value = holder.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def message_text(message: Object) -> str:
    """Return a message's words; Markdown where there is nothing else."""
    return text(message, "text").strip() or text(message, "markdown").strip()
