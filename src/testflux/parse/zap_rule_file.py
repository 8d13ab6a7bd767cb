"""The rule files of ZAP's packaged scans (`zap-baseline.py -c rules.tsv`): what each rule means to the pipeline.

Tab-separated lines: `id  ACTION  (name)  [message]`, and `id,id  OUTOFSCOPE  regular expression` for addresses that are
not judged (`*` is every rule). `#` begins a comment.
"""

from __future__ import annotations

import re

import msgspec

from testflux.kit import errors

ACTIONS = ("IGNORE", "INFO", "WARN", "FAIL", "PASS")
OUT_OF_SCOPE = "OUTOFSCOPE"
DEFAULT = "WARN"
"""What a rule means that no line speaks of."""

EVERY_RULE = "*"
_LEAST = 3
_LINE = re.compile(rf"(?:\d+|\*)(?:,\d+)*\t(?:{'|'.join((*ACTIONS, OUT_OF_SCOPE))})\t")


class Rule(msgspec.Struct, frozen=True):
    """One line that gives a rule its action; `message` is what the user wants said with it."""

    rule: str
    action: str
    name: str = ""
    message: str = ""
    line: int = 0


class Exclusion(msgspec.Struct, frozen=True):
    """One line that takes addresses out: `rules` are numbers or EVERY_RULE, `pattern` is a regular expression."""

    rules: tuple[str, ...]
    pattern: str
    line: int = 0


class RuleFile(msgspec.Struct, frozen=True):
    """A rule file, in the order of its lines."""

    rules: tuple[Rule, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()

    def action(self, rule: str) -> str:
        """Return what a rule means; of several lines on it the last one counts, as for ZAP."""
        return next((line.action for line in reversed(self.rules) if line.rule == rule), DEFAULT)

    def is_out_of_scope(self, rule: str, address: str) -> bool:
        """Whether what a rule found at an address is not judged; a pattern has to match from the address's start."""
        return any(
            re.match(line.pattern, address) is not None
            for line in self.exclusions
            if rule in line.rules or EVERY_RULE in line.rules
        )


def looks_like(text: str) -> bool:
    """True when the first line that is no comment is one of a rule file."""
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return _LINE.match(next(lines, "")) is not None


def parse(text: str) -> RuleFile:
    """Read a rule file. Raises ReportError `rule-file-invalid`, which names the line."""
    rules: list[Rule] = []
    exclusions: list[Exclusion] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.rstrip().split("\t", 2)
        if len(words) < _LEAST:
            raise _invalid(number, f"has {len(words)} fields, and needs {_LEAST} with tabs between them")
        if words[1] == OUT_OF_SCOPE:
            exclusions.append(_exclusion(words, number))
        else:
            rules.append(_rule(words, number))
    return RuleFile(tuple(rules), tuple(exclusions))


def _rule(words: list[str], line: int) -> Rule:
    rule, action, rest = words
    name, _, message = rest.partition("\t")
    if action not in ACTIONS:
        raise _invalid(line, f"has the action {action[:40]!r}, which is none of {', '.join(ACTIONS)}, {OUT_OF_SCOPE}")
    if not rule.isdecimal():
        raise _invalid(line, f"has the rule {rule[:40]!r}, which is no number")
    return Rule(rule, action, name.strip().removeprefix("(").removesuffix(")"), message.strip(), line)


def _exclusion(words: list[str], line: int) -> Exclusion:
    rules = tuple(rule.strip() for rule in words[0].split(","))
    if any(rule != EVERY_RULE and not rule.isdecimal() for rule in rules):
        raise _invalid(line, f"has the rules {words[0][:40]!r}, which are neither numbers nor *")
    try:
        re.compile(words[2])
    except re.error as error:
        raise _invalid(line, f"has a regular expression that cannot be read: {error}") from None
    return Exclusion(rules, words[2], line)


def _invalid(line: int, what: str) -> errors.ReportError:
    return errors.ReportError(
        f"Line {line} of the rule file {what}.",
        code="rule-file-invalid",
        hint="A line is `10011<tab>FAIL<tab>(name)` or `10011,10015<tab>OUTOFSCOPE<tab>https://shop.example/old/.*`.",
        line=line,
    )
