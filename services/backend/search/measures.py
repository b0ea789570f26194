"""PURE: how well a ranking finds what was judged relevant, as trec_eval has it.

`gains` has the graded relevance of what was judged (above 0 is relevant; grades are the gains of nDCG); `ranking` is by id, best first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Gains = Mapping[str, int]


def average_precision(ranking: Sequence[str], gains: Gains) -> float:
    """The mean over all relevant documents of the precision where each stands; 0 for one that is not in the ranking."""
    found, total = 0, 0.0
    for place, name in enumerate(ranking, start=1):
        if gains.get(name, 0) > 0:
            found += 1
            total += found / place
    return total / _relevant(gains)


def precision_at(cut: int, ranking: Sequence[str], gains: Gains) -> float:
    """A ranking shorter than `cut` has nothing relevant in the places it lacks."""
    return _found(ranking[:cut], gains) / cut


def recall_at(cut: int, ranking: Sequence[str], gains: Gains) -> float:
    return _found(ranking[:cut], gains) / _relevant(gains)


def ndcg_at(cut: int, ranking: Sequence[str], gains: Gains) -> float:
    """Gain by log2(place + 1), summed, by the sum of the best order (Järvelin and Kekäläinen 2002, with linear gains)."""
    best = sorted((gain for gain in gains.values() if gain > 0), reverse=True)
    return _dcg([max(0, gains.get(name, 0)) for name in ranking[:cut]]) / _dcg(best[:cut])


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, start=1))


def _found(names: Sequence[str], gains: Gains) -> int:
    return sum(gains.get(name, 0) > 0 for name in names)


def _relevant(gains: Gains) -> int:
    return sum(gain > 0 for gain in gains.values())
