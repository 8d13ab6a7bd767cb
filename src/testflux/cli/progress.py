"""Progress on standard error: bars on a terminal, nothing elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Self

from rich import progress
from rich.console import Console


class Progress:
    """Bars for files on their way and work on the server. Use it as a context."""

    def __init__(self, console: Console | None = None) -> None:
        self._bars = progress.Progress(
            progress.TextColumn("{task.description}", markup=False),
            progress.BarColumn(),
            progress.TextColumn("{task.fields[detail]}", markup=False),
            console=console or Console(stderr=True),
            transient=True,
        )
        self._bars.disable = not self._bars.console.is_terminal

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    @contextmanager
    def file(self, name: str, size: int) -> Generator[Callable[[int], None]]:
        """Show a file on its way; call what is given with the bytes that went out."""
        task = self._bars.add_task(name, total=size, detail="sending")
        try:
            yield lambda sent: self._bars.update(task, completed=sent)
        finally:
            self._bars.remove_task(task)

    @contextmanager
    def work(self, name: str) -> Generator[Callable[[str, int], None]]:
        """Show work on the server; call what is given with the stage and its percentage."""
        task = self._bars.add_task(name, total=100, detail="")
        try:
            yield lambda stage, percent: self._bars.update(task, completed=percent, detail=stage)
        finally:
            self._bars.remove_task(task)
