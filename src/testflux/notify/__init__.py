"""Verdicts to people: messages and the channels that carry them."""
