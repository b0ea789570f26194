"""Likeness from int8 codes: both kernels, any number of queries and rows, one thread or several."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from shared.vectors import dots


def units(count: int, dimensions: int, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(count, dimensions))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@pytest.fixture(params=["numkong", "numpy"], autouse=True)
def _kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dots, "_ALONE", 10_000)  # small matrices are split, too
    if request.param == "numpy":
        monkeypatch.setattr(dots, "numkong", None)


@pytest.mark.parametrize("dimensions", [3, 64, 256, 384, 768, 3072])
@pytest.mark.parametrize("queries", [1, 2, 3, 16])
@pytest.mark.parametrize("rows", [0, 1, 999, 5_000])
def test_they_are_near_the_cosines(dimensions: int, queries: int, rows: int) -> None:
    if rows * dimensions > 4_000_000:
        rows = 1_000
    matrix, asked = units(rows, dimensions), units(queries, dimensions, seed=1)
    factors = 127 / np.abs(asked).max(axis=1, keepdims=True)
    out = likeness(matrix, asked, [None] * queries)
    np.testing.assert_allclose(out / factors, asked @ matrix.T, atol=0.02 if dimensions < 64 else 0.005)


def likeness(matrix: NDArray[np.float32], asked: NDArray[np.float32], masks: list[NDArray[np.bool_] | None]) -> NDArray[np.float32]:
    out = np.full((len(asked), len(matrix)), np.nan, np.float32)
    dots.likeness(*dots.quantised(matrix), asked, out, masks)
    return out


@pytest.mark.parametrize("queries", [1, 2, 5])
def test_what_a_mask_does_not_mark_comes_far_below_and_the_rest_stays(queries: int) -> None:
    matrix, asked = units(5_000, 64), units(queries, 64, seed=1)
    masks: list[NDArray[np.bool_] | None] = [np.arange(5_000) % (2 + row) == 0 for row in range(queries)]
    masks[-1] = None
    free, masked = likeness(matrix, asked, [None] * queries), likeness(matrix, asked, masks)
    for row, mask in enumerate(masks):
        marked = np.ones(5_000, np.bool_) if mask is None else mask
        assert (masked[row][marked] == free[row][marked]).all()
        assert mask is None or masked[row][~marked].max() < free[row].min()


def test_codes_use_the_whole_range_of_each_row_and_bear_zeros() -> None:
    codes, scales = dots.quantised(np.array([[0.5, -1, 0], [0, 0, 0], [1e-3, 0, -2e-3]], np.float32))
    assert codes.tolist() == [[64, -127, 0], [0, 0, 0], [64, 0, -127]]
    np.testing.assert_allclose(scales, [1 / 127, 0, 2e-3 / 127], rtol=1e-6)


def test_what_a_block_raises_is_raised() -> None:
    def fail(block: slice) -> None:
        raise ValueError(block.start)

    with pytest.raises(ValueError, match=r"[01]"):  # whichever was first
        dots.in_parallel(fail, [slice(0, 1), slice(1, 2)])
