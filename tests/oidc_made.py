"""A made OpenID Connect provider: keys, tokens with whatever is wrong with them, and (on the loopback) a server."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from testflux.access import oidc

CLIENT = "testflux"
CLIENT_SECRET = "what only both of us know"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE_KEY = ec.generate_private_key(ec.SECP256R1())
EDWARDS_KEY = ed25519.Ed25519PrivateKey.generate()
ALGORITHMS: dict[str, Any] = {"RSA": RSAAlgorithm, "EC": ECAlgorithm, "OKP": OKPAlgorithm}


def jwk(key: Any, kid: str | None = "one", **more: Any) -> dict[str, Any]:
    """Write the public half of a key as a JWK."""
    public: Any = key.public_key()
    kind = "RSA" if hasattr(public, "key_size") and not hasattr(public, "curve") else "EC"
    kind = "OKP" if isinstance(public, ed25519.Ed25519PublicKey) else kind
    row: dict[str, Any] = ALGORITHMS[kind].to_jwk(public, as_dict=True)
    return {**row, **({} if kid is None else {"kid": kid}), **more}


def key_set(*rows: Mapping[str, Any]) -> bytes:
    return json.dumps({"keys": list(rows) or [jwk(KEY)]}).encode()


def pem(key: Any) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form)


def claims(issuer: str, **changes: Any) -> dict[str, Any]:
    """Claims that are right, but for `changes`; None leaves one out."""
    now = int(time.time())
    right = {"iss": issuer, "aud": CLIENT, "sub": "s-1", "iat": now, "exp": now + 300, "nonce": "n"}
    return {name: value for name, value in {**right, **changes}.items() if value is not None}


def sign(said: Mapping[str, Any], key: Any = KEY, algorithm: str = "RS256", kid: str | None = "one") -> str:
    return jwt.encode(dict(said), key, algorithm=algorithm, headers={} if kid is None else {"kid": kid})


def by_hand(head: Mapping[str, Any], said: Mapping[str, Any], signature: bytes = b"") -> str:
    """A token as no library would write it."""
    parts = [json.dumps(head).encode(), json.dumps(said).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


class Peer:
    """Answers discovery, keys, tokens and userinfo, and GitHub's API. A code is good once, and for its challenge."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = [jwk(KEY)]
        self.metadata: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.api: dict[str, Any] = {}
        self.asked: list[str] = []
        self.forms: list[dict[str, str]] = []
        self._codes: dict[str, tuple[str, dict[str, Any]]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def grant(self, url: str, *, token: Any = None, **changes: Any) -> dict[str, str]:
        """Let somebody sign in who was sent to `url`; return what their browser brings back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        said = claims(self.issuer, **{"nonce": query.get("nonce"), **changes})
        code = f"code-{len(self._codes)}"
        answer = {"access_token": "opaque", "token_type": "Bearer", "id_token": sign(said) if token is None else token}
        self._codes[code] = (query["code_challenge"], answer)
        return {"state": query["state"], "code": code}

    def exchange(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.forms.append(form)
        found = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if found is None or base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != found[0]:
            return 400, {"error": "invalid_grant", "error_description": "The code is not good."}
        return 200, found[1]

    def answer(self, path: str) -> tuple[int, Any]:
        self.asked.append(path)
        known = {
            oidc.WELL_KNOWN: self._describe(),
            "/jwks": {"keys": self.keys},
            "/userinfo": self.userinfo,
            **self.api,
        }
        return (200, known[path]) if path in known else (404, {})

    def _describe(self) -> dict[str, Any]:
        own = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
        }
        return {**own, **self.metadata}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(*peer.answer(urlsplit(self.path).path))

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                self._answer(*peer.exchange({name: values[0] for name, values in form.items()}))

            def _answer(self, status: int, body: Any) -> None:
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its parent's name)
                """Say nothing."""

        return Handler


@contextmanager
def serve_peer() -> Generator[Peer]:
    peer = Peer()
    thread = threading.Thread(target=peer.serve)
    thread.start()
    try:
        yield peer
    finally:
        peer.stop()
        thread.join()
