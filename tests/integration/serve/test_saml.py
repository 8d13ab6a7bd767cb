from __future__ import annotations

import base64
import http.server
import threading
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  (it ships no types)

import saml_made
from saml_made import Answer
from serve_house import ServeHouse, open_serve_house
from testflux.kit import clock
from testflux.model.access import EVERYBODY
from testflux.store import providers

pytestmark = pytest.mark.asyncio(loop_scope="module")
AUDIENCE = "<a:AudienceRestriction><a:Audience>{}</a:Audience></a:AudienceRestriction>"


class Idp:
    """An identity provider, as it is set up in a house, and browsers that go there and come back."""

    def __init__(self, house: ServeHouse, provider: dict[str, Any]) -> None:
        self.house = house
        self.id = provider["id"]
        self.acs_url = provider["redirect_uri"]
        self.entity_id = self.acs_url.replace("/acs", "/metadata")
        self._count = 0

    def browser(self) -> httpx.AsyncClient:
        return self.house.client(None)

    async def begin(self, browser: httpx.AsyncClient, **query: str) -> tuple[str, str]:
        """Begin in a browser; return the request's id and the RelayState."""
        response = await browser.get(f"/auth/saml/{self.id}/start", params=query)
        assert response.status_code == 302, response.text
        return request_of(response.headers["location"])

    def answer(self, request_id: str | None, **changes: Any) -> Any:
        """Return a signed response; each has an assertion of its own."""
        self._count += 1
        now = clock.now()
        answer = Answer(
            audience=AUDIENCE.format(self.entity_id),
            recipient=self.acs_url,
            destination=self.acs_url,
            answers=f'InResponseTo="{request_id}"' if request_id else "",
            assertion_id=f"_assertion{self.id}x{self._count}",
            now=now - timedelta(seconds=1),
        )
        return saml_made.signed(msgspec.structs.replace(answer, **changes))

    async def post(self, browser: httpx.AsyncClient, document: Any, state: str = "") -> httpx.Response:
        form = {"SAMLResponse": saml_made.posted(document), "RelayState": state}
        return await browser.post(f"/auth/saml/{self.id}/acs", data=form)

    async def come_back(self, browser: httpx.AsyncClient, document: Any, state: str) -> httpx.Response:
        """Post an answer and follow the redirect that it is answered with."""
        led = await self.post(browser, document, state)
        assert led.status_code == 302, led.text
        return await browser.get(f"http://testserver{led.headers['location']}")


def request_of(url: str) -> tuple[str, str]:
    query = parse_qs(urlsplit(url).query)
    document = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15))
    return document.get("ID"), query["RelayState"][0]


def config(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "saml",
        "entity_id": saml_made.ISSUER,
        "sso_url": saml_made.SSO_URL,
        "certificates": [saml_made.key().der],
        **changes,
    }


async def set_up(house: ServeHouse, name: str, **changes: Any) -> Idp:
    body = {"name": name, "config": config(**changes), "default_role": "viewer", "is_enabled": True}
    response = await house.client().post("/providers", json=body)
    assert response.status_code == 201, response.text
    return Idp(house, response.json())


@pytest.fixture
async def idp(house: ServeHouse, request: pytest.FixtureRequest) -> Idp:
    return await set_up(house, request.node.name)


def problem_of(response: httpx.Response) -> str:
    assert response.status_code == 302, response.text
    parts = urlsplit(response.headers["location"])
    assert (parts.netloc, parts.path) == ("", "/sign-in")
    assert "testflux_refresh" not in response.cookies
    return parse_qs(parts.query)["problem"][0]


async def failures(idp: Idp) -> list[str]:
    """Return the reasons that the audit log holds for a provider, the newest first."""
    async with idp.house.rooms.database.read(EVERYBODY) as reader:
        rows = await reader.all(
            "select after from audit_event where act = 'sign_in.fail' and target_id = %(id)s order by number desc",
            id=idp.id,
        )
    return [row["after"]["reason"] for row in rows]


