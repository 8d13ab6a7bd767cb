"""Work in processes of their own, so that this one goes on answering: a large report takes a processor for seconds.

A process is started when it is needed and ended when it was not for a while, after many orders, or once it has grown:
what it took goes back to the machine. One that is killed in the midst of an order takes nothing else with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio import subprocess

import msgspec
import structlog

from testflux.work import orders

MOST_ORDERS = 200
GROWN_BYTES = 128 * 1024 * 1024
_IDLE_S = 120.0
_ENDING_S = 5.0

log = structlog.get_logger("testflux.work")


class Processes:
    """At most `most` processes; who needs one more waits. Close it at the end."""

    def __init__(self, start: orders.Start, most: int, idle_s: float = _IDLE_S) -> None:
        self._start = start
        self._free = asyncio.Semaphore(most)
        self._idle_s = idle_s
        self._idle: dict[_Process, asyncio.Task[None]] = {}
        self._endings: set[asyncio.Task[None]] = set()

    async def run(self, order: orders.Order) -> None:
        """Have an order done. Raises what doing it raised: TestFlux's own errors as such, else ProcessFailedError.

        Who is cancelled meanwhile leaves nothing running: the process is killed and its transaction rolls back.
        """
        async with self._free:
            process = await self._take()
            answer = await process.ask(order)
            if process.orders >= MOST_ORDERS or answer.memory_bytes > GROWN_BYTES:
                await process.end()
            else:
                ending = asyncio.create_task(self._end_idle(process))
                self._endings.add(ending)
                ending.add_done_callback(self._endings.discard)
                self._idle[process] = ending
        orders.raise_error(answer)

    async def close(self) -> None:
        """End the processes that have nothing to do; who still waits for one is to be cancelled before."""
        for process, ending in list(self._idle.items()):
            ending.cancel()
            await process.end()
        self._idle.clear()
        await asyncio.gather(*self._endings, return_exceptions=True)

    async def _take(self) -> _Process:
        while self._idle:
            process, ending = self._idle.popitem()
            ending.cancel()
            if process.is_alive:
                return process
        return await _start(self._start)

    async def _end_idle(self, process: _Process) -> None:
        await asyncio.sleep(self._idle_s)
        del self._idle[process]
        await process.end()


class _Process:
    """One of them. `orders` counts what it was asked."""

    def __init__(self, child: subprocess.Process) -> None:
        assert child.stdin is not None  # noqa: S101  (both were asked for)
        assert child.stdout is not None  # noqa: S101
        self._child = child
        self._there, self._back = child.stdin, child.stdout
        self.orders = 0

    @property
    def is_alive(self) -> bool:
        """Whether it was not found dead yet."""
        return self._child.returncode is None

    def tell(self, message: msgspec.Struct) -> None:
        """Send a message; it is short enough for the pipe to take it at once."""
        self._there.write(orders.pack(message))

    async def ask(self, order: orders.Order) -> orders.Answer:
        """Have an order done; ProcessFailedError when the process ends instead. Unless it answers, it is killed."""
        self.orders += 1
        is_done = False
        try:
            self.tell(order)
            head = await self._back.readexactly(orders.LENGTH)
            answer = msgspec.msgpack.decode(await self._back.readexactly(orders.length(head)), type=orders.Answer)
            is_done = True
        except (asyncio.IncompleteReadError, OSError):
            raise orders.ProcessFailedError(f"The process ended with {await self.kill()} amid its work.") from None
        finally:
            if not is_done:
                await self.kill()
        return answer

    async def end(self) -> None:
        """Let it go: at the end of its pipe it ends."""
        self._there.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ENDING_S):
                await self._child.wait()
        await self.kill()

    async def kill(self) -> int:
        """End it at once, if it has not ended yet; return its exit code."""
        # Not by the child's own kill(): it looks for the exit code first, and asyncio, that waits for it, finds none.
        if self.is_alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._child.pid, signal.SIGKILL)
        self._there.close()
        code = await self._child.wait()
        await self._back.read()  # to the end: only then is the pipe let go
        return code


async def _start(given: orders.Start) -> _Process:
    """Start a process; ProcessFailedError when the machine has no room for it."""
    command = [sys.executable, "-P", "-m", "testflux.work.process"]
    try:
        child = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    except OSError as error:
        raise orders.ProcessFailedError(f"No process could be started: {error}.") from error
    process = _Process(child)
    process.tell(given)
    return process
