"""Distances by a few bits of each vector: the order of cosines, roughly, for vectors of any length."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from shared.vectors import signs


def units(count: int, dimensions: int, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(count, dimensions))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@pytest.mark.parametrize("dimensions", [8, 256, 384, 768, 3072])
def test_what_is_nearer_has_the_lesser_distance(dimensions: int) -> None:
    [query, away] = units(2, dimensions, seed=1)
    away -= (away @ query) * query
    away /= np.linalg.norm(away)
    cosines = np.array([[1], [0.9], [0.6], [0.2], [-0.5], [-1]], np.float32)
    matrix = cosines * query + np.sqrt(1 - cosines**2) * away
    told = signs.distances(signs.signs(matrix), query).tolist()
    assert told[0] == 0
    assert told == sorted(told)
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("dimensions", [256, 384, 768, 3072])
def test_the_nearest_are_among_the_first_few_per_cent(dimensions: int) -> None:
    """Of vectors that lie in 100 of the dimensions' directions, as embeddings more or less do."""
    directions = np.linalg.qr(units(dimensions, 100, seed=2))[0].T
    matrix, queries, found = units(4_000, 100) @ directions, units(20, 100, seed=1) @ directions, 0
    for query in queries:
        near = np.argsort(signs.distances(signs.signs(matrix), query))[:400]
        found += len(set(np.argsort(-(matrix @ query))[:5].tolist()) & set(near.tolist()))
    assert found >= 0.95 * 20 * 5


@pytest.mark.parametrize("rows", [0, 1, 8_191, 8_192, 20_000])
def test_bits_that_differ_count_once_or_three_times_where_the_query_is_far_from_the_plane(rows: int) -> None:
    matrix, query = units(rows, 384), units(1, 384, seed=1)[0]
    planes = signs._planes(384)
    coordinates = query @ planes
    weights = np.where(np.abs(coordinates) > np.sqrt(np.mean(coordinates**2)), 3, 1)
    expected = ((matrix @ planes > 0) != (coordinates > 0)) @ weights
    assert signs.distances(signs.signs(matrix), query).tolist() == expected.tolist()


def test_the_planes_are_at_right_angles_and_always_the_same() -> None:
    for dimensions in (8, 384, 3072):
        planes = signs._planes(dimensions)
        assert planes.shape == (dimensions, 64 * signs.words_of(dimensions))
        product = planes @ planes.T if dimensions < 384 else planes.T @ planes
        np.testing.assert_allclose(product, np.eye(len(product)), atol=1e-5)
    signs._planes.cache_clear()
    assert (signs._planes(3072) == planes).all()


def test_zeros_are_borne() -> None:
    bits = signs.signs(np.zeros((3, 64), np.float32))
    assert signs.distances(bits, np.zeros(64, np.float32)).tolist() == [0, 0, 0]
