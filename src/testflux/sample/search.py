"""The search service: fast and calm, but for one night when the index was away."""

from __future__ import annotations

from testflux.sample import flavours, k6, project
from testflux.sample.functional import Book, Change, Fault, File, FunctionalLane, Test, Trouble
from testflux.sample.load import LoadLane, Profile
from testflux.sample.occasion import Schedule

SETUP_DAY = 30
"""How many days ago the setup of `Ranking` failed."""

_FILES = (
    File(
        "Query",
        "/query",
        (
            Test("One word finds its products", 0.4, ("smoke",)),
            Test("Two words narrow the answer", 0.4, ()),
            Test("Quoted words stay together", 0.5, ()),
            Test("Accents do not matter", 0.4, ()),
            Test("Plural finds the singular", 0.5, ("language",)),
            Test("German compound words are split", 0.6, ("language",)),
            Test("Wrong letter is forgiven", 0.6, ()),
            Test("Empty query is refused politely", 0.3, ()),
        ),
    ),
    File(
        "Ranking",
        "/rank",
        (
            Test("Exact name comes first", 0.5, ("smoke",)),
            Test("Sold out products come last", 0.5, ()),
            Test("New products get a push", 0.6, ()),
            Test("Boosted brand keeps within its share", 0.9, ("commerce",)),
            Test("Same query gives the same order", 1.8, ()),
        ),
    ),
    File(
        "Index",
        "/index",
        (
            Test("Changed price appears within a minute", 22.0, ("index",), slower_since=33, slower=1.5),
            Test("Deleted product disappears", 18.5, ("index",)),
            Test("Index is rebuilt without downtime", 41.0, ("index", "slow"), slower_since=12, slower=1.9),
            Test("Half written batch is repeated", 9.2, ("index",)),
        ),
    ),
)
_FAULTS = (
    Fault(
        Trouble.SETUP,
        "ConnectionError: no node of cluster search-{n} answered within 30 s",
        ("Ranking",),
        first=SETUP_DAY,
        last=SETUP_DAY - 2,
    ),
    Fault(
        Trouble.FAIL,
        "Price of product {n} was old after 60 seconds",
        ("Changed price appears within a minute",),
        chance=0.08,
    ),
    Fault(
        Trouble.FAIL,
        "Lists differ at position 3: sku-{n}",
        ("Same query gives the same order",),
        first=64,
        chance=0.3,
        last=39,
    ),
    Fault(Trouble.SKIP, "No boosted brand is configured", ("Boosted brand keeps within its share",), first=75, last=22),
)
_CHANGES = (
    Change("feature/stable-order", 57, 40, 3, ("Same query gives the same order",), "Lists differ at position {n}"),
    Change("feature/brand-share", 61, 23, 2),
)
_BOOK = Book("Search", "/builds/search/specs", _FILES, flavours.over_http, _FAULTS, _CHANGES)
_PROFILE = Profile(
    users=80,
    seconds=300,
    requests_per_second=1200,
    p95_ms=(96, 71),
    groups=(("Query", ("status is 200", "answer within a page")), ("Suggest", ("status is 200",))),
    thresholds=(
        k6.Threshold("http_req_duration", "p(95)", "<", 120),
        k6.Threshold("http_req_failed", "rate", "<", 0.01),
    ),
    noise=0.05,
)

PROJECT = project.Project(
    slug="search",
    name="Search",
    description="Finds products while people type",
    lanes=(
        FunctionalLane("nightly", "staging", "regression", Schedule(2, 5, workdays=True), _BOOK),
        LoadLane("nightly", "staging", "load", Schedule(3, 40, every=2), _PROFILE, file_name="summary-export.json"),
    ),
    builder=project.GITLAB,
    labels={"team": "discovery"},
    change_lane=FunctionalLane("merge request", "review", "regression", Schedule(13), _BOOK),
    changes=_CHANGES,
)
