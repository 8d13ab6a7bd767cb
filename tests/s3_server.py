"""An S3 server of a test's own, with one bucket: versitygw on a folder (`python tools/s3.py` builds it)."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

from running import find_free_port

BUILT = Path(__file__).parents[1] / ".s3" / "versitygw"
PROGRAM = str(BUILT) if BUILT.exists() else shutil.which("versitygw")
ABSENT = "there is no S3 server: python tools/s3.py builds one (with Go, in a minute or two)"
BUCKET = "reports"
_PATIENCE_S = 20


class S3Server:
    """`environment` is what a client needs, `url` the blob store's. `stop` and `start` lose nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "objects" / BUCKET).mkdir(parents=True)
        (folder / "sidecar").mkdir()
        self._port = find_free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"s3://{BUCKET}/testflux"
        self.environment = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._port}",
            "AWS_ACCESS_KEY_ID": "testflux",
            "AWS_SECRET_ACCESS_KEY": "a secret of this test",
            "AWS_REGION": "us-east-1",
        }

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Self:
        """Start it and wait until it takes connections."""
        assert PROGRAM is not None
        keys = (
            "--access",
            self.environment["AWS_ACCESS_KEY_ID"],
            "--secret",
            self.environment["AWS_SECRET_ACCESS_KEY"],
        )
        places = ("posix", "--sidecar", str(self._folder / "sidecar"), str(self._folder / "objects"))
        command = [PROGRAM, "--port", f"127.0.0.1:{self._port}", *keys, "--quiet", *places]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + _PATIENCE_S
        while not self._answers():
            assert self._process.poll() is None, "the S3 server ended by itself"
            assert time.monotonic() < deadline, "the S3 server does not answer"
        return self

    def stop(self) -> None:
        """End it as kill -9 does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            return probe.connect_ex(("127.0.0.1", self._port)) == 0
