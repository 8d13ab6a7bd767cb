"""Real receivers of messages on the loopback: a web server and a mail server that remember what they got."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any, NamedTuple, TypeVar

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Posted(NamedTuple):
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


class WebhookReceiver:
    """Answers the statuses in `answers` one after the other, then 200. `gate` closed: it reads, but does not answer.

    The port is kept over `stop` and `start`, so that a receiver can be down for a while.
    """

    def __init__(self, tls: SSLContext | None = None) -> None:
        self.posted: list[Posted] = []
        self.answers: list[int] = []
        self.location = ""
        self.gate = threading.Event()
        self.gate.set()
        self._asked = threading.Event()
        self._tls = tls
        self._port = 0
        self._server: ThreadingHTTPServer | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"http{'s' if self._tls else ''}://{'localhost' if self._tls else '127.0.0.1'}:{self._port}/hook"

    async def asked(self) -> None:
        """Wait for the first request."""
        assert await asyncio.to_thread(self._asked.wait, 10), "nothing was posted within 10 seconds"

    def start(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.posted.append(Posted(self.path, headers, body))
                receiver._asked.set()
                receiver.gate.wait(30)
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                if receiver.location:
                    self.send_header("location", receiver.location)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its parent's name)
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = False

            def handle_error(self, request: object, client_address: object) -> None:
                """A caller that hangs up is what some tests are about."""

        server = Server(("127.0.0.1", self._port), Handler)
        if self._tls:
            server.socket = self._tls.wrap_socket(server.socket, server_side=True)
        self._port = server.server_address[1]
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def stop(self) -> None:
        if self._server:
            self.gate.set()
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = None


class MailReceiver:
    """Takes every mail (`received`), refuses the recipients in `refused`. The port is kept over `stop` and `start`."""

    def __init__(self, **options: Any) -> None:
        self.received: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.refused: set[str] = set()
        self._options = options
        self._controller: Controller | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=10, **self._options)
        controller.start()
        self._controller = controller

    def stop(self) -> None:
        if self._controller:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(  # noqa: N802 (the name aiosmtpd looks for)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        self.received.append(email.message_from_bytes(content, policy=email.policy.default))
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 taken"


Receiver = TypeVar("Receiver", WebhookReceiver, MailReceiver)


@contextmanager
def running(make: Callable[[], Receiver]) -> Generator[Receiver]:
    """Lend a receiver and stop it afterwards."""
    receiver = make()
    try:
        yield receiver
    finally:
        receiver.stop()
