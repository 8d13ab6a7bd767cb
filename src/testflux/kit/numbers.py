"""Texts by number: who keeps numbers in place of texts keeps each text once, however often it comes."""

from __future__ import annotations


class Numbers(dict[str, int]):
    """The numbers of texts, from 0 in the order of first sight: an unknown text gets the next one. "" has 0.

    `texts` has the texts by number.
    """

    def __init__(self) -> None:
        super().__init__({"": 0})
        self.texts = [""]

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self.texts)
        self.texts.append(text)
        return number
