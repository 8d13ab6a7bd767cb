"""Build k6 into .k6/, for the tests that run it: `python tools/k6.py [VERSION]`. Go is needed, and some minutes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
VERSION = "v2.2.0"
BELOW = 2  # from this major version on, a Go module's name ends with it


def main(version: str) -> None:
    """Fetch k6 through Go's module proxy and build it from there."""
    go = shutil.which("go") or "/usr/local/go/bin/go"
    major = int(version[1:].partition(".")[0])
    module = "go.k6.io/k6" + (f"/v{major}" if major >= BELOW else "")
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=mod"}
    found = subprocess.run(
        [go, "mod", "download", "-json", f"{module}@{version}"], check=True, capture_output=True, env=environment
    )
    target = ROOT / ".k6" / "k6"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "k6"
        shutil.copytree(json.loads(found.stdout)["Dir"], source)
        for path in (source, *source.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)  # Go keeps its modules read-only
        subprocess.run([go, "build", "-o", target, "."], check=True, cwd=source, env=environment)
    print(f"k6 {version} is {target}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else VERSION)
