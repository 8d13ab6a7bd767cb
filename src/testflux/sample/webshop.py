"""The web shop: tested in a browser, under load and by a scanner. Two days ago a commit broke the basket's total."""

from __future__ import annotations

from testflux.sample import flavours, k6, project, rules
from testflux.sample.functional import Book, Change, Fault, File, FunctionalLane, Test, Trouble
from testflux.sample.load import LoadLane, Profile
from testflux.sample.occasion import Schedule
from testflux.sample.scan import ScanLane, Weakness

REGRESSION_DAYS = 2
"""Since how many days ago the basket's total is broken."""
BROKEN = (
    "Voucher lowers the total",
    "Delivery costs are added to the total",
    "Guest checks out with an invoice",
    "Customer checks out with a saved card",
    "Order confirmation shows the total",
    "Gift wrapping is charged once",
)
"""What the regression broke."""
INJECTION_FIXED = 35
"""Since how many days ago the SQL injection is gone: in the eighth of thirteen weeks."""
SCRIPTING_DAYS = 1
"""Since how many days ago the search page reflects script."""

_FILES = (
    File(
        "Catalogue",
        "/products",
        (
            Test("List shows 24 products a page", 3.1, ("smoke", "catalogue")),
            Test("Price filter narrows the list", 4.2, ("catalogue",)),
            Test("Colour filter keeps its choice after going back", 5.0, ("catalogue",)),
            Test("Sold out products show no basket button", 3.4, ("catalogue",)),
            Test("Sorting by price puts the cheapest first", 3.8, ("catalogue",)),
            Test("Product page shows stock of the nearest branch", 4.4, ("catalogue",)),
            Test("Zoom opens the large picture", 3.0, ("catalogue",), written=61),
            Test("Compare shows three products side by side", 6.1, ("catalogue",), removed=44),
        ),
    ),
    File(
        "Search",
        "/search",
        (
            Test("Search finds a product by its name", 3.3, ("smoke", "search")),
            Test("Search forgives one wrong letter", 3.6, ("search",)),
            Test("Suggestions appear while typing", 2.9, ("search",)),
            Test("Empty search shows popular products", 2.6, ("search",)),
            Test("Search keeps the chosen language", 3.9, ("search",)),
        ),
    ),
    File(
        "Basket",
        "/basket",
        (
            Test("Product lands in the basket", 4.0, ("smoke", "basket")),
            Test("Basket survives signing in", 7.2, ("basket",)),
            Test("Amount can be changed", 4.1, ("basket",)),
            Test("Last piece cannot be put in twice", 4.7, ("basket",)),
            Test("Voucher lowers the total", 5.2, ("basket", "price")),
            Test("Expired voucher is refused", 4.9, ("basket", "price")),
            Test("Delivery costs are added to the total", 4.6, ("basket", "price")),
            Test("Gift wrapping is charged once", 5.5, ("basket", "price"), written=38),
        ),
    ),
    File(
        "Checkout",
        "/checkout",
        (
            Test("Guest checks out with an invoice", 11.4, ("smoke", "checkout", "price")),
            Test("Customer checks out with a saved card", 12.2, ("checkout", "price")),
            Test("Address is completed while typing", 5.8, ("checkout",)),
            Test("Wrong postcode is named", 4.2, ("checkout",)),
            Test("Order confirmation shows the total", 9.9, ("checkout", "price")),
            Test("Order confirmation is sent by mail", 14.1, ("checkout", "mail")),
            Test("Closed bank page returns to the payment step", 10.3, ("checkout",)),
            Test("Two tabs make one order", 13.0, ("checkout",)),
            Test("Pick up in a branch costs nothing", 8.8, ("checkout",)),
        ),
    ),
    File(
        "Account",
        "/account",
        (
            Test("Customer signs in", 3.7, ("smoke", "account")),
            Test("Wrong password is refused", 3.2, ("account",)),
            Test("Forgotten password sends a link", 8.3, ("account", "mail")),
            Test("Order list shows the newest first", 4.4, ("account",)),
            Test("Address can be deleted", 4.8, ("account",)),
            Test("Newsletter can be cancelled without signing in", 5.1, ("account", "mail")),
            Test("Data export arrives as a file", 16.2, ("account", "privacy"), slower_since=24, slower=2.6),
        ),
    ),
    File(
        "Returns",
        "/returns",
        (
            Test("Return label is made", 7.7, ("returns",)),
            Test("Return of a part refunds a part", 9.1, ("returns", "price")),
            Test("Return after 30 days is refused", 4.4, ("returns",)),
            Test("Refund goes to the gift card it came from", 8.6, ("returns", "price")),
        ),
    ),
    File(
        "Service",
        "/service",
        (
            Test("Contact form is sent", 5.0, ("service", "mail")),
            Test("Chat opens during opening hours", 6.2, ("service",)),
            Test("Imprint is linked on every page", 2.2, ("smoke", "service")),
            Test("Cookie choice is kept", 3.0, ("smoke", "service", "privacy")),
        ),
    ),
)
_TIMEOUT = "TimeoutError: locator.waitFor: Timeout {ms}ms exceeded."
_FAULTS = (
    Fault(
        Trouble.FAIL,
        "HTTPError: 500 Server Error: Internal Server Error for url: https://{host}/api/baskets/{n}/total",
        BROKEN,
        first=REGRESSION_DAYS,
        lanes=("regression",),
    ),
    Fault(Trouble.FAIL, _TIMEOUT, ("Suggestions appear while typing",), chance=0.09),
    Fault(Trouble.FAIL, _TIMEOUT, ("Chat opens during opening hours",), first=55, chance=0.12),
    Fault(
        Trouble.FAIL,
        "No mail to order-{n}@example.test arrived within 30 seconds",
        ("Order confirmation is sent by mail", "Forgotten password sends a link"),
        chance=0.025,
    ),
    Fault(
        Trouble.FAIL,
        "Text '24 products' should be '20 products'",
        ("List shows 24 products a page",),
        first=71,
        last=68,
        lanes=("regression",),
    ),
    Fault(Trouble.FAIL, "HTTP 503 Service Unavailable from https://{host}/", first=41, last=41, lanes=("smoke",)),
    Fault(
        Trouble.SKIP,
        "The bank's sandbox is closed until further notice",
        ("Closed bank page returns to the payment step",),
    ),
    Fault(Trouble.SKIP, "No branch has stock in this environment", ("Pick up in a branch costs nothing",), first=50),
)
_CHANGES = (
    Change("feature/gift-wrapping", 412, 43, 4, ("Product lands in the basket",), "Text '2' should be '1'"),
    Change("feature/large-pictures", 401, 64, 3),
    Change("fix/voucher-rounding", 418, 37, 2, ("Voucher lowers the total",), "Text 'EUR 17.99' should be 'EUR 18.00'"),
    Change("feature/branch-stock", 426, 29, 5, ("Pick up in a branch costs nothing",), "Element not found: #stock-{n}"),
    Change("chore/node-24", 431, 22, 3),
    Change("feature/faster-search-page", 437, 15, 4, ("Search keeps the chosen language",), "Text 'fr' should be 'de'"),
    Change("fix/address-completion", 440, 9, 2),
    Change("feature/basket-service", 444, 5, 4, ("Amount can be changed", "Basket survives signing in"), _TIMEOUT),
    Change(
        "fix/basket-total",
        447,
        1,
        2,
        BROKEN,
        "HTTPError: 500 Server Error: Internal Server Error for url: https://{host}/api/baskets/{n}/total",
    ),
)
_BOOK = Book("Webshop", "/builds/webshop/tests", _FILES, flavours.in_browser, _FAULTS, _CHANGES)
_PEAK = Profile(
    users=120,
    seconds=900,
    requests_per_second=310,
    p95_ms=(412, 388),
    groups=(
        ("Browse", ("status is 200", "page has products")),
        ("Basket", ("status is 200", "basket has one line")),
        ("Checkout", ("status is 201", "order has a number")),
    ),
    thresholds=(
        k6.Threshold("http_req_duration", "p(95)", "<", 600),
        k6.Threshold("http_req_failed", "rate", "<", 0.01),
        k6.Threshold("checks", "rate", ">", 0.99),
    ),
)
_WEAKNESSES = (
    Weakness(
        rules.SQL_INJECTION,
        ("/api/products?sort=price",),
        param="sort",
        attack="price' AND '1'='1' -- ",
        evidence="HTTP/1.1 500 Internal Server Error",
        last=INJECTION_FIXED + 1,
    ),
    Weakness(
        rules.SCRIPTING,
        ("/search?q=%3Cscript%3Ealert%281%29%3B%3C%2Fscript%3E",),
        param="q",
        attack="<script>alert(1);</script>",
        evidence="<script>alert(1);</script>",
        first=SCRIPTING_DAYS,
    ),
    Weakness(rules.CONTENT_POLICY, ("/", "/search", "/basket", "/products/{n}"), last=20),
    Weakness(rules.CLICKJACKING, ("/checkout",), param="x-frame-options"),
    Weakness(rules.FORGERY, ("/service/contact",), evidence='<form id="contact" method="post">'),
    Weakness(rules.COOKIE_SITE, ("/",), param="basket", evidence="Set-Cookie: basket"),
    Weakness(rules.SNIFFING, ("/assets/shop.js", "/assets/shop.css"), param="x-content-type-options"),
    Weakness(rules.SERVER_VERSION, ("/",), evidence="nginx/1.27.0", first=58),
    Weakness(rules.CACHED, ("/account/orders/{n}",), param="cache-control"),
    Weakness(rules.MODERN, ("/",), evidence='<script src="/assets/shop.js" type="module">'),
)

PROJECT = project.Project(
    slug="webshop",
    name="Webshop",
    description="The shop people see: catalogue, basket, checkout",
    lanes=(
        FunctionalLane("regression", "staging", "regression", Schedule(1, 10), _BOOK),
        FunctionalLane("smoke", "production", "smoke", Schedule(6, 30), _BOOK, only="smoke"),
        LoadLane("peak", "staging", "load", Schedule(3, 0, every=3), _PEAK),
        ScanLane("nightly scan", "staging", "security", Schedule(2, 20, every=3, offset=1), _WEAKNESSES),
    ),
    builder=project.GITHUB,
    labels={"team": "storefront", "browser": "chromium"},
    change_lane=FunctionalLane("pull request", "review", "regression", Schedule(9), _BOOK),
    changes=_CHANGES,
)
