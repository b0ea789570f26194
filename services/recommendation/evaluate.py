"""`python -m services evaluate-recommender`: how well the product's own blend foretells what users took, beside its peers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from services.recommendation import interactions_file, measures, peers
from services.recommendation.exam import Exam, Quality, Scorer
from services.recommendation.interactions_file import Events
from services.recommendation.learning import learn
from services.recommendation.measures import DEPTH, Ranking
from services.recommendation.models import factors, popularity
from services.recommendation.models.blend import Blend, Latent
from services.recommendation.models.factors import FACTORS, directions
from services.recommendation.models.interactions import Floats, Interactions, Log, Times
from services.recommendation.models.recipe import DEFAULT
from services.recommendation.ranking import affordable, explored, relative, spread
from shared.settings import Ranking as RankingSettings
from shared.settings import Settings

_DEEP = 3 * DEPTH  # candidates that are spread and explored
_SWEEPS = 10


def run_evaluate(settings: Settings, file: Path, *, as_json: bool) -> int:
    """Print the table; exit code 0. Raises InvalidInput for a file that cannot be used."""
    told = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    events = interactions_file.read_events(file)
    for problem in problems(events):
        told.print(f"{file}: {problem}")
    exam = Exam.of(events)
    rows: dict[str, Quality | None] = {}
    for name, quality in evaluated(exam, settings.ranking):
        rows[name] = quality
        told.print(f"{name}: not installed" if quality is None else f"{name}: done")
    facts = {
        "events": len(events.users),
        "users": events.n_users,
        "items": events.n_items,
        "users_asked": exam.n_asked,
        "lines_not_used": events.n_bad,
        "rows_of_no_interest": events.unwanted,
    }
    out = Console(soft_wrap=True, highlight=False, markup=False)
    if as_json:
        out.print(json.dumps({**facts, "models": {name: rounded(quality) for name, quality in rows.items()}}))
    else:
        out.print(_table(rows), *(f"{name.replace('_', ' ')}: {value}" for name, value in facts.items()), sep="\n")
    return 0


def problems(events: Events) -> Iterator[str]:
    """PURE: what of a file could not be used."""
    yield from events.bad
    if events.n_bad > len(events.bad):
        yield f"{events.n_bad - len(events.bad)} more lines cannot be used"
    if events.unwanted:
        yield f"{events.unwanted} rows with a value of 0 or less are no interest and left out"


def evaluated(exam: Exam, ranking: RankingSettings) -> Iterator[tuple[str, Quality | None]]:
    """Each model's quality, as soon as it is known; None: it is not installed."""
    yield from ours(exam, ranking)
    others: dict[str, Callable[[Log], Scorer] | None] = {
        "popularity": peers.popularity,
        "item_knn": peers.item_knn,
        "als_64": peers.als if peers.has_als() else None,
    }
    for name, make in others.items():
        yield name, _of_peer(exam, make) if make else None


def _of_peer(exam: Exam, make: Callable[[Log], Scorer]) -> Quality:
    began = time.perf_counter()
    lists = exam.lists(make(exam.log), {"plain": lambda _, scores: measures.best(scores)})
    return exam.quality(lists["plain"], time.perf_counter() - began)


def ours(exam: Exam, ranking: RankingSettings) -> Iterator[tuple[str, Quality]]:
    """The product's blend as it is shown, and what it would be without the parts that cost accuracy."""
    began = time.perf_counter()
    blend = learn(exam.log, ranking.rec_ease_items)

    def scores(histories: Interactions, at: Times) -> Floats:
        return blend.scores(histories, popularity.plain(exam.train, at, blend.recipe))

    vectors = _vectors(exam.train, blend)
    diversity, every = affordable(ranking.rec_diversity, blend.recipe.diversity), ranking.rec_explore_every
    orders = {
        "ours": (diversity, every),
        "ours_without_diversity": (0.0, every),
        "ours_without_exploration": (diversity, 0),
        "ours_without_either": (0.0, 0),
    }
    lists = exam.lists(scores, {name: _Arranged(exam.train.counts, vectors, *order) for name, order in orders.items()})
    seconds = time.perf_counter() - began
    yield from ((name, exam.quality(each, seconds)) for name, each in lists.items())


def _vectors(train: Interactions, blend: Blend) -> Floats:
    """What stands in for the vectors of postings: who took what, in few numbers."""
    part = blend.parts.get("factors")
    return directions(part.items if isinstance(part, Latent) else factors.learn(train, DEFAULT.factors_pull, _SWEEPS, FACTORS["factors"]))


class _Arranged:
    """As the product arranges a pool, cut after its first page."""

    def __init__(self, counts: Floats, vectors: Floats, diversity: float, explore_every: int) -> None:
        self._counts, self._vectors, self._diversity, self._explore_every = counts, vectors, diversity, explore_every

    def __call__(self, rows: NDArray[np.int64], scores: Floats) -> Ranking:
        candidates = measures.best(scores, _DEEP)
        lists = np.full((len(rows), DEPTH), -1)
        for place, (row, found) in enumerate(zip(rows, candidates, strict=True)):
            shown = self._one(row, found[np.isfinite(scores[place, found])], scores[place])
            lists[place, : len(shown)] = shown
        return lists

    def _one(self, row: int, found: Ranking, scores: Floats) -> Ranking:
        order = spread(relative(scores[found]), self._vectors[found], (), DEPTH, self._diversity)
        order, _ = explored(order, self._counts[found], self._explore_every, str(row))
        return found[order[:DEPTH]]


def rounded(quality: Quality | None) -> Mapping[str, float] | str:
    if quality is None:
        return "not installed"
    return {name: round(value, 1 if name == "seconds" else 4) for name, value in asdict(quality).items()}


def _table(rows: Mapping[str, Quality | None]) -> Table:
    table = Table("model", *(name.replace("_", " ") for name in Quality.__annotations__), box=None)
    for name, quality in rows.items():
        told = rounded(quality)
        table.add_row(name.replace("_", " "), *([told] if isinstance(told, str) else [str(value) for value in told.values()]))
    return table
