"""A real OpenID Connect provider of a test's own (oidc_op.mjs)."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Self

import pytest

import web
from running import find_free_port

MODULES = Path(__file__).parents[1] / ".oidc" / "node_modules"
SCRIPT = Path(__file__).with_name("oidc_op.mjs")
needs_oidc_op = pytest.mark.skipif(
    not MODULES.is_dir(), reason="no OpenID Connect provider: python tools/oidc_op.py installs one"
)


class OidcOp:
    """The running provider. It is at `localhost`, another site than the 127.0.0.1 of TestFlux."""

    def __init__(self) -> None:
        self._port = find_free_port()
        self.url = f"http://localhost:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *redirect_uris: str) -> None:
        """Let the browser come back to these addresses alone."""
        self.stop()
        command = [str(web.find_node()[0]), "--no-deprecation", str(SCRIPT), str(self._port), str(MODULES)]
        environment = {**os.environ, "REDIRECT_URIS": json.dumps(redirect_uris), "NODE_ENV": "test"}
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self._process.stdout is not None
        while self._process.stdout.readline() != b"ready\n":
            assert self._process.poll() is None, "the provider did not start"

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        self._process.wait(30)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None

    def __enter__(self) -> Self:
        self.start("http://127.0.0.1/")
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
