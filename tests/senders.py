"""Clients that send parcel after parcel, each again and again until it is acknowledged, as a CI does."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Self

import httpx

import parcels

CHUNK = 16 * 1024
PAUSE_S = 0.05
PATIENCE_S = 90


class Senders:
    """So many clients at once. `acknowledged`: the ids that each parcel was answered with; `begun`: how many there are.

    An answer that no client should ever get is in `failures`.
    """

    def __init__(self, url: str, token: str, count: int = 3) -> None:
        self._url = f"{url}/api/v1/projects/shop/uploads"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._stopping = threading.Event()
        self._more = threading.Condition()
        self._again: list[parcels.Parcel] = []
        self.begun = 0
        self.answers = 0
        self.refusals = 0
        self.acknowledged: dict[int, list[str]] = {}
        self.failures: list[str] = []
        self._threads = [threading.Thread(target=self._send_all) for _ in range(count)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def wait_for_more(self, count: int, meanwhile: Callable[[], object] = bool) -> None:
        """Return when so many more answers came; `meanwhile` is called every second."""
        wanted = self.answers + count
        for _ in range(PATIENCE_S):
            with self._more:
                came = self._more.wait_for(lambda: self.answers >= wanted or self.failures, 1)
            assert not self.failures, self.failures
            if came:
                return
            meanwhile()
        raise AssertionError("nothing is acknowledged any more")

    def _send_all(self) -> None:
        try:
            while not self._stopping.is_set():
                parcel = self._next()
                # A connection may break in the middle of anything: each client starts anew.
                with httpx.Client(headers=self._headers, timeout=60) as client:
                    while not self._send(client, parcel) and not self._stopping.wait(PAUSE_S):
                        pass
        except Exception as error:  # noqa: BLE001  (a thread's death must be seen by the test)
            with self._more:
                self.failures.append(repr(error))
                self._more.notify_all()

    def _next(self) -> parcels.Parcel:
        with self._more:
            if self._again:
                return self._again.pop()
            parcel = parcels.make(self.begun)
            self.begun += 1
            self._again += [parcel] * (parcel.times - 1)
            return parcel

    def _send(self, client: httpx.Client, parcel: parcels.Parcel) -> bool:
        query = {"filename": parcel.name, "commit": parcel.commit}
        headers = {"Idempotency-Key": parcel.key} if parcel.key else {}
        with contextlib.suppress(httpx.TransportError):
            answer = client.post(self._url, params=query, headers=headers, content=_pieces(parcel.content))
            if answer.status_code in {200, 202}:
                self._note(parcel, answer)
                return True
            assert answer.status_code in {429, 503}, answer.text
            assert int(answer.headers["retry-after"]) > 0
            assert answer.headers["content-type"].startswith("application/problem+json")
            self.refusals += 1
        return False

    def _note(self, parcel: parcels.Parcel, answer: httpx.Response) -> None:
        said = answer.json()
        ids = [upload["id"] for upload in said.get("uploads", [said])]
        with self._more:
            if self.acknowledged.setdefault(parcel.number, ids) != ids:
                self.failures.append(f"{parcel.name} {parcel.number}: {self.acknowledged[parcel.number]}, then {ids}")
            self.answers += 1
            self._more.notify_all()


def _pieces(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]
