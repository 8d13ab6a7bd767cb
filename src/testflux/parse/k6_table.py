"""The samples of a load test in columns: by metric, each with its value, its time and its set of tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Numbers = Sequence[int] | Integers
Tags = tuple[str | None, ...]

KEYS = ("scenario", "group", "name", "method", "status", "expected_response", "check", "error_code")
"""The tags that results are broken down by; what else a script tags with counts where a sub-metric asks for it."""
_MOST_METRICS = 2000
_MOST_SETS = 50_000
_TOGETHER = 1 << 16
_OTHER = "(other)"


class Definition(msgspec.Struct):
    """What is known of a metric; "" for a type or a unit that the file does not say."""

    name: str
    type: str = ""
    contains: str = ""
    thresholds: list[str] = []
    submetrics: dict[str, dict[str, str]] = {}
    """Tags by the sub-metric's full name."""


class Column(msgspec.Struct):
    """The samples of one metric in the order they came: values, times in µs since 1970, numbers of tag sets."""

    values: Floats
    times: Integers
    sets: NDArray[np.uint32]


class Table:
    """Collects samples. Memory: 20 bytes a sample, and what distinct sets of tags take."""

    def __init__(self) -> None:
        self.metrics: list[Definition] = []
        self.sets: list[Tags] = []
        self.keys: tuple[str, ...] = KEYS
        self.run_tags: dict[str, str] | None = None
        self.samples = 0
        self.first: int | None = None
        self.last: int | None = None
        self.folded = 0
        self._numbers: dict[str, int] = {}
        self._set_numbers: dict[Tags, int] = {}
        self._waiting: list[tuple[NDArray[np.int16], Floats, Integers, NDArray[np.uint32]]] = []
        self._waits = 0
        self._chunks: list[list[tuple[Floats, Integers, NDArray[np.uint32]]]] = []

    def metric(self, name: str) -> int:
        """Return the number of a metric, a new one for a name not met before; ValueError when that is one too many."""
        number = self._numbers.get(name)
        if number is None:
            if len(self.metrics) >= _MOST_METRICS:
                raise ValueError("too many metrics")
            number = self._numbers[name] = len(self.metrics)
            self.metrics.append(Definition(name, thresholds=[], submetrics={}))
            self._chunks.append([])
        return number

    def want(self, keys: Iterable[str]) -> bool:
        """Keep these tags too, from now on. True when that is new: sets have other numbers then."""
        new = tuple(dict.fromkeys(key for key in keys if key not in self.keys))
        self.keys += new
        return bool(new)

    def tag_set(self, tags: Mapping[str, str]) -> int:
        """Return the number of a set of tags, of which those in `keys` are kept."""
        if self.run_tags is None:
            self.run_tags = dict(tags)
        elif self.run_tags:
            self.run_tags = {key: value for key, value in self.run_tags.items() if tags.get(key) == value}
        kept = tuple(map(tags.get, self.keys))
        number = self._set_numbers.get(kept)
        if number is None:
            kept = self._fold(kept)
            number = self._set_numbers.setdefault(kept, len(self.sets))
            if number == len(self.sets):
                self.sets.append(kept)
        return number

    def _fold(self, kept: Tags) -> Tags:
        """Stop telling requests apart by name, and in the end by anything, when there are too many sets of tags."""
        if len(self.sets) < _MOST_SETS:
            return kept
        self.folded += 1
        if len(self.sets) < 2 * _MOST_SETS:
            return tuple(_OTHER if key == "name" and tag else tag for key, tag in zip(self.keys, kept, strict=True))
        return (None,) * len(kept)

    def add(self, metrics: Numbers, times: Numbers, values: Sequence[float] | Floats, sets: Numbers) -> None:
        """Take samples in; all are of one length and the values are finite."""
        if not len(metrics):
            return
        moments = np.array(times, np.int64)
        first, last = int(moments.min()), int(moments.max())
        self.first = first if self.first is None else min(first, self.first)
        self.last = last if self.last is None else max(last, self.last)
        self.samples += len(metrics)
        self._waiting.append(
            (np.array(metrics, np.int16), np.array(values, np.float64), moments, np.array(sets, np.uint32))
        )
        self._waits += len(metrics)
        if self._waits >= _TOGETHER:
            self._sort_in()

    def take(self, number: int) -> Column:
        """Return the samples of a metric and forget them, so that they are in memory once only."""
        self._sort_in()
        chunks, self._chunks[number] = self._chunks[number], []
        if not chunks:
            return Column(np.empty(0), np.empty(0, np.int64), np.empty(0, np.uint32))
        values, times, sets = zip(*chunks, strict=True)
        return Column(np.concatenate(values), np.concatenate(times), np.concatenate(sets))

    def _sort_in(self) -> None:
        """Give the samples that wait to their metrics."""
        if not self._waiting:
            return
        metrics = np.concatenate([waiting[0] for waiting in self._waiting])
        values = np.concatenate([waiting[1] for waiting in self._waiting])
        times = np.concatenate([waiting[2] for waiting in self._waiting])
        sets = np.concatenate([waiting[3] for waiting in self._waiting])
        self._waiting, self._waits = [], 0
        order = np.argsort(metrics, kind="stable")
        counts = np.bincount(metrics)
        for number, part in enumerate(np.split(order, np.cumsum(counts)[:-1])):
            if len(part):
                self._chunks[number].append((values[part], times[part], sets[part]))
