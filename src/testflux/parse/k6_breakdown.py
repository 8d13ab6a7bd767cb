"""What the samples of one metric come to: for the whole, for sets of tags that people ask for, and over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from testflux.kit import quantile, sketch
from testflux.model import limit, raw
from testflux.parse import k6_moments, k6_table

_Label = tuple[str | None, ...]

MOST_GROUPS = 200
_MOST_LINES = 20
_SHARES = {"min": 0.0, "med": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p(99.9)": 0.999, "max": 1.0}
_REQUESTS = ("http_reqs", "http_req_duration", "http_req_failed", "grpc_req_duration")
_TIMED = (*_REQUESTS, "iterations", "iteration_duration", "checks", "dropped_iterations", "data_sent", "data_received")
_WIDTHS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400)
_MOST_BUCKETS = 360
_DIMENSIONS = (
    (("scenario",), None, True),
    (("group",), None, True),
    (("status",), _REQUESTS, True),
    (("expected_response",), ("http_req_duration",), False),
    (("error_code",), ("http_reqs",), False),
    (("method", "name"), _REQUESTS, False),
    (("method", "name", "status"), _REQUESTS, True),
)
"""Which tags results are broken down by, for which metrics (None: for all), and whether values are left out that say
nothing new: the one scenario of a run, the one status of a page."""


class Clock(msgspec.Struct, frozen=True):
    """The run's time: from its first sample to its last, and the buckets of its series (none for a run of years)."""

    start: int
    """In µs since 1970, on a whole second."""
    duration_s: float
    width_s: int
    buckets: int

    @classmethod
    def over(cls, first: int, last: int) -> Clock:
        """Return the clock of a run between two moments in µs, with buckets of a round width."""
        start = first - first % 1_000_000
        whole = (last - start) // 1_000_000 + 1
        width = next((width for width in _WIDTHS_S if whole <= width * _MOST_BUCKETS), 0)
        return cls(start, (last - first) / 1e6, width, -(-whole // width) if width else 0)


class Breakdown:
    """One metric's samples, sorted once. `crowded` names the tags that have too many values to be listed."""

    def __init__(self, column: k6_table.Column, definition: k6_table.Definition, table: k6_table.Table) -> None:
        self._definition = definition
        self._keys = table.keys
        self._last = float(column.values[-1]) if column.values.size else 0.0
        order = np.argsort(column.values, kind="stable")
        self._values = column.values[order]
        self._times = column.times[order]
        self._sets = column.sets[order]
        self._arrival = order
        self._met: k6_table.Integers = np.unique(self._sets).astype(np.int64)
        self._tags: list[k6_table.Tags] = [table.sets[number] for number in self._met.tolist()]
        self._size = len(table.sets)
        self.crowded: list[str] = []

    def metrics(self, duration_s: float) -> Iterator[raw.RawMetric]:
        """Yield the metric as a whole, its declared sub-metrics, and what it comes to by tags."""
        everything = np.zeros(self._values.size, np.int64)
        yield from self._metrics([self._definition.name], everything, duration_s)
        seen = {self._definition.name}
        for name, tags in self._definition.submetrics.items():
            yield from self._metrics([name], self._numbers([self._has(tags, own) for own in self._tags]), duration_s)
            seen.add(name)
        for keys, only, is_telling in _DIMENSIONS:
            if only is None or self._definition.name in only:
                names, numbers = self._by(keys, is_telling=is_telling)
                yield from (metric for metric in self._metrics(names, numbers, duration_s) if metric.name not in seen)

    def series(self, clock: Clock) -> Iterator[raw.RawSeries]:
        """Yield the metric over time: the whole and, for k6's main metrics, by scenario and by request."""
        if not clock.width_s or not self._values.size:
            return
        yield from self._series([self._definition.name], np.zeros(self._values.size, np.int64), clock)
        if self._definition.name in _TIMED:
            yield from self._series(*self._by(("scenario",)), clock)
        if self._definition.name in _REQUESTS:
            yield from self._series(*self._by(("method", "name"), is_telling=False), clock)

    def counts_by_set(self) -> Iterator[tuple[k6_table.Tags, int, int]]:
        """Yield how many samples of each set of tags are not 0, and how many are, the sets as they first came."""
        hits = np.bincount(self._sets, weights=self._values != 0, minlength=self._size)
        counts = np.bincount(self._sets, minlength=self._size)
        for number, tags in zip(self._met, self._tags, strict=True):
            yield tags, int(hits[number]), int(counts[number] - hits[number])

    def _by(self, keys: tuple[str, ...], *, is_telling: bool = True) -> tuple[list[str], k6_table.Integers]:
        """Return the sub-metrics' names for all values of some tags that occur, and each sample's place in that list.

        With `is_telling`, values are left out that all samples have, or all with the same values of the other keys.
        """
        positions = [self._keys.index(key) for key in keys]
        labels = [tuple(own[position] for position in positions) for own in self._tags]
        sizes: list[int] = np.bincount(self._sets, minlength=self._size)[self._met].tolist()
        counts = Counter[_Label]()
        wider = Counter[_Label]()
        for label, size in zip(labels, sizes, strict=True):
            wider[label[:-1]] += size
            if all(label):
                counts[label] += size
        if is_telling:
            counts = Counter({label: size for label, size in counts.items() if size < wider[label[:-1]]})
        if len(counts) > MOST_GROUPS:
            self.crowded.append(", ".join(keys))
            counts = Counter(dict(counts.most_common(MOST_GROUPS)))
        places = {label: place for place, label in enumerate(counts)}
        names = [self._name(dict(zip(keys, label, strict=True))) for label in places]
        return names, self._numbers([places.get(label, -1) for label in labels])

    def _name(self, tags: dict[str, str | None]) -> str:
        return f"{self._definition.name}{{{','.join(f'{key}:{value}' for key, value in tags.items())}}}"

    def _has(self, wanted: dict[str, str], own: k6_table.Tags) -> int:
        tags = dict(zip(self._keys, own, strict=False))
        return 0 if all(tags.get(key) == value for key, value in wanted.items()) else -1

    def _numbers(self, of_sets: Sequence[int]) -> k6_table.Integers:
        """Return a number for each sample from the numbers of the sets met."""
        table = np.full(self._size, -1, np.int64)
        table[self._met] = of_sets
        return table[self._sets]

    def _metrics(self, names: list[str], numbers: k6_table.Integers, duration_s: float) -> Iterator[raw.RawMetric]:
        """Yield a metric for each name; `numbers` tells which sample belongs to which of them."""
        kind, contains = self._definition.type, self._definition.contains
        if not names:
            return
        if kind == "trend":
            yield from self._trends(names, numbers)
            return
        counts, sums = self._sums(numbers, len(names))
        for place, name in enumerate(names):
            count, total = int(counts[place]), float(sums[place])
            if kind == "rate":
                values = {"passes": total, "fails": count - total, **({"rate": total / count} if count else {})}
            elif kind == "counter":
                values = {"count": total, **({"rate": total / duration_s} if duration_s else {})}
            else:
                values = self._gauge(numbers == place)
            yield raw.RawMetric(name, kind, contains, values)

    def _trends(self, names: list[str], numbers: k6_table.Integers) -> Iterator[raw.RawMetric]:
        groups = quantile.Groups(self._values, numbers, len(names), ordered=True)
        shares = {**_SHARES, **self._asked()}
        found = groups.quantiles(list(shares.values())).tolist()
        for name, part, row in zip(names, groups.parts(), found, strict=True):
            values = {"count": float(part.size), **dict(zip(shares, row, strict=True))}
            values["avg"] = float(part.mean()) if part.size else 0.0
            yield raw.RawMetric(name, "trend", self._definition.contains, values, sketch.build(part))

    def _asked(self) -> dict[str, float]:
        """Return the percentiles that the metric's thresholds speak of."""
        limits = map(limit.parse, self._definition.thresholds)
        return {found.statistic: found.share for found in limits if found and found.share is not None}

    def _sums(self, numbers: k6_table.Integers, size: int) -> tuple[k6_table.Integers, k6_table.Floats]:
        """Return how many samples each number has, and what they add up to (for a rate: how many are not 0)."""
        kept = numbers >= 0
        values = (self._values != 0).astype(np.float64) if self._definition.type == "rate" else self._values
        if not kept.all():
            numbers, values = numbers[kept], values[kept]
        sums = np.bincount(numbers, weights=values, minlength=size).astype(np.float64)
        return np.bincount(numbers, minlength=size), sums

    def _gauge(self, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> dict[str, float]:
        values = self._values[chosen]
        if not values.size:
            return {}
        last = int(np.argmax(self._arrival[chosen]))
        return {"value": float(values[last]), "min": float(values[0]), "max": float(values[-1])}

    def _series(self, names: list[str], numbers: k6_table.Integers, clock: Clock) -> Iterator[raw.RawSeries]:
        """Yield the names with most samples over time."""
        if not names:
            return
        counts = np.bincount(numbers[numbers >= 0], minlength=len(names))
        kept = np.sort(np.argsort(-counts, kind="stable")[:_MOST_LINES])
        places = np.full(len(names) + 1, -1, np.int64)  # the last place is for -1
        places[kept] = np.arange(len(kept))
        places = places[numbers]
        buckets = (self._times - clock.start) // (clock.width_s * 1_000_000)
        cells = np.where(places < 0, -1, places * clock.buckets + buckets)
        size = len(kept) * clock.buckets
        counts, sums = self._sums(cells, size)
        found = quantile.Groups(self._values, cells, size, ordered=True).quantiles([0.95, 1.0])
        for place, number in enumerate(map(int, kept)):
            own = slice(place * clock.buckets, (place + 1) * clock.buckets)
            yield raw.RawSeries(
                names[number],
                clock.width_s * 1000,
                k6_moments.moment(clock.start),
                counts[own].tolist(),
                sums[own].tolist(),
                found[own, 0].tolist(),
                found[own, 1].tolist(),
            )
