"""The mobile app: flaky on its emulators, so failed tests run again and the outcomes are merged."""

from __future__ import annotations

from testflux.sample import flavours, project
from testflux.sample.functional import Book, Change, Fault, File, FunctionalLane, Test, Trouble
from testflux.sample.occasion import Schedule

_FILES = (
    File(
        "Start",
        "/start",
        (
            Test("Cold start shows the shop", 6.4, ("smoke",), slower_since=26, slower=1.45),
            Test("Warm start returns to the last screen", 3.1, ()),
            Test("Start without a network says so", 4.4, ()),
            Test("Link opens the product", 4.0, ("smoke",)),
        ),
    ),
    File(
        "Onboarding",
        "/welcome",
        (
            Test("Welcome can be skipped", 3.2, ()),
            Test("Location is asked for when it is needed", 5.0, ("privacy",)),
            Test("Notifications can be refused", 4.1, ("privacy",)),
        ),
    ),
    File(
        "Shopping",
        "/shop",
        (
            Test("Scroll loads more products", 7.3, ("smoke",)),
            Test("Swipe removes from the basket", 5.2, ()),
            Test("Barcode finds the product", 8.8, ("camera",)),
            Test("Favourites are kept on the next phone", 9.4, ("account",)),
            Test("Size chart opens in landscape", 4.7, ()),
            Test("Price alert arrives as a notification", 12.6, ("push",)),
        ),
    ),
    File(
        "Checkout",
        "/checkout",
        (
            Test("Wallet pays with one tap", 9.8, ("smoke", "wallet")),
            Test("Cancelled wallet returns to the basket", 7.1, ("wallet",)),
            Test("Lost network keeps the order", 11.5, ()),
            Test("Fingerprint replaces the password", 5.5, ("account",)),
        ),
    ),
    File(
        "Accessibility",
        "/accessibility",
        (
            Test("Screen reader reads the basket", 6.2, ("accessibility",)),
            Test("Largest text size fits", 5.3, ("accessibility",)),
            Test("Dark colours have contrast", 4.9, ("accessibility",), written=47),
        ),
    ),
)
_STALE = "StaleElementReferenceException: element {id} is no longer on the screen"
_FAULTS = (
    Fault(
        Trouble.RETRY,
        _STALE,
        ("Scroll loads more products", "Swipe removes from the basket", "Wallet pays with one tap"),
        chance=0.14,
    ),
    Fault(Trouble.FAIL, "No notification within 20 seconds", ("Price alert arrives as a notification",), chance=0.1),
    Fault(
        Trouble.FAIL,
        "Expected basket of 3 products but it held {n}",
        ("Lost network keeps the order",),
        first=14,
        last=8,
    ),
    Fault(Trouble.SKIP, "The emulator has no camera", ("Barcode finds the product",)),
    Fault(Trouble.SKIP, "The emulator has no fingerprint reader", ("Fingerprint replaces the password",), first=80),
)
_CHANGES = (
    Change("feature/dark-colours", 331, 49, 4, ("Largest text size fits",), "Text is cut off at {n} px"),
    Change(
        "fix/offline-order", 340, 9, 3, ("Lost network keeps the order",), "Expected basket of 3 products but it held 0"
    ),
    Change("feature/price-alerts", 344, 4, 3),
)
_BOOK = Book("Mobile App", "/builds/mobile/e2e", _FILES, flavours.on_phone, _FAULTS, _CHANGES)

PROJECT = project.Project(
    slug="mobile-app",
    name="Mobile app",
    description="The shop on the phone",
    lanes=(FunctionalLane("nightly", "device-lab", "regression", Schedule(2, 30, workdays=True), _BOOK),),
    builder=project.GITHUB,
    labels={"team": "mobile", "platform": "android"},
    change_lane=FunctionalLane("pull request", "device-lab", "regression", Schedule(12), _BOOK),
    changes=_CHANGES,
)
