"""TestFlux collects test, security and load reports and shows what changed."""

__version__ = "0.1.0"
