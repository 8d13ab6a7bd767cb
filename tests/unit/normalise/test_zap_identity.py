from __future__ import annotations

import msgspec
import pytest

from testflux.model import raw
from testflux.normalise import zap_identity, zap_rules

HERE = raw.RawInstance("http://h/item/7?id=1", "GET", "Id")


def make(rule: str = "40012", **fields: object) -> raw.RawAlert:
    alert = raw.RawAlert(rule.partition("-")[0], "Name", [], alert_ref=rule, site="http://h:8080")
    return msgspec.structs.replace(alert, **fields)


def test_what_identifies_a_finding() -> None:
    assert zap_identity.place(make(), HERE) == ("40012", "http://h:80", "GET", "/item/{n}", "id")


def test_an_instance_without_an_address_is_at_its_site() -> None:
    assert zap_identity.place(make(), raw.RawInstance("", "get"))[1:4] == ("http://h:8080", "GET", "/")


def test_a_rule_has_one_name_in_all_versions() -> None:
    assert zap_identity.rule_of(make("10038")) == zap_identity.rule_of(make("10038-1")) == "10038-1"
    assert zap_identity.rule_of(make("10038-2")) == "10038-2"
    assert zap_identity.rule_of(make("", plugin_id="40012")) == "40012"
    assert zap_identity.rule_of(make("", plugin_id="", name="By hand")) == "By hand"


@pytest.mark.parametrize(
    ("name", "stays"),
    [
        (" Content-Type ", "content-type"),
        ("quantity_3", "quantity_{n}"),
        ("items[0].name", "items[{n}].name"),
        ("items[12][4]", "items[{n}][{n}]"),
        ("address2", "address2"),
        ("", ""),
    ],
)
def test_parameters_stay_the_same(name: str, stays: str) -> None:
    assert zap_identity.parameter(name) == stays


@pytest.mark.parametrize("rule", sorted(zap_rules.SYSTEMIC))
def test_rules_of_an_origin_know_no_page(rule: str) -> None:
    place = zap_identity.place(make(rule), raw.RawInstance("https://h/a/b?c", "POST", "Name"))
    assert place[1:4] == ("https://h:443", "*", "*")
    assert place[4] == ("name" if rule in zap_rules.COOKIE else "")
    assert zap_identity.place(make(f"{rule}-7"), HERE)[3] == "*"


def test_an_origin_may_be_told_by_the_site_only() -> None:
    assert zap_identity.place(make("10021"), raw.RawInstance("/a"))[1] == "http://h:8080"
    assert zap_identity.whole_site(make()) == ("40012", "http://h:8080", "*", "*", "")


def test_a_made_up_end_is_left_out() -> None:
    rule = make("90028")
    assert zap_identity.place(rule, raw.RawInstance("http://h/files/x81ht2", "put"))[2:4] == ("PUT", "/files")
    assert zap_identity.place(rule, raw.RawInstance("http://h/x81ht2", "put"))[3] == "/"


def test_two_faults_on_one_template_stay_two() -> None:
    """A coarser key always changes less from scan to scan; it must not swallow what is different."""
    faults = [
        (make("40012"), raw.RawInstance("http://h/item/1", "GET", "q")),
        (make("40018"), raw.RawInstance("http://h/item/2", "GET", "q")),
        (make("40012"), raw.RawInstance("http://h/item/3", "GET", "sort")),
        (make("40012"), raw.RawInstance("http://h/item/4", "POST", "q")),
    ]
    assert len({zap_identity.place(*fault) for fault in faults}) == 4


def test_long_names_are_not_remembered() -> None:
    assert zap_identity.parameter("A_1" * 200) == zap_identity.parameter("a_1" * 200)
