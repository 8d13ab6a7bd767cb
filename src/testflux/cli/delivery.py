"""Sending files to a project, and waiting for what becomes of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from testflux.cli import answers, outcome, pack, pick
from testflux.cli.client import Client
from testflux.cli.progress import Progress
from testflux.kit import errors
from testflux.model.run import Metadata

ToQuery = Callable[[Metadata], tuple[tuple[str, str], ...]]
_FIRST_LOOK_S: Final = 0.2
_LONGEST_LOOK_S: Final = 2.0


class Delivery(msgspec.Struct, frozen=True):
    """The way of files to a project. `query` is what is said about each of them.

    With a `key` each file is taken once under that key, or under key and name when there are several.
    """

    client: Client
    progress: Progress
    project: str
    query: tuple[tuple[str, str], ...]
    key: str = ""

    def deliver(self, files: Sequence[pick.Picked]) -> tuple[outcome.Result, ...]:
        """Send all files. When the server cannot be had, the rest is not tried."""
        results: list[outcome.Result] = []
        for file in files:
            if results and results[-1].is_undelivered:
                results.append(outcome.Result(file.path, file.name, problem=results[-1].problem))
            else:
                results.append(self._send(file, f"{self.key}:{file.name}" if self.key and len(files) > 1 else self.key))
        return tuple(results)

    def follow(self, results: Sequence[outcome.Result], timeout_s: float) -> tuple[outcome.Result, ...]:
        """Wait until everything is stored or rejected, at most so long in all, then fetch the runs."""
        until = time.monotonic() + timeout_s
        return tuple(self._follow(result, until) for result in results)

    def _send(self, file: pick.Picked, key: str) -> outcome.Result:
        path, query = f"/projects/{self.project}/uploads", (("filename", file.name), *self.query)
        try:
            with (
                pack.as_file(file) as content,
                self.progress.file(file.name, content.stat().st_size) as moved,
            ):
                uploads = self.client.send(path, content, query, key, moved)
        except errors.TestFluxError as error:
            return outcome.Result(file.path, file.name, problem=error)
        return outcome.Result(file.path, file.name, uploads=uploads)

    def _follow(self, result: outcome.Result, until: float) -> outcome.Result:
        try:
            uploads = tuple(self._finish(upload, result.name, until) for upload in result.uploads)
            runs = tuple(self._judge(link) for upload in uploads for link in upload.runs)
        except errors.TestFluxError as error:
            return msgspec.structs.replace(result, problem=error)
        return msgspec.structs.replace(result, uploads=uploads, runs=runs)

    def _finish(self, upload: answers.Upload, name: str, until: float) -> answers.Upload:
        pause = _FIRST_LOOK_S
        with self.progress.work(name) as told:
            while not upload.is_finished:
                told(upload.stage or upload.status, upload.progress)
                if time.monotonic() > until:
                    message = f"{name} is received, but not processed yet."
                    hint = f"See {self.client.url}/p/{self.project}/uploads, or wait longer with --timeout."
                    raise errors.UnavailableError(message, hint=hint, code="not-finished")
                self.client.pause(pause)
                pause = min(pause * 1.5, _LONGEST_LOOK_S)
                upload = self.client.get(f"/uploads/{upload.id}", answers.Upload)
        return upload

    def _judge(self, link: answers.RunLink) -> outcome.Judged:
        run = self.client.get(f"/runs/{link.id}", answers.Run)
        changes = self.client.get(f"/runs/{link.id}/changes", answers.Changes)
        return outcome.Judged(run, changes.still_failing_count)
