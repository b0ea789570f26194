"""What comes before what: sources blended, likeness and companies spread, places kept for what is not known yet. PURE."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.recommendation.pools import SourceName
from services.recommendation.sources.base import Candidate
from shared.schemas.recommendations import Assessment

PAGE = 20
_REACH = 20  # places beyond its own from which one to explore is drawn


@dataclass(frozen=True)
class Weights:
    """How much each source counts, how much likeness to what is before costs (0 to 1), how many of a company a page may have (0: any
    number), and every which place explores (0: none)."""

    sources: Mapping[SourceName, float]
    diversity: float
    per_company: int
    explore_every: int


class Blended(NamedTuple):
    """`relevance` in [0, 1]; `source` is the one that says most for it."""

    candidate: Candidate
    relevance: float
    source: SourceName


def affordable(most: float, free: float) -> float:
    """How much likeness costs: what hurts users next to nothing (`free`, a recipe's diversity), but a fifth of `most` at least."""
    return min(most, max(free, most / 5))


def tempered(weights: Weights, assessment: Assessment | None) -> Weights:
    """What somebody's personality changes. In the middle (0.5) nothing; each at either end doubles or halves something."""
    if assessment is None:
        return weights
    factors: dict[SourceName, float] = {
        "trending": _doubling(assessment.extraversion),
        "vector": _doubling(assessment.conscientiousness),
        "co_watch": _doubling(assessment.agreeableness),
        "fresh": _doubling(1 - assessment.neuroticism),
    }
    open_ = _doubling(assessment.openness)
    return Weights(
        sources={name: weight * factors.get(name, 1.0) for name, weight in weights.sources.items()},
        diversity=min(weights.diversity * open_, 1.0),
        per_company=weights.per_company,
        explore_every=max(2, round(weights.explore_every / open_)) if weights.explore_every else 0,
    )


def _doubling(score: float) -> float:
    return float(2 ** (2 * score - 1))


def blended(found: Mapping[SourceName, Sequence[Candidate]], weights: Mapping[SourceName, float]) -> list[Blended]:
    """Each video once, best first, equal ones by id. A source's scores are taken relative to its best and its worst, so that only their
    order and distances count; what several sources have found is worth what they say together."""
    told: dict[str, dict[SourceName, tuple[float, Candidate]]] = {}
    for source, candidates in found.items():
        for candidate, share in zip(candidates, _shares(candidates), strict=True):
            told.setdefault(candidate.video_id, {})[source] = (weights.get(source, 0.0) * share, candidate)
    total = {video_id: sum(worth for worth, _ in said.values()) for video_id, said in told.items()}
    most = max(total.values(), default=0.0) or 1.0
    ranked = []
    for video_id in sorted(told, key=lambda video_id: (-total[video_id], video_id)):
        source, (_, candidate) = max(told[video_id].items(), key=lambda item: item[1][0])
        ranked.append(Blended(candidate, total[video_id] / most, source))
    return ranked


def _shares(candidates: Sequence[Candidate]) -> Iterable[float]:
    """From just above 0 for the worst to 1 for the best: to be found at all says something."""
    scores = [candidate.score for candidate in candidates]
    low, high = min(scores, default=0.0), max(scores, default=0.0)
    return ((score - low + 0.05 * (high - low)) / (1.05 * (high - low)) if high > low else 1.0 for score in scores)


def relative(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scores between the least, 0, and the most, 1."""
    low, high = (float(scores.min()), float(scores.max())) if len(scores) else (0.0, 0.0)
    return (scores - np.float32(low)) / np.float32(max(high - low, 1e-9))


def spread(
    relevance: NDArray[np.float32],
    vectors: NDArray[np.float32],
    companies: Sequence[str],
    size: int,
    diversity: float,
    per_company: int = 0,
) -> list[int]:
    """Places of candidates in the order to show them: the first `size` picked one by one, as relevant as can be and as little like those
    picked (maximal marginal relevance; Carbonell & Goldstein 1998), the rest by relevance.

    `relevance` in [0, 1], shape (n,); `vectors` unit ones (n, d), zeros for what has none. Of a company at most `per_company` are in any
    PAGE in a row, as long as there are others.
    """
    nearest, left = np.zeros(len(relevance), np.float32), np.ones(len(relevance), np.bool_)
    names, company = np.unique(np.asarray(companies, object), return_inverse=True) if companies else (np.array([]), np.array([]))
    recent, shown, full = deque[int](), Counter[int](), np.zeros(len(names), np.bool_)
    picked: list[int] = []
    while len(picked) < min(size, len(relevance)):
        may = left & ~full[company] if full.any() else left
        place = int(np.argmax(np.where(may if may.any() else left, (1 - diversity) * relevance - diversity * nearest, -np.inf)))
        picked.append(place)
        left[place] = False
        if diversity:
            np.maximum(nearest, vectors @ vectors[place], out=nearest)
        if per_company:
            _count(int(company[place]), recent, shown, full, per_company)
    rest = np.flatnonzero(left)
    return picked + [int(place) for place in rest[np.argsort(-relevance[rest], kind="stable")]]


def _count(company: int, recent: deque[int], shown: Counter[int], full: NDArray[np.bool_], most: int) -> None:
    """In place: companies of the last PAGE - 1, and which of them the next may not have."""
    recent.append(company)
    shown[company] += 1
    full[company] = shown[company] >= most
    if len(recent) == PAGE:
        gone = recent.popleft()
        shown[gone] -= 1
        full[gone] = shown[gone] >= most


def explored(order: Sequence[int], exposure: NDArray[np.float32], every: int, seed: str) -> tuple[list[int], set[int]]:
    """The order with every `every`th place given to one of those that would come later, drawn the likelier the fewer have met it
    (`exposure`, shape (n,)); and which these are. The same seed draws the same."""
    order, drawn = list(order), set[int]()
    draw = random.Random(seed)  # noqa: S311 - what to show, no secret
    for place in range(every - 1, len(order), every) if every else ():
        reach = order[place : place + _REACH]
        [chosen] = draw.choices(range(len(reach)), [1 / (1 + float(exposure[one])) for one in reach])
        order.insert(place, order.pop(place + chosen))
        if chosen:
            drawn.add(order[place])
    return order, drawn
