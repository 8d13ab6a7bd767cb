"""What the steps of a test look like: in a browser, over HTTP, on a phone."""

from __future__ import annotations

from testflux.sample import robot
from testflux.sample.functional import File, Test
from testflux.sample.occasion import Occasion


def in_browser(file: File, test: Test, occasion: Occasion, seconds: float) -> tuple[robot.Step, ...]:
    """Open a page, act, read what it shows."""
    url = f"https://{occasion.host}{file.path}"
    target = f'[data-test="{_slug(test.name)}"]'
    opened = robot.Step(
        name=f"Open {file.name}",
        steps=(
            robot.Step(name="Go To", owner="Browser", args=(url,), seconds=seconds * 0.35),
            robot.Step(
                name="Wait For Elements State",
                owner="Browser",
                args=(target, "visible"),
                seconds=seconds * 0.2,
            ),
        ),
    )
    return (
        opened,
        robot.Step(name="Click", owner="Browser", args=(target,), seconds=seconds * 0.15, note=f"Clicked {target}"),
        robot.Step(name="Get Text", owner="Browser", args=(target, "!=", "${EMPTY}"), seconds=seconds * 0.3),
    )


def over_http(file: File, test: Test, occasion: Occasion, seconds: float) -> tuple[robot.Step, ...]:
    """Send a request, judge the answer."""
    verb = "POST" if test.name.split()[0] in {"Create", "Capture", "Refund", "Sign", "Issue"} else "GET"
    number = occasion.roll("request", test.name).randint(10_000, 99_999)
    note = f"{verb} https://{occasion.host}{file.path}/{number} answered 200 in {seconds * 800:.0f} ms"
    return (
        robot.Step(
            name=f"{verb} On Session",
            owner="RequestsLibrary",
            args=("api", f"{file.path}/{number}"),
            seconds=seconds * 0.9,
            note=note,
        ),
        robot.Step(
            name="Should Be Equal As Integers",
            owner="BuiltIn",
            args=("${response.status_code}", "200"),
            seconds=seconds * 0.1,
        ),
    )


def on_phone(file: File, test: Test, occasion: Occasion, seconds: float) -> tuple[robot.Step, ...]:
    """Open a screen of the app, tap, look."""
    target = f"accessibility_id={_slug(test.name)}"
    device = ("emulator-5554", "emulator-5556")[occasion.roll("device").randint(0, 1)]
    return (
        robot.Step(
            name=f"Open Screen {file.name}",
            steps=(
                robot.Step(
                    name="Go To Url",
                    owner="AppiumLibrary",
                    args=(f"app://shop{file.path}",),
                    seconds=seconds * 0.5,
                    note=f"Device {device}",
                ),
            ),
        ),
        robot.Step(name="Click Element", owner="AppiumLibrary", args=(target,), seconds=seconds * 0.2),
        robot.Step(
            name="Wait Until Element Is Visible",
            owner="AppiumLibrary",
            args=(target, "10s"),
            seconds=seconds * 0.3,
        ),
    )


def _slug(name: str) -> str:
    return "-".join(word for word in name.lower().split()[:3] if word.isalnum())
