"""Maths on model objects, pure."""