async def test_signs_in(idp: Idp) -> None:
    browser = idp.browser()
    request_id, state = await idp.begin(browser, next="/runs?x=1")
    response = await idp.come_back(browser, idp.answer(request_id), state)
    assert (response.status_code, response.headers["location"]) == (302, "/runs?x=1")
    granted = await browser.post("/auth/refresh")
    assert granted.json()["user"]["email"] == "ada@example.org"
    shown = (await idp.house.client().get(f"/providers/{idp.id}")).json()
    assert shown["people"] == 1


async def test_another_browser_does_not_finish(idp: Idp) -> None:
    browser, other = idp.browser(), idp.browser()
    request_id, state = await idp.begin(browser)
    await idp.begin(other)
    assert problem_of(await idp.come_back(other, idp.answer(request_id), state)) == "sign-in-over"


async def test_the_answer_to_another_request_of_the_same_browser(idp: Idp) -> None:
    browser = idp.browser()
    first, _ = await idp.begin(browser)
    _, second_state = await idp.begin(browser)
    assert problem_of(await idp.come_back(browser, idp.answer(first), second_state)) == "saml-refused"
    assert "another request" in (await failures(idp))[0]


async def test_an_answer_is_good_once(idp: Idp) -> None:
    browser = idp.browser()
    request_id, state = await idp.begin(browser)
    document = idp.answer(request_id)
    led = await idp.post(browser, document, state)
    assert (await browser.get(f"http://testserver{led.headers['location']}")).headers["location"] == "/"
    assert problem_of(await browser.get(f"http://testserver{led.headers['location']}")) == "sign-in-over"
    request_id, state = await idp.begin(browser)
    assert problem_of(await idp.post(browser, document, state)) == "saml-refused"
    assert "used already" in (await failures(idp))[0]


async def test_an_answer_kept_for_another_flow_cannot_be_taken(idp: Idp) -> None:
    """The ticket alone opens nothing: not without the flow's cookie, nor with another flow's."""
    browser, thief = idp.browser(), idp.browser()
    request_id, state = await idp.begin(browser)
    led = await idp.post(browser, idp.answer(request_id), state)
    ticket = parse_qs(urlsplit(led.headers["location"]).query)["answer"][0]
    _, stolen_state = await idp.begin(thief)
    finish = f"/auth/saml/{idp.id}/finish"
    response = await thief.get(finish, params={"begun": stolen_state, "answer": ticket})
    assert problem_of(response) == "saml-refused"


async def test_answers_that_nobody_asked_for(house: ServeHouse, idp: Idp) -> None:
    assert problem_of(await idp.post(idp.browser(), idp.answer(None))) == "saml-refused"
    allowing = await set_up(house, "unasked", unasked_allowed=True)
    browser = idp.browser()
    response = await allowing.post(browser, allowing.answer(None, subject="u-18"), "https://evil.example/")
    assert (response.status_code, response.headers["location"]) == (302, "/")
    assert (await browser.post("/auth/refresh")).status_code == 200


async def test_a_request_cannot_be_left_out(idp: Idp) -> None:
    """An answer to a request is not taken as one that nobody asked for."""
    request_id, _ = await idp.begin(idp.browser())
    assert problem_of(await idp.come_back(idp.browser(), idp.answer(request_id), "")) == "sign-in-over"


async def test_an_answer_for_another_provider_of_the_same_key(house: ServeHouse, idp: Idp) -> None:
    other = await set_up(house, "same key", unasked_allowed=True)
    document = idp.answer(None)
    assert problem_of(await other.post(other.browser(), document)) == "saml-refused"
    assert "(Recipient)" in (await failures(other))[0] or "addressed to" in (await failures(other))[0]


async def test_a_flow_of_another_provider(house: ServeHouse, idp: Idp) -> None:
    other, browser = await set_up(house, "other flow"), idp.browser()
    request_id, state = await other.begin(browser)
    assert problem_of(await idp.come_back(browser, idp.answer(request_id), state)) == "saml-refused"


@pytest.mark.parametrize("go_to", ["//evil.example", "https://evil.example", "javascript:alert(1)", "/\\evil.example"])
async def test_no_open_redirect(idp: Idp, go_to: str) -> None:
    browser = idp.browser()
    request_id, state = await idp.begin(browser, next=go_to)
    response = await idp.come_back(browser, idp.answer(request_id, subject=f"r{go_to}", attributes=mail(go_to)), state)
    assert response.headers["location"] == "/"


