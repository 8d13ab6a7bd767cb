"""`make dev`: one address in the browser, where the page updates itself and the API restarts on every change.

Vite serves the page and passes /api on to the server, so that the browser knows one origin. The database stays up
while the server restarts. Standard library and TestFlux only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

from testflux.store import embedded

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src" / "testflux"
WATCHED = {".py", ".sql", ".html", ".txt"}
LOOK_EVERY = 0.5  # seconds


def main(data: Path) -> None:
    """Run everything until Ctrl-C."""
    with contextlib.ExitStack() as running:
        environment = dict(os.environ)
        if "TESTFLUX_DATABASE_URL" not in environment:
            server = running.enter_context(embedded.EmbeddedPostgres(data / "postgres"))
            environment["TESTFLUX_DATABASE_URL"] = server.dsn
        running.enter_context(contextlib.suppress(KeyboardInterrupt))
        web = [sys.executable, str(ROOT / "tools" / "web.py"), "npm", "run", "dev"]
        api = f"http://127.0.0.1:{environment.get('TESTFLUX_PORT', '8080')}"
        running.enter_context(child(web, {**environment, "TESTFLUX_API": api}))
        while True:
            seen = snapshot()
            serve = [sys.executable, "-m", "testflux.cli.main", "serve", "--data", str(data)]
            with child(serve, environment):
                while snapshot() == seen:
                    time.sleep(LOOK_EVERY)
            print("A source changed: restarting the API", flush=True)


@contextlib.contextmanager
def child(command: list[str], environment: dict[str, str]) -> Generator[None]:
    """Run a program in a process group of its own, and end the whole group afterwards."""
    process = subprocess.Popen(command, env=environment, process_group=0)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def snapshot() -> dict[Path, int]:
    """Return when each source was last written."""
    files = (path for path in SOURCES.rglob("*") if path.suffix in WATCHED and "web_dist" not in path.parts)
    with contextlib.suppress(FileNotFoundError):
        return {path: path.stat().st_mtime_ns for path in files}
    return {}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
