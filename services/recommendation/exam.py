"""What a recommender is asked when it is judged: to foretell each user's last events from all that was before. PURE."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp  # type: ignore[import-untyped]
from numpy.typing import NDArray

from services.recommendation import measures
from services.recommendation.interactions_file import Events
from services.recommendation.measures import Ranking
from services.recommendation.models.blend import without_taken
from services.recommendation.models.choices import Question
from services.recommendation.models.interactions import Floats, Interactions, Log, Times
from services.recommendation.models.tuning import HELD_OUT
from shared.errors import InvalidInput

FEWEST = 2
"""Events of a user of whom something is held out."""
_CELLS = 4_000_000  # scores held at once
_COMPARED = 1_000  # lists whose likeness within is measured

Scorer = Callable[[Interactions, Times], Floats]
"""Histories and when each user asks → scores (users, items)."""
Arrange = Callable[[NDArray[np.int64], Floats], Ranking]
"""Numbers of those who ask and their scores, -inf for what they took → lists (users, DEPTH)."""


@dataclass(frozen=True)
class Quality:
    """Means over users in [0, 1]: recall and nDCG; `coverage`: the share of the items learned from that are in anybody's list;
    `intra_list_diversity`: 1 less the mean cosine, by who took them, of two items of a list. `seconds`: to learn and to rank for all."""

    recall_at_20: float
    ndcg_at_20: float
    coverage: float
    intra_list_diversity: float
    seconds: float


@dataclass(frozen=True)
class Exam:
    """What is learned from, and what is asked: of users who took something new in their last events."""

    log: Log
    question: Question

    @classmethod
    def of(cls, events: Events) -> Exam:
        """The last 20 % of each user's events are held out, rounded up, at least one stays; of users with a single event nothing is. What
        the user took before is neither asked for nor recommended. Raises InvalidInput where nobody can be asked."""
        log = Log.of(events.users, events.items, events.times, events.n_users, events.n_items)
        early, wanted = log.split(HELD_OUT, FEWEST)
        asked = np.flatnonzero(np.diff(wanted.indptr))
        if not len(asked):
            raise InvalidInput("nobody took anything new in the last fifth of their events: there is nothing to foretell", field="file")
        return cls(early, Question(early.seen.of(asked), early.seen.last[asked], wanted[asked]))

    @property
    def train(self) -> Interactions:
        return self.log.seen

    @property
    def n_asked(self) -> int:
        return len(self.question.at)

    def lists(self, scorer: Scorer, arrangements: Mapping[str, Arrange]) -> dict[str, Ranking]:
        """The lists of all who ask, by arrangement; scores are made once for all of these, for some users at a time."""
        lists: dict[str, list[Ranking]] = {name: [] for name in arrangements}
        step = max(1, _CELLS // max(self.train.n_items, 1))
        for start in range(0, self.n_asked, step):
            rows = np.arange(start, min(start + step, self.n_asked))
            histories = self.question.histories.of(rows)
            scores = without_taken(scorer(histories, self.question.at[rows]), histories)
            for name, arrange in arrangements.items():
                lists[name].append(arrange(rows, scores))
        return {name: np.concatenate(parts) for name, parts in lists.items()}

    def quality(self, lists: Ranking, seconds: float) -> Quality:
        """-1 in a list is an empty place."""
        wanted = self.question.wanted
        judged = measures.judged(measures.hits(lists, wanted), np.diff(wanted.indptr))
        known = int(np.count_nonzero(self.train.counts))
        shown = np.unique(lists[lists >= 0])
        return Quality(
            float(judged.recall.mean()),
            float(judged.ndcg.mean()),
            int(np.count_nonzero(self.train.counts[shown])) / max(known, 1),
            self._diversity(lists),
            seconds,
        )

    def _diversity(self, lists: Ranking) -> float:
        taken = self.train.taken.tocsc()
        chosen = np.random.default_rng(0).permutation(len(lists))[:_COMPARED]
        norms = np.sqrt(np.maximum(self.train.counts, 1))
        return float(np.mean([_unlike(taken, norms, row[row >= 0]) for row in lists[chosen]]))


def _unlike(taken: sp.csc_array, norms: Floats, items: Ranking) -> float:
    if len(items) < 2:
        return 0.0
    columns = taken[:, items]
    cosines: Floats = (columns.T @ columns).toarray() / np.outer(norms[items], norms[items])
    off_diagonal = float(cosines.sum()) - float(np.trace(cosines))
    return 1 - off_diagonal / (len(items) * (len(items) - 1))