def mail(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (("email", (f"m{len(text)}@example.org",)),)


async def test_unsigned_and_forged_answers(idp: Idp) -> None:
    browser = idp.browser()
    request_id, state = await idp.begin(browser)
    forged = saml_made.signed(Answer(answers=f'InResponseTo="{request_id}"'), saml_made.key("evil"))
    assert problem_of(await idp.post(browser, forged, state)) == "saml-refused"
    assert problem_of(await idp.post(browser, Answer().response().encode(), state)) == "saml-refused"
    assert problem_of(await browser.post(f"/auth/saml/{idp.id}/acs", data={"x": "y"})) == "saml-refused"
    reasons = await failures(idp)
    assert "not signed with a key" in reasons[2]
    assert "it is not signed" in reasons[1]


async def test_a_form_is_a_form(idp: Idp) -> None:
    browser, place = idp.browser(), f"/auth/saml/{idp.id}/acs"
    assert (await browser.post(place, json={})).status_code == 415
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert (await browser.post(place, content=b"\xff", headers=headers)).status_code == 422
    assert (await browser.post(place, content="&".join("a=1" for _ in range(50)), headers=headers)).status_code == 422


async def test_switched_off(house: ServeHouse, idp: Idp) -> None:
    browser = idp.browser()
    request_id, state = await idp.begin(browser)
    changed = await house.client().patch(f"/providers/{idp.id}", json={"is_enabled": False})
    assert changed.status_code == 200, changed.text
    assert problem_of(await idp.come_back(browser, idp.answer(request_id), state)) == "not-found"
    assert problem_of(await browser.get(f"/auth/saml/{idp.id}/start")) == "not-found"
    assert problem_of(await idp.post(browser, idp.answer(None))) == "not-found"


async def test_our_metadata_and_signed_requests(house: ServeHouse) -> None:
    idp = await set_up(house, "signing", signs_requests=True)
    answered = await idp.browser().get(f"/auth/saml/{idp.id}/metadata")
    again = await idp.browser().get(f"/auth/saml/{idp.id}/metadata")
    assert answered.headers["content-type"].startswith("application/samlmetadata+xml")
    assert answered.content == again.content
    assert b"PRIVATE" not in answered.content
    assert etree.fromstring(answered.content).get("entityID") == idp.entity_id
    response = await idp.browser().get(f"/auth/saml/{idp.id}/start")
    assert set(parse_qs(urlsplit(response.headers["location"]).query)) == {
        "SAMLRequest",
        "RelayState",
        "SigAlg",
        "Signature",
    }
    async with house.rooms.database.read(EVERYBODY) as reader:
        row = await providers.get_enabled(reader, int(idp.id))
    assert b"PRIVATE" not in bytes(row["secret"])


async def test_a_provider_of_another_kind(house: ServeHouse) -> None:
    body = {"name": "oidc", "config": {"kind": "google", "client_id": "x"}, "is_enabled": True}
    number = (await house.client().post("/providers", json=body)).json()["id"]
    assert (await house.client(None).get(f"/auth/saml/{number}/metadata")).status_code == 404
    assert problem_of(await house.client(None).get(f"/auth/saml/{number}/start")) == "not-found"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sso_url": "javascript:alert(1)"}, "config.sso_url"),
        ({"metadata_url": "file:///etc/hostname"}, "config.metadata_url"),
        ({"certificates": ["AAAA"]}, "config.certificates"),
        ({"certificates": [saml_made.key("weak", 1024).der]}, "config.certificates"),
    ],
)
async def test_what_cannot_be_set_up(house: ServeHouse, change: dict[str, Any], field: str) -> None:
    response = await house.client().post("/providers", json={"name": "no", "config": config(**change)})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field


@contextmanager
def published(content: bytes) -> Generator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/astray":
                self.send_response(302)
                self.send_header("Location", "http://169.254.169.254/latest/meta-data")
                self.end_headers()
                return
            self.send_response(200 if self.path == "/metadata" else 404)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *_: Any) -> None:  # noqa: A002  (its own name)
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


