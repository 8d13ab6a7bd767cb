"""Load tests: how many users, how fast the answers, what limits; and how that drifts over the weeks."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

import msgspec

from testflux.sample import k6, k6_samples
from testflux.sample.occasion import Occasion, Schedule

_SPREAD = 0.55
"""Standard deviation of the logarithm of an answer time."""


class Profile(msgspec.Struct, frozen=True):
    """What a load test does.

    `p95_ms` is where the 95th percentile of the answer times was `over` days ago and where it is on the last day; the
    way between is straight when `bend` is 1 and steeper towards the end when it is more. `groups` are (name, checks).
    """

    users: int
    seconds: int
    requests_per_second: float
    p95_ms: tuple[float, float]
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    thresholds: tuple[k6.Threshold, ...]
    bend: float = 1.0
    over: int = 89
    failing: float = 0.0008
    """Share of requests that fail."""
    noise: float = 0.025


class LoadLane(msgspec.Struct, frozen=True):
    """One series of load tests."""

    name: str
    environment: str
    type: str
    schedule: Schedule
    profile: Profile
    file_name: str = "summary.json"

    def write(self, occasion: Occasion) -> bytes:
        """Return the run's report.

        A file called samples is the stream of samples, an export the shape of --summary-export, any other that of
        handleSummary.
        """
        if self.file_name.startswith("samples"):
            return k6_samples.write(_simulate(self.profile, occasion))
        summary = _measure(self.profile, occasion)
        if self.file_name.endswith("export.json"):
            return k6.write_summary_export(summary)
        return k6.write_handle_summary(summary)


def _measure(profile: Profile, occasion: Occasion) -> k6.Summary:
    numbers = occasion.roll("load")
    seconds = profile.seconds + numbers.uniform(0.4, 3.1)
    requests = round(profile.requests_per_second * seconds * numbers.uniform(0.985, 1.015))
    failed = round(requests * profile.failing * numbers.uniform(0.2, 1.8))
    p95 = _p95(profile, occasion) * numbers.gauss(1, profile.noise)
    checks = tuple(
        (group, tuple(_check(name, requests // len(profile.groups), failed, numbers) for name in names))
        for group, names in profile.groups
    )
    iterations = requests // len(profile.groups)
    metrics = (
        *_requests(requests, failed, seconds, p95),
        *_timings(p95, numbers),
        *_users(profile, iterations, seconds, p95),
        _checks_metric(checks),
    )
    return k6.Summary(duration_ms=seconds * 1000, metrics=metrics, thresholds=profile.thresholds, groups=checks)


def _simulate(profile: Profile, occasion: Occasion) -> k6_samples.Stream:
    """Let users come, call one group after the other and pause; they are all there after a sixth of the time."""
    numbers = occasion.roll("load")
    median = _p95(profile, occasion) * numbers.gauss(1, profile.noise) / math.exp(1.6449 * _SPREAD)
    answer = median * math.exp(_SPREAD**2 / 2) / 1000
    pause = max((profile.users / profile.requests_per_second - answer) * len(profile.groups), 0.05)
    ramp = profile.seconds / 6
    iterations = [
        iteration
        for user in range(profile.users)
        for iteration in _work(profile, ramp * user / profile.users, (median, pause), numbers)
    ]
    users = [(float(at), min(profile.users, 1 + int(at / ramp * profile.users))) for at in range(profile.seconds)]
    return k6_samples.Stream(occasion.started_at, tuple(users), tuple(iterations), profile.thresholds)


def _work(
    profile: Profile, start: float, pace: tuple[float, float], numbers: random.Random
) -> Iterator[k6_samples.Iteration]:
    """Yield what one user does from `start` on; `pace` is a usual answer time in ms and the pause after a turn in s."""
    median, pause = pace
    now = start
    while now < profile.seconds - 1:
        began, requests = now, list[k6_samples.Request]()
        for group, checks in profile.groups:
            taken = median * math.exp(numbers.gauss(0, _SPREAD))
            now += taken / 1000
            is_good = numbers.random() >= profile.failing
            held = tuple((name, is_good or position > 0) for position, name in enumerate(checks))
            status, size = (200, 5_480) if is_good else (503, 212)
            requests.append(k6_samples.Request(now, round(taken, 6), group, status, held, size))
        yield k6_samples.Iteration(now, round((now - began) * 1000, 6), tuple(requests))
        now += pause * numbers.uniform(0.8, 1.2)


def _p95(profile: Profile, occasion: Occasion) -> float:
    start, end = profile.p95_ms
    way = max(0.0, 1 - occasion.days_ago / profile.over)
    return start + (end - start) * way**profile.bend


def _trend(p95: float) -> dict[str, float]:
    """Return the statistics of a log-normal distribution with this 95th percentile."""
    median = p95 / math.exp(1.6449 * _SPREAD)
    deviations = {"min": -2.6, "med": 0.0, "max": 3.6, "p(90)": 1.2816, "p(95)": 1.6449, "p(99)": 2.3263}
    values = {stat: median * math.exp(deviation * _SPREAD) for stat, deviation in deviations.items()}
    return {"avg": median * math.exp(_SPREAD**2 / 2), **values}


def _check(name: str, times: int, failed: int, numbers: random.Random) -> k6.Check:
    fails = min(times, round(failed * numbers.uniform(0, 0.5)))
    return k6.Check(name=name, passes=times - fails, fails=fails)


def _requests(requests: int, failed: int, seconds: float, p95: float) -> tuple[k6.Metric, ...]:
    share = {"rate": failed / requests, "passes": failed, "fails": requests - failed}
    received, sent = requests * 5_480, requests * 412
    return (
        k6.Metric("http_reqs", "counter", "default", {"count": requests, "rate": requests / seconds}),
        k6.Metric("http_req_failed", "rate", "default", share),
        k6.Metric("http_req_duration", "trend", "time", _trend(p95)),
        k6.Metric("http_req_duration{expected_response:true}", "trend", "time", _trend(p95 * 0.995)),
        k6.Metric("data_received", "counter", "data", {"count": received, "rate": received / seconds}),
        k6.Metric("data_sent", "counter", "data", {"count": sent, "rate": sent / seconds}),
    )


def _timings(p95: float, numbers: random.Random) -> tuple[k6.Metric, ...]:
    shares = {
        "http_req_blocked": 0.011,
        "http_req_connecting": 0.006,
        "http_req_tls_handshaking": 0.004,
        "http_req_sending": 0.002,
        "http_req_waiting": 0.97,
        "http_req_receiving": 0.017,
    }
    return tuple(
        k6.Metric(name, "trend", "time", _trend(p95 * share * numbers.uniform(0.97, 1.03)))
        for name, share in shares.items()
    )


def _users(profile: Profile, iterations: int, seconds: float, p95: float) -> tuple[k6.Metric, ...]:
    users: dict[str, float] = {"value": 1, "min": 1, "max": profile.users}
    most: dict[str, float] = {"value": profile.users, "min": profile.users, "max": profile.users}
    return (
        k6.Metric("iterations", "counter", "default", {"count": iterations, "rate": iterations / seconds}),
        k6.Metric("iteration_duration", "trend", "time", _trend(p95 * len(profile.groups) + 1000)),
        k6.Metric("vus", "gauge", "default", users),
        k6.Metric("vus_max", "gauge", "default", most),
    )


def _checks_metric(groups: tuple[tuple[str, tuple[k6.Check, ...]], ...]) -> k6.Metric:
    passes = sum(check.passes for _, checks in groups for check in checks)
    fails = sum(check.fails for _, checks in groups for check in checks)
    return k6.Metric("checks", "rate", "default", {"rate": passes / (passes + fails), "passes": passes, "fails": fails})
