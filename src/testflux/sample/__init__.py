"""Writes the sample history as real report files."""