async def test_reads_metadata(house: ServeHouse) -> None:
    client = house.client()
    response = await client.post("/providers/saml-metadata", json={"xml": saml_made.metadata().decode()})
    assert response.json()["entity_id"] == saml_made.ISSUER
    assert [each["certificate"] for each in response.json()["certificates"]] == [saml_made.key().der]
    hidden = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>'
    for wrong in ({"xml": hidden}, {"xml": "<x/>"}, {}, {"xml": "<x/>", "url": "http://x.example"}):
        assert (await client.post("/providers/saml-metadata", json=wrong)).status_code == 422
    with published(saml_made.metadata()) as url:
        response = await client.post("/providers/saml-metadata", json={"url": f"{url}/metadata"})
        assert response.status_code == 403
        assert "OUTGOING_PRIVATE" in response.json()["hint"]


async def test_metadata_by_address_are_compared(database_url: str, tmp_path: Any) -> None:
    private = ("127.0.0.0/8",)
    async with open_serve_house(database_url, tmp_path, outgoing_private=private) as house:
        with published(saml_made.metadata()) as url:
            client = house.client()
            read = await client.post("/providers/saml-metadata", json={"url": f"{url}/metadata"})
            assert read.json()["sso_url"] == saml_made.SSO_URL
            assert (await client.post("/providers/saml-metadata", json={"url": f"{url}/none"})).status_code == 503
            assert (await client.post("/providers/saml-metadata", json={"url": f"{url}/astray"})).status_code == 403
            same = await set_up(house, "same", metadata_url=f"{url}/metadata")
            other = await set_up(house, "other", metadata_url=f"{url}/metadata", sso_url="https://idp.example.org/old")
            steps = (await client.post(f"/providers/{same.id}/check")).json()["steps"]
            assert [step["name"] for step in steps] == [
                "Identity provider",
                "Certificates",
                "Our metadata",
                "Metadata",
            ]
            assert "the same" in steps[3]["said"]
            changed = (await client.post(f"/providers/{other.id}/check")).json()
            assert not changed["is_ok"]
            assert "have changed" in changed["steps"][3]["said"]


async def test_a_check_names_the_end_of_certificates(idp: Idp) -> None:
    steps = (await idp.house.client().post(f"/providers/{idp.id}/check")).json()["steps"]
    assert steps[1]["name"] == "Certificates"
    assert "2026-07-15" in steps[1]["said"]


async def test_trying_it_out(idp: Idp) -> None:
    browser = idp.house.client()
    begun = await browser.post(f"/providers/{idp.id}/test")
    assert begun.status_code == 200, begun.text
    request_id, state = request_of(begun.json()["url"])
    response = await idp.come_back(browser, idp.answer(request_id, subject="u-99", attributes=mail("try")), state)
    assert "testflux_refresh" not in response.cookies
    token = parse_qs(urlsplit(response.headers["location"]).query)["test"][0]
    result = (await browser.get(f"/provider-tests/{token}")).json()
    assert (result["is_ok"], result["subject"], result["email"]) == (True, "u-99", "m3@example.org")
    assert result["claims"] == {"email": ["m3@example.org"]}
    assert (await browser.get(f"/providers/{idp.id}")).json()["tested_at"] is not None


async def test_groups_give_roles(house: ServeHouse) -> None:
    idp = await set_up(house, "groups")
    roles = [{"group": "qa", "role": "maintainer"}]
    assert (await house.client().patch(f"/providers/{idp.id}", json={"group_roles": roles})).status_code == 200
    browser = idp.browser()
    request_id, state = await idp.begin(browser)
    said = (("email", ("grace@example.org",)), ("groups", ("qa",)))
    await idp.come_back(browser, idp.answer(request_id, subject="g", attributes=said), state)
    async with house.rooms.database.read(EVERYBODY) as reader:
        row = await reader.one(
            "select array_agg(role) as roles from role_grant join app_user using (user_id) where email = %(email)s",
            email="grace@example.org",
        )
    assert row["roles"] == ["maintainer"]
