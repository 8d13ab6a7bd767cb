from __future__ import annotations

from testflux.normalise import zap_rules


def test_rules_are_numbers_without_their_variants() -> None:
    for rule in zap_rules.SYSTEMIC | zap_rules.COOKIE | zap_rules.INVENTED_LAST_SEGMENT:
        assert rule.isdecimal()


def test_cookie_rules_are_systemic() -> None:
    assert zap_rules.COOKIE <= zap_rules.SYSTEMIC


def test_an_alias_leads_to_a_variant_and_no_further() -> None:
    for old, new in zap_rules.ALIASES.items():
        assert new.partition("-")[0] == old
        assert new not in zap_rules.ALIASES
