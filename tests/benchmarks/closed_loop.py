"""Clients that ask again as soon as they are answered: one thread, and no more work an answer than reading it.

An ordinary HTTP client takes as long over a small answer as the server does, and would be what is measured.
"""

from __future__ import annotations

import heapq
import selectors
import socket
import statistics
import time
from collections.abc import Sequence

OK, NOT_MODIFIED = 200, 304


class Client:
    """One connection that works through its paths."""

    def __init__(self, port: int, token: str, paths: Sequence[str]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.took: list[float] = []
        self.size = 0
        self._head = f"Host: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        self._paths = iter(paths)
        self._path = ""

    def ask(self, more: str = "") -> bool:
        """Send the next request; False when there is none."""
        path = next(self._paths, None)
        if path is None:
            return False
        self._path, self._answer, self._whole = path, bytearray(), 0
        self._began = time.perf_counter()
        self.socket.sendall(f"GET {path} HTTP/1.1\r\n{self._head}{more}\r\n".encode())
        return True

    def read(self, status: int = OK) -> bool:
        """Read what came; True when the answer is whole."""
        came = self.socket.recv(1 << 18)
        assert came, f"{self._path}: the connection ended"
        self._answer += came
        if not self._whole and (end := self._answer.find(b"\r\n\r\n")) > 0:
            head = bytes(self._answer[:end]).lower()
            assert head.startswith(f"http/1.1 {status} ".encode()), f"{self._path}: {self._answer[:1000]!r}"
            self._whole = end + 4 + (int(_header(head, b"content-length")) if status == OK else 0)
        if len(self._answer) < (self._whole or 1 << 60):
            return False
        self.took.append(1000 * (time.perf_counter() - self._began))
        self.size += self._whole
        return True

    @property
    def tag(self) -> str:
        """The ETag of the answer."""
        return _header(bytes(self._answer), b"etag")


def ask_together(port: int, token: str, lists: Sequence[Sequence[str]], pause_s: float = 0) -> tuple[list[float], int]:
    """Let as many clients as lists ask at the same time; return what each answer took (ms, ascending) and all bytes.

    Each asks again a pause after its answer; they begin one after the other, so that they do not ask in step.
    """
    clients = [Client(port, token, paths) for paths in lists]
    now = time.perf_counter()
    due = [(now + pause_s * place / len(clients), place) for place in range(len(clients))]
    with selectors.DefaultSelector() as selector:
        for place, client in enumerate(clients):
            selector.register(client.socket, selectors.EVENT_READ, place)
        while selector.get_map():
            wait_s = max(0, due[0][0] - time.perf_counter()) if due else None
            for key, _ in selector.select(wait_s):
                if clients[key.data].read():
                    heapq.heappush(due, (time.perf_counter() + pause_s, key.data))
            while due and due[0][0] <= time.perf_counter():
                client = clients[heapq.heappop(due)[1]]
                if not client.ask():
                    selector.unregister(client.socket)
                    client.socket.close()
    return sorted(took for client in clients for took in client.took), sum(client.size for client in clients)


def ask_again(port: int, token: str, path: str, times: int) -> float:
    """Return the median time of an answer that says nothing changed, in ms."""
    client = Client(port, token, [path] * (times + 1))
    client.ask()
    while not client.read():
        pass
    tag = client.tag
    while client.ask(f"If-None-Match: {tag}\r\n"):
        while not client.read(NOT_MODIFIED):
            pass
    client.socket.close()
    return statistics.median(client.took[1:])


def _header(head: bytes, name: bytes) -> str:
    for line in head.split(b"\r\n"):
        key, _, value = line.partition(b":")
        if key.lower() == name:
            return value.strip().decode()
    raise AssertionError(f"no {name.decode()}: {head!r}")
