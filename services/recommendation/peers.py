"""What our recommender is measured beside: popularity, item-kNN, and ALS of the package `implicit`. PURE."""

from __future__ import annotations

import importlib.util
import warnings

import numpy as np

from services.recommendation.exam import Scorer
from services.recommendation.models.choices import Question
from services.recommendation.models.interactions import Floats, Interactions, Log, Times
from services.recommendation.models.neighbours import alike
from services.recommendation.models.tuning import HELD_OUT

_FACTORS, _SWEEPS = 64, 15
_ALPHAS_AND_REGULARISATIONS = ((1.0, 0.05), (5.0, 5.0), (20.0, 0.05), (20.0, 60.0))
_ASKED = 1_000


def popularity(log: Log) -> Scorer:
    """The most taken."""
    return lambda histories, _: np.tile(log.seen.counts, (histories.n_users, 1))


def item_knn(log: Log) -> Scorer:
    """Cosine, 200 neighbours, summed over the history (Sarwar et al. 2001)."""
    likeness = alike(log.seen, 0)
    return lambda histories, _: (histories.taken @ likeness).toarray()


def has_als() -> bool:
    return importlib.util.find_spec("implicit") is not None


def als(log: Log) -> Scorer:
    """ALS with 64 factors, the best of four settings as judged like our own: by the last fifth of what is to be learned from."""
    early, wanted = log.split(HELD_OUT)
    users, inner = np.flatnonzero(np.diff(wanted.indptr))[:_ASKED], early.seen
    question = Question(inner.of(users), inner.last[users], wanted[users])

    def gain(setting: tuple[float, float]) -> float:
        return float(question.judged(_als(inner, *setting)(question.histories, question.at)).gain.mean())

    best = max(_ALPHAS_AND_REGULARISATIONS, key=gain) if len(users) else _ALPHAS_AND_REGULARISATIONS[0]
    return _als(log.seen, *best)


def _als(train: Interactions, alpha: float, regularisation: float) -> Scorer:
    import scipy.sparse as sp  # type: ignore[import-untyped]
    from implicit.als import AlternatingLeastSquares  # type: ignore[import-untyped]  # for developers only

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would have BLAS told to use one thread
        model = AlternatingLeastSquares(_FACTORS, regularisation, alpha, iterations=_SWEEPS, random_state=1, use_gpu=False)
        model.fit(sp.csr_matrix(train.taken), show_progress=False)

    def scores(histories: Interactions, _: Times) -> Floats:
        users = model.recalculate_user(np.arange(histories.n_users), sp.csr_matrix(histories.taken))
        return np.asarray(users @ model.item_factors.T, np.float32)

    return scores
