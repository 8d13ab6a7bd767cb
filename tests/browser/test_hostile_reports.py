"""Reports that try to run something in the browser of whoever looks at them: nothing of it runs, on any page."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from html import escape

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

import screens
import tiny_reports
from running import RunningHouse
from testflux.kit import clock
from tiny_reports import keyword, message

CANARY = "window.canary=1"
ATTACKS = (
    f"<script>{CANARY}</script>",
    f"<img src=x onerror={CANARY}>",
    f'"><svg/onload={CANARY}>',
    f"'><iframe srcdoc='<script>parent.{CANARY}</script>'></iframe>",
    f"<math><mtext></p><style><!--</style><img title='--&gt;&lt;img src=1 onerror={CANARY}&gt;'>",
    f"<a href='javascript:{CANARY}'>click me</a>",
    f"<a href=' &#14; java&#x73;cript:{CANARY}'>click me</a>",
    f"<form action='javascript:{CANARY}'><button>click me</button></form>",
    f"<details open ontoggle={CANARY}>",
    f"<style>@import 'data:text/css,x'</style><div style='x:expression({CANARY})'>",
    f"<base href='//evil.example/'><template><script>{CANARY}</script></template>",
    f"{{{{constructor.constructor('{CANARY}')()}}}}${{{CANARY}}}",
)
EVERYTHING = " ".join(ATTACKS)
PAGE = f"<!doctype html><html><body onload={CANARY}><script>{CANARY}</script></body></html>"
DRAWING = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{CANARY}"><script>{CANARY}</script></svg>'
POLYGLOT = b"GIF89a/*" + b"\0" * 20 + f"*/=1;{CANARY}//<script>{CANARY}</script>".encode()
FILES = {
    "page.html": PAGE.encode(),
    "drawing.svg": DRAWING.encode(),
    "feed.xml": f'<?xml-stylesheet href="javascript:{CANARY}"?><html xmlns="http://www.w3.org/1999/xhtml">'
    f"<script>{CANARY}</script></html>".encode(),
    "code.js": CANARY.encode(),
    "picture.gif": POLYGLOT,
    "text.txt": PAGE.encode(),
    f'"><img src=x onerror={CANARY}>.html': PAGE.encode(),
}
pytestmark = pytest.mark.timeout(300)


def robot() -> bytes:
    steps = keyword(
        "Shows",
        *(message(attack, is_html=True) for attack in ATTACKS),
        *(message(attack) for attack in ATTACKS),
        status="FAIL",
    )
    name = escape(ATTACKS[1], quote=True)
    failure = escape(f"*HTML* {EVERYTHING}")
    return tiny_reports.robot({name: failure}, clock.now(), suite=name, inside={name: steps})


def junit() -> bytes:
    text = escape(EVERYTHING, quote=True)
    return (
        f'<testsuite name="{text}"><testcase classname="{text}" name="{text}" file="{text}">'
        f'<failure message="{text}" type="{text}">{text}</failure><system-out>{text}</system-out>'
        f"<system-err>{text}</system-err></testcase></testsuite>"
    ).encode()


def zap() -> bytes:
    report = json.loads(tiny_reports.zap({"40012": 3}, clock.now()))
    for alert in report["site"][0]["alerts"]:
        alert.update(dict.fromkeys(("alert", "name", "desc", "solution", "otherinfo"), EVERYTHING))
        alert["reference"] = f"<p>javascript:{CANARY}</p><p>{EVERYTHING}</p>"
        alert["instances"][0] |= dict.fromkeys(("param", "attack", "evidence", "otherinfo"), EVERYTHING)
        alert["instances"][0] |= {"request-body": EVERYTHING, "response-body": PAGE}
    return json.dumps(report).encode()


def packed() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("out/output.xml", robot())
        for name, content in FILES.items():
            archive.writestr(f"out/{name}", content)
    return data.getvalue()


@pytest.fixture(scope="module")
def hostile(house: RunningHouse) -> dict[str, str]:
    """A page of each run, in a project whose every word is an attack too."""
    with house.client() as client:
        body = {"slug": "hostile", "name": ATTACKS[1], "description": EVERYTHING[:500]}
        client.post("/projects", json=body).raise_for_status()
        reports = {"robot.zip": packed(), "junit.xml": junit(), "zap.json": zap()}
        return {name: send(client, name, content) for name, content in reports.items()}


def send(client: httpx.Client, name: str, content: bytes) -> str:
    words = {
        "filename": f"{ATTACKS[1]}{name}".replace("/", ""),
        "name": f"{name} {ATTACKS[1]}",
        "branch": ATTACKS[2],
        "commit": ATTACKS[1],
        "environment": ATTACKS[1],
        "build_url": f"javascript:{CANARY}",
        "pull_request": ATTACKS[1],
        "labels": f"{ATTACKS[1].replace('=', ' ')}={ATTACKS[2]}",
    }
    answer = client.post(
        "/projects/hostile/uploads", params=words, content=content, headers={"Prefer": "wait=60"}, timeout=90
    ).json()
    uploads = answer.get("uploads", [answer])
    assert [upload["status"] for upload in uploads] == ["stored"], answer
    return uploads[0]["runs"][0]["url"]


@pytest.fixture
def watched(chromium: Browser, house: RunningHouse) -> Iterator[Page]:
    """A page without the server's policy, so that only the app itself stands between the reports and the browser.

    A dialog, or a request to elsewhere, fails the test.
    """
    asked: list[str] = []
    context = chromium.new_context(base_url=house.url, bypass_csp=True)
    page = screens.sign_in(context).new_page()
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url) if "evil.example" in request.url else None)
    yield page
    context.close()
    assert asked == []


HOSTILE = """() => [...document.querySelectorAll('*')].filter(each =>
    [each.href, each.src, each.action, each.formAction, each.data].some(to => /^\\s*(javascript|data:text)/i.test(to))
    || ['IFRAME', 'BASE', 'OBJECT', 'EMBED', 'TEMPLATE'].includes(each.tagName)
    || [...each.attributes].some(({ name }) => name.startsWith('on'))
    || each.tagName === 'SCRIPT' && each.src === '').map(each => each.outerHTML.slice(0, 200))"""


def check(page: Page) -> None:
    """Nothing ran, and nothing in the page could, whatever is clicked."""
    screens.settle(page)
    assert page.evaluate("window.canary") is None, page.url
    assert page.evaluate(HOSTILE) == [], page.url


def _serve(headers: dict[str, str], body: bytes) -> Callable[[Route], None]:
    return lambda route: route.fulfill(headers=headers, body=body)


def test_no_page_of_the_app_runs_anything(watched: Page, hostile: dict[str, str]) -> None:
    waiting = ["/", "/p/hostile", *hostile.values()]
    seen: dict[str, str] = {}
    while waiting and len(seen) < 30:
        path = waiting.pop(0)
        name = path if path in hostile.values() else screens.name_of(path)
        if name in seen:
            continue
        seen[name] = path
        watched.goto(path)
        check(watched)
        waiting += screens.list_links(watched)
    assert len(seen) > 10


def test_messages_of_robot_framework_are_words_only(watched: Page, hostile: dict[str, str]) -> None:
    watched.goto(f"{hostile['robot.zip']}?tab=tests")
    watched.get_by_role("table", name="Tests of this run").get_by_role("button").filter(
        has_text="window.canary"
    ).click()
    detail = watched.get_by_role("region", name="Test detail")
    expect(detail.get_by_role("tree")).to_be_visible()
    expect(detail.get_by_text("click me").first).to_be_visible()
    for words in detail.get_by_text("click me").all():
        words.click(force=True, trial=False)
    check(watched)


def test_output_of_junit_is_words_only(watched: Page, hostile: dict[str, str]) -> None:
    watched.goto(f"{hostile['junit.xml']}?tab=tests")
    watched.get_by_role("table", name="Tests of this run").get_by_role("button").filter(
        has_text="window.canary"
    ).click()
    detail = watched.get_by_role("region", name="Test detail")
    expect(detail.get_by_text("<script>").first).to_be_visible()
    check(watched)


def test_evidence_of_zap_is_words_only(watched: Page, hostile: dict[str, str]) -> None:
    watched.goto(hostile["zap.json"])
    screens.settle(watched)
    watched.get_by_role("table").get_by_role("button").first.click()
    expect(watched.get_by_text("<script>").first).to_be_visible()
    check(watched)


def test_files_that_came_along_run_nothing_at_their_own_address(
    chromium: Browser, house: RunningHouse, hostile: dict[str, str]
) -> None:
    """Saved, or shown as a picture or as text, under a policy that lets nothing run."""
    run = hostile["robot.zip"].rpartition("/")[2]
    page = chromium.new_page(base_url=house.url)
    with house.client() as client:
        items = client.get(f"/runs/{run}/attachments").raise_for_status().json()["items"]
        assert {item["path"].rpartition("/")[2] for item in items} >= {"drawing.svg", "picture.gif"}
        shown: set[str] = set()
        for item in items:
            answer = client.get(item["url"].removeprefix("/api/v1"))
            kind, told = answer.headers["content-type"].partition(";")[0], dict(answer.headers)
            assert kind in ("application/octet-stream", "text/plain", "image/gif"), item
            assert told["content-disposition"].startswith("inline" if kind != "application/octet-stream" else "attach")
            assert told["x-content-type-options"] == "nosniff"
            assert told["content-security-policy"] == "sandbox; default-src 'none'"
            if "attachment" not in told["content-disposition"]:
                shown.add(kind)
                kept = {name: told[name] for name in ("content-type", "content-disposition", "x-content-type-options")}
                page.route("**/served", _serve(kept, answer.content))
                page.goto("/served")
                assert page.evaluate("window.canary") is None, item
                page.unroute("**/served")
    page.close()
    assert "image/gif" in shown
