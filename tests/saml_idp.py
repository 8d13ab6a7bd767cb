"""A SAML identity provider of a test's own (saml_idp.cjs), with a key and a certificate of its own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Self

import pytest

import saml_made
import web
from running import find_free_port

MODULES = Path(__file__).parents[1] / ".saml" / "node_modules"
SCRIPT = Path(__file__).with_name("saml_idp.cjs")
needs_saml_idp = pytest.mark.skipif(
    not MODULES.is_dir(), reason="no SAML identity provider: python tools/saml_idp.py installs one"
)


class SamlIdp:
    """The running identity provider. It is at `localhost`, another site than the 127.0.0.1 of TestFlux."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = find_free_port()
        self.url = f"http://localhost:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        key = saml_made.key("localhost")
        (self._folder / "idp.key").write_bytes(key.pem)
        (self._folder / "idp.pem").write_bytes(key.certificate_pem)
        command = [str(web.find_node()[0]), "--no-deprecation", str(SCRIPT), str(self._port), str(self._folder)]
        environment = {**os.environ, "NODE_PATH": str(MODULES)}
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.terminate()
        self._process.wait(30)
        self._process.stdout.close()

    def demand_signatures(self, certificate: str) -> None:
        """Take only requests that are signed with the key of this certificate (DER in base64) from now on."""
        lines = "\n".join(certificate[start : start + 64] for start in range(0, len(certificate), 64))
        (self._folder / "sp.pem").write_text(f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
