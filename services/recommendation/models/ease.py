"""EASE: a linear model of every item by all others, in closed form (Steck, "Embarrassingly Shallow Autoencoders", WWW 2019). PURE."""

from __future__ import annotations

import numpy as np

from services.recommendation.models.interactions import Floats, Interactions


def ease(seen: Interactions, regularisation: float) -> Floats:
    """Item-to-item weights of shape (items, items), 0 on the diagonal. Takes 12 bytes for each pair of items, and time with their cube."""
    gram: Floats = (seen.taken.T @ seen.taken).toarray()
    gram[np.diag_indices_from(gram)] += regularisation
    weights = np.linalg.inv(gram)
    weights /= -np.diag(weights).copy()
    np.fill_diagonal(weights, 0)
    return weights
