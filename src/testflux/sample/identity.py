"""Sign-in for everything: one bad night when the sessions could not be cleaned up, and a scan that improves."""

from __future__ import annotations

from testflux.sample import flavours, project, rules
from testflux.sample.functional import Book, Change, Fault, File, FunctionalLane, Test, Trouble
from testflux.sample.occasion import Schedule
from testflux.sample.scan import ScanLane, Weakness

TEARDOWN_DAY = 20
"""How many days ago the teardown of `Sessions` failed, and with it all its tests."""

_FILES = (
    File(
        "Sign In",
        "/oauth2/token",
        (
            Test("Issue a token for the right password", 0.7, ("smoke",)),
            Test("Wrong password is refused", 0.6, ("smoke",)),
            Test("Five wrong passwords lock the account", 2.1, ("lock",)),
            Test("Locked account opens after a while", 3.4, ("lock",)),
            Test("Second factor is asked for", 1.2, ("factor",)),
            Test("Used code is refused", 0.9, ("factor",)),
            Test("Recovery code works once", 1.1, ("factor",)),
            Test("Passkey replaces the password", 1.6, ("factor",), written=33),
        ),
    ),
    File(
        "Sessions",
        "/sessions",
        (
            Test("Session ends after an hour", 1.3, ()),
            Test("Sign out ends all sessions", 1.0, ("smoke",)),
            Test("Spent refresh token ends the family", 1.5, ()),
            Test("New device is told by mail", 4.8, ("mail",)),
            Test("List names device and place", 0.8, ()),
        ),
    ),
    File(
        "Registration",
        "/registrations",
        (
            Test("Create an account", 1.4, ("smoke",)),
            Test("Known address is not revealed", 1.0, ("privacy",)),
            Test("Weak password is refused", 0.5, ()),
            Test("Leaked password is refused", 1.9, ()),
            Test("Unconfirmed address cannot sign in", 0.9, ()),
        ),
    ),
    File(
        "Directory",
        "/scim/v2/users",
        (
            Test("Create a user from the directory", 1.1, ("scim",)),
            Test("Removed user cannot sign in", 1.2, ("scim",)),
            Test("Groups become roles", 1.6, ("scim",)),
            Test("Ten thousand users are read in pages", 8.4, ("scim", "slow")),
        ),
    ),
)
_FAULTS = (
    Fault(
        Trouble.TEARDOWN,
        "redis.exceptions.ConnectionError: Error 111 connecting to sessions.{host}:6379. Connection refused.",
        ("Sessions",),
        first=TEARDOWN_DAY,
        last=TEARDOWN_DAY,
        lanes=("regression",),
    ),
    Fault(
        Trouble.FAIL,
        "No mail to device-{n}@example.test arrived within 30 seconds",
        ("New device is told by mail",),
        chance=0.11,
    ),
    Fault(
        Trouble.FAIL,
        "Read 9{n} of 10000 users before the page token expired",
        ("Ten thousand users are read in pages",),
        first=48,
        last=45,
        lanes=("regression",),
    ),
    Fault(Trouble.SKIP, "The list of leaked passwords is not installed here", ("Leaked password is refused",)),
)
_CHANGES = (
    Change("feature/passkeys", 96, 36, 4, ("Second factor is asked for",), "Expected status: 200 != 403"),
    Change("fix/page-tokens", 101, 46, 2),
    Change("chore/redis-8", 109, 13, 3, ("Session ends after an hour",), "Key session:{id} still exists"),
)
_BOOK = Book("Identity", "/builds/identity/acceptance", _FILES, flavours.over_http, _FAULTS, _CHANGES)
_WEAKNESSES = (
    Weakness(
        rules.ERROR_TEXT,
        ("/oauth2/token", "/registrations"),
        method="POST",
        evidence="java.lang.IllegalStateException",
        last=62,
    ),
    Weakness(rules.CLICKJACKING, ("/sign-in", "/consent"), param="x-frame-options", last=27),
    Weakness(rules.FORGERY, ("/sign-in",), evidence='<form action="/sign-in" method="post">'),
    Weakness(rules.TRANSPORT, ("/", "/sign-in", "/.well-known/openid-configuration"), last=9),
    Weakness(rules.COOKIE_SITE, ("/sign-in",), param="locale", evidence="Set-Cookie: locale"),
    Weakness(rules.SNIFFING, ("/assets/sign-in.js",), param="x-content-type-options", first=40),
    Weakness(rules.CACHED, ("/users/{n}/picture",), param="cache-control"),
)

PROJECT = project.Project(
    slug="identity",
    name="Identity",
    description="Accounts, sign-in and roles",
    lanes=(
        FunctionalLane("regression", "staging", "regression", Schedule(1, 45), _BOOK),
        FunctionalLane("smoke", "production", "smoke", Schedule(7, 20, every=3), _BOOK, only="smoke"),
        ScanLane("nightly scan", "staging", "security", Schedule(2, 50, every=4), _WEAKNESSES, file_name="zap.xml"),
    ),
    builder=project.JENKINS,
    labels={"team": "identity"},
    change_lane=FunctionalLane("pull request", "review", "regression", Schedule(11), _BOOK),
    changes=_CHANGES,
)
