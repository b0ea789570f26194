"""How high somebody speaks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_WINDOW_S = 0.04
_LOWEST, _HIGHEST = 60, 400


def pitch_hz(samples: NDArray[np.float32], rate: int) -> float:
    """Median over the voiced windows of mono `samples`, by autocorrelation."""
    size = round(_WINDOW_S * rate)
    windows = samples[: len(samples) // size * size].reshape(-1, size)
    found = [_of_window(window - window.mean(), rate) for window in windows if np.abs(window).max() > 0.08]
    return float(np.median([pitch for pitch in found if pitch]))


def _of_window(window: NDArray[np.float32], rate: int) -> float | None:
    """None when it is not voiced."""
    likeness = np.correlate(window, window, "full")[len(window) - 1 :]
    lags = likeness[rate // _HIGHEST : rate // _LOWEST]
    return rate / (rate // _HIGHEST + int(lags.argmax())) if lags.max() > 0.5 * likeness[0] else None
