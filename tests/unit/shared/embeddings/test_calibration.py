"""The threshold's rule, on scores made for it."""

from __future__ import annotations

import numpy as np
import pytest

from shared.embeddings.calibration import OTHERS_PASSING, Calibration


def measured(others: list[float], matching: list[float] | None = None) -> Calibration:
    return Calibration("m", 0.7, np.asarray(matching or [0.8, 0.9], np.float32), np.asarray(others, np.float32))


def test_one_of_a_hundred_others_may_pass() -> None:
    assert measured([0.5] * 99 + [0.9]).threshold == 0.51


def test_two_of_a_hundred_may_not() -> None:
    assert measured([0.5] * 98 + [0.614, 0.9]).threshold == 0.62


def test_what_is_just_below_a_hundredth_needs_the_next() -> None:
    assert measured([0.6199] * 100).threshold == 0.62


@pytest.mark.parametrize("seed", range(20))
def test_it_is_the_lowest_hundredth_that_keeps_the_rule(seed: int) -> None:
    drawn = np.random.default_rng(seed).beta(8, 6, 3_000).tolist()
    found = measured(drawn)

    assert found.row(found.threshold).others <= OTHERS_PASSING
    assert found.row(round(found.threshold - 0.01, 2)).others > OTHERS_PASSING


def test_a_row_counts_what_passes() -> None:
    row = measured([0.5, 0.6, 0.7, 0.8], [0.65, 0.75, 0.85]).row(0.7)

    assert (row.recall, row.others, row.precision) == pytest.approx((2 / 3, 1 / 2, 1 / 2))


def test_what_nothing_passes_is_precise() -> None:
    assert measured([0.5]).row(0.99).precision == 1


def test_the_histogram_holds_every_pair() -> None:
    bars = measured([0.501, 0.62, 0.7], [0.85, 1.0]).histogram()

    assert sum(matching for _, matching, _ in bars) == pytest.approx(1)
    assert sum(others for _, _, others in bars) == pytest.approx(1)
    assert bars[0][0] == 0.5
