"""Bring .venv to what requirements/ says: `python3 tools/install.py run build` installs these groups, then TestFlux.

Nothing is done twice: each step leaves a stamp with a digest of what it depended on. Standard library only.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv"
PYTHON = HOME / "bin" / "python"
OLDEST = (3, 11)
WORDS = {"run": "what TestFlux needs", "build": "what builds it", "test": "what the tests need", "project": "TestFlux"}
PROJECT = ("pyproject.toml", "hatch_build.py", "src/testflux/__init__.py")


def main(groups: list[str]) -> None:
    """Make the environment if needed, then install each group and the project, skipping what is there."""
    if sys.version_info < OLDEST:
        sys.exit(f"TestFlux needs Python {OLDEST[0]}.{OLDEST[1]} or later; this is {sys.version.split()[0]}.")
    if not is_usable():
        create()
    for group in groups:
        requirements = f"requirements/{group}.txt"
        install(group, (requirements,), ["--require-hashes", "-r", requirements])
    install("project", PROJECT, ["--no-deps", "--no-build-isolation", "--editable", "."])


def is_usable() -> bool:
    """Say whether .venv has a Python that starts and has pip; a move or a system upgrade may have broken it."""
    if not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False).returncode == 0


def create() -> None:
    """Make .venv from the Python that runs this."""
    print("Making .venv", flush=True)
    try:
        venv.create(HOME, clear=True, with_pip=True, symlinks=True)
    except subprocess.CalledProcessError:
        sys.exit("This Python cannot make an environment with pip. On Debian or Ubuntu: apt install python3-venv")


def install(name: str, sources: tuple[str, ...], arguments: list[str]) -> None:
    """Run pip with the arguments unless the stamp says that it has seen these very sources."""
    stamp = HOME / ".stamps" / name
    digest = hashlib.sha256("\n".join(arguments).encode())
    for source in sources:
        digest.update((ROOT / source).read_bytes())
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    print(f"Installing {WORDS[name]}", flush=True)
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        sys.exit(f"Installing {WORDS[name]} failed; pip's words are above. Is the package registry reachable?")
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(digest.hexdigest())


if __name__ == "__main__":
    main(sys.argv[1:])
