"""Where addresses are, without what changes from scan to scan: of each distinct address it is found out once."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from testflux.normalise import urls


class Spots:
    """Origin and path template of addresses, by the numbers of the addresses' texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._spots: list[urls.Spot] = []
        self._known: dict[urls.Spot, int] = {}
        self._of = array("I", bytes(4 * len(texts)))  # by address: the spot, from 1; 0 is not found out yet

    def __getitem__(self, spot: int) -> urls.Spot:
        return self._spots[spot - 1]

    def find(self, addresses: Iterable[int]) -> list[int]:
        """Return the number of each address's spot."""
        known = self._of
        return [known[address] or self._learn(address) for address in addresses]

    def _learn(self, address: int) -> int:
        spot = urls.origin_and_template(self._texts[address])
        number = self._known.setdefault(spot, len(self._spots) + 1)
        if number > len(self._spots):
            self._spots.append(spot)
        self._of[address] = number
        return number
