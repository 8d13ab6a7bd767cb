"""Chance that repeats: the same words always give the same stream of numbers, on every machine."""

from __future__ import annotations

import random


def roll(*words: object) -> random.Random:
    """Return the number stream of these words; streams of different words have nothing to do with each other."""
    return random.Random("/".join(str(word) for word in words))


def happens(chance: float, *words: object) -> bool:
    """Say whether something with this chance (0..1) happens to these words."""
    return roll(*words).random() < chance
