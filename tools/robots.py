"""Bring other versions of Robot Framework into .robots/: the tests let each of them write reports to read.

`python tools/robots.py` skips what is there. Without them those tests are left out and say so.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent / ".robots"
VERSIONS = ("3.2.2", "4.1.3", "5.0.1", "6.1.1", "7.0.1", "7.2.2")
"""One for each way of writing output.xml, and the first ones that wrote JSON."""


def main() -> None:
    """Install each version into a folder of its own, or nothing of it."""
    for version in VERSIONS:
        place = HOME / version
        if not place.is_dir():
            install(version, place)


def install(version: str, place: Path) -> None:
    """Let pip fill a folder beside, and move it when it is whole."""
    print(f"Installing Robot Framework {version}", flush=True)
    half = place.with_name(f"{version}.part")
    shutil.rmtree(half, ignore_errors=True)
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile", "--target", str(half)]
    command = [sys.executable, "-m", "pip", "install", *options, f"robotframework=={version}"]
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit(f"Installing Robot Framework {version} failed; pip's words are above.")
    half.rename(place)


if __name__ == "__main__":
    main()
