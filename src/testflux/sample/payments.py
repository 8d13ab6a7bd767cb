"""The payments API: sound in function, slower every week, until its limit is missed."""

from __future__ import annotations

from testflux.sample import flavours, k6, project
from testflux.sample.functional import Book, Change, Fault, File, FunctionalLane, Test, Trouble
from testflux.sample.load import LoadLane, Profile
from testflux.sample.occasion import Schedule

LIMIT_MS = 500.0
"""The limit on the 95th percentile of the answer times."""

_FILES = (
    File(
        "Payments",
        "/v2/payments",
        (
            Test("Create a card payment", 0.9, ("smoke", "card")),
            Test("Create a direct debit", 0.8, ("debit",)),
            Test("Create with the same key twice pays once", 1.4, ("idempotency",)),
            Test("Capture takes the whole amount", 1.0, ("smoke", "card")),
            Test("Capture of a part leaves the rest", 1.1, ("card",)),
            Test("Capture above the amount is refused", 0.8, ("card",)),
            Test("Unknown currency is refused", 0.5, ()),
            Test("Negative amount is refused", 0.5, ()),
            Test("Declined card tells the reason", 0.9, ("card",)),
            Test("Three days old authorisation is void", 1.6, ("card",), written=52),
        ),
    ),
    File(
        "Refunds",
        "/v2/refunds",
        (
            Test("Refund the whole amount", 1.0, ("smoke",)),
            Test("Refund a part twice", 1.3, ()),
            Test("Refund above the amount is refused", 0.7, ()),
            Test("Refund of a refund is refused", 0.7, ()),
            Test("Refund is told to the webhook", 2.4, ("webhook",)),
        ),
    ),
    File(
        "Payouts",
        "/v2/payouts",
        (
            Test("Daily payout sums up the day", 2.8, ("ledger",)),
            Test("Payout skips bank holidays", 1.5, ("ledger",)),
            Test("Ledger balances to zero", 3.9, ("smoke", "ledger")),
            Test("Fees are booked on their own account", 1.4, ("ledger",)),
        ),
    ),
    File(
        "Webhooks",
        "/v2/webhooks",
        (
            Test("Sign every message", 0.8, ("webhook",)),
            Test("Late receiver gets the message again", 6.5, ("webhook",)),
            Test("Removed receiver gets nothing", 1.2, ("webhook",)),
            Test("Order of messages is kept", 4.2, ("webhook",)),
        ),
    ),
)
_FAULTS = (
    Fault(
        Trouble.FAIL,
        "Message {id} was not delivered within 5 seconds",
        ("Late receiver gets the message again", "Refund is told to the webhook"),
        chance=0.09,
    ),
    Fault(
        Trouble.FAIL,
        "Expected status: 201 != 409 for payment pay_{id}",
        ("Create with the same key twice pays once",),
        first=18,
        last=16,
        lanes=("regression",),
    ),
    Fault(
        Trouble.SKIP, "Direct debit is switched off in this environment", ("Create a direct debit",), first=60, last=31
    ),
)
_CHANGES = (
    Change("feature/void-old-authorisations", 208, 55, 3, ("Capture takes the whole amount",), "500 != 200"),
    Change(
        "fix/duplicate-key", 217, 17, 3, ("Create with the same key twice pays once",), "Expected status: 201 != 409"
    ),
    Change("chore/postgres-18", 221, 11, 2),
    Change("feature/instant-payouts", 225, 3, 3, ("Daily payout sums up the day",), "'118.20' should be '121.40'"),
)
_BOOK = Book("Payments API", "/builds/payments/robot", _FILES, flavours.over_http, _FAULTS, _CHANGES)
_GROUPS = (
    ("Authorise", ("status is 201", "answer names the payment")),
    ("Capture", ("status is 200",)),
)
_PEAK = Profile(
    users=200,
    seconds=600,
    requests_per_second=640,
    p95_ms=(318, 524),
    bend=1.8,
    noise=0.012,
    groups=_GROUPS,
    thresholds=(
        k6.Threshold("http_req_duration", "p(95)", "<", LIMIT_MS),
        k6.Threshold("http_req_duration{expected_response:true}", "p(99)", "<", 1200),
        k6.Threshold("http_req_failed", "rate", "<", 0.005),
    ),
)
_SMOKE = Profile(
    users=5,
    seconds=60,
    requests_per_second=12,
    p95_ms=(140, 146),
    groups=_GROUPS,
    thresholds=(k6.Threshold("http_req_duration", "p(95)", "<", 400),),
)

PROJECT = project.Project(
    slug="payments-api",
    name="Payments API",
    description="Takes, refunds and pays out money",
    lanes=(
        FunctionalLane("regression", "staging", "regression", Schedule(0, 40), _BOOK),
        FunctionalLane("smoke", "production", "smoke", Schedule(7, 0, every=2), _BOOK, only="smoke"),
        LoadLane("peak", "staging", "load", Schedule(4, 15), _PEAK),
        LoadLane("smoke", "production", "load", Schedule(5, 30, every=7), _SMOKE, file_name="samples.json"),
    ),
    builder=project.GITLAB,
    labels={"team": "payments", "region": "eu-west"},
    change_lane=FunctionalLane("merge request", "review", "regression", Schedule(10), _BOOK),
    changes=_CHANGES,
)
