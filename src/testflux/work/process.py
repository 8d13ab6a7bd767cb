"""A worker's process, run as a program: does one order after the other, and ends when its pipe does.

The pipe ends whenever the worker does, also when it is killed: then nobody wants what is being done here any more.
Transactions that are open roll back.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import resource
import signal
import sys
import threading
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec
import structlog

from testflux import pipeline
from testflux.kit import logging
from testflux.store.blobs import Blobs
from testflux.store.database import Database
from testflux.work import orders

_Message = TypeVar("_Message", bound=msgspec.Struct)
_NICE = 5  # answering people comes first
_FIRST_TO_GO = 500  # when memory runs out, this process should end, not the database
_CONNECTIONS = 2

log = structlog.get_logger("testflux.work")


def main() -> None:
    """Work until the pipe ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints something must not disturb the answers
    _be_modest()
    given = _receive(sys.stdin.buffer, orders.Start)
    if given is None:
        return
    logging.configure(given.log_level, given.log_format)
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    asyncio.run(_work(given, answers))


async def _work(given: orders.Start, answers: BinaryIO) -> None:
    waiting: asyncio.Queue[orders.Order] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    threading.Thread(target=_listen, args=(loop, waiting), daemon=True).start()
    database = Database(given.database_url, given.direct_url, min_size=0, max_size=_CONNECTIONS)
    await database.open()
    blobs = Blobs(given.blobs if "://" in given.blobs else Path(given.blobs))
    while True:
        answer = await _do(database, blobs, given, await waiting.get())
        answers.write(orders.pack(answer))
        answers.flush()


async def _do(database: Database, blobs: Blobs, given: orders.Start, order: orders.Order) -> orders.Answer:
    act = {orders.Work.PROCESS: pipeline.process, orders.Work.COUNT: pipeline.count_keywords}[order.work]
    with structlog.contextvars.bound_contextvars(request_id=order.request_id, key="-".join(map(str, order.key))):
        try:
            await act(database, blobs, *order.key, given.limits)
        except Exception as error:
            answer = orders.explain(error, _memory())
            if answer.family == "Exception":
                log.exception("failed in a process", work=order.work)
            return answer
    return orders.Answer(memory_bytes=_memory())


def _listen(loop: asyncio.AbstractEventLoop, waiting: asyncio.Queue[orders.Order]) -> None:
    """Pass orders on. In a thread of its own, so that the end of the pipe is noticed in the midst of work."""
    while (order := _receive(sys.stdin.buffer, orders.Order)) is not None:
        loop.call_soon_threadsafe(waiting.put_nowait, order)
    os._exit(0)


def _receive(pipe: BinaryIO, kind: type[_Message]) -> _Message | None:
    head = pipe.read(orders.LENGTH)
    if len(head) < orders.LENGTH:
        return None
    return msgspec.msgpack.decode(pipe.read(orders.length(head)), type=kind)


def _be_modest() -> None:
    """Leave signals to the worker, which says when to end; give way to everybody else."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.nice(_NICE)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(_FIRST_TO_GO))


def _memory() -> int:
    """Return how much memory this process holds, in bytes."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:  # not Linux: the most it ever had
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
