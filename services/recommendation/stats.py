"""What this process has answered, for operators: `GET /admin/stats` and Prometheus."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import ceil

from prometheus_client import Counter as Metric
from prometheus_client import Histogram

_LATEST = 2_000

SECONDS = Histogram(
    "reelwright_recommendation_seconds",
    "Seconds a recommendation took, by how it was got: hit, stale, miss, or fallback when it could not be ranked",
    ["outcome"],
    buckets=(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
SHOWN = Metric("reelwright_recommended", "Videos recommended, by the source they came from", ["source"])


class Tally:
    """Answers since this process began; times of the latest ones."""

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        self.sources: Counter[str] = Counter()
        self.degraded: Counter[str] = Counter()
        self._seconds: dict[str, deque[float]] = {}

    def count(self, outcome: str, seconds: float, sources: Mapping[str, int], degraded: Iterable[str]) -> None:
        self.answers[outcome] += 1
        self.degraded.update(degraded)
        if outcome not in self._seconds:
            self._seconds[outcome] = deque(maxlen=_LATEST)
        self._seconds[outcome].append(seconds)
        _seconds_of(outcome).observe(seconds)
        for source, shown in sources.items():
            self.sources[source] += shown
            _shown_of(source).inc(shown)

    def p95_ms(self) -> dict[str, float]:
        """By outcome."""
        return {outcome: round(_percentile(sorted(seconds), 95) * 1000, 3) for outcome, seconds in self._seconds.items()}

    def shares(self) -> dict[str, float]:
        """What part of all that was recommended came from each source."""
        total = self.sources.total()
        return {source: round(shown / total, 4) for source, shown in self.sources.most_common()}


_seconds_of, _shown_of = lru_cache(SECONDS.labels), lru_cache(SHOWN.labels)  # finding a series takes longer than counting in it


def _percentile(ordered: list[float], percent: int) -> float:
    return ordered[ceil(len(ordered) * percent / 100) - 1]
