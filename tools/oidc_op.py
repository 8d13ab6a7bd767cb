"""Bring an OpenID Connect provider (npm's oidc-provider) into .oidc/: the tests sign in with it, in a real browser.

`python tools/oidc_op.py` does nothing when it is there. Without it those tests are left out and say so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import web

HOME = Path(__file__).resolve().parent.parent / ".oidc"
PACKAGE = "oidc-provider@9.13.3"


def main() -> None:
    """Install it into a folder beside, and move that when it is whole."""
    if HOME.is_dir():
        return
    print(f"Installing {PACKAGE}", flush=True)
    half = HOME.with_name(".oidc.part")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    node, npm = web.find_node()
    options = ["--prefix", str(half), "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    environment = {**os.environ, "PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)])}
    command = [str(node), str(npm), "install", *options, PACKAGE]
    if subprocess.run(command, env=environment, check=False).returncode != 0:
        sys.exit(f"Installing {PACKAGE} failed; npm's words are above.")
    half.rename(HOME)


if __name__ == "__main__":
    main()
