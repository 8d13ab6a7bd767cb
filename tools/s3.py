"""Build an S3 server (versitygw) into .s3/, for the tests that need one: `python tools/s3.py`. Go is needed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULE = "github.com/versity/versitygw/cmd/versitygw"
VERSION = "v1.8.0"


def main() -> None:
    """Fetch it through Go's module proxy and build it."""
    go = shutil.which("go") or "/usr/local/go/bin/go"
    target = ROOT / ".s3"
    environment = {**os.environ, "GOBIN": str(target), "CGO_ENABLED": "0", "GOFLAGS": ""}
    subprocess.run([go, "install", f"{MODULE}@{VERSION}"], check=True, env=environment)
    print(f"versitygw {VERSION} is {target / 'versitygw'}")


if __name__ == "__main__":
    main()
