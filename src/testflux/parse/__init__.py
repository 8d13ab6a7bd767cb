"""Bytes to RawReport, pure: one module a format, the registry detects by content."""
