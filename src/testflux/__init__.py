"""TestFlux collects test, security and load reports and shows what changed."""

from __future__ import annotations

__version__ = "0.1.0"
