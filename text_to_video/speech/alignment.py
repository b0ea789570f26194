"""PURE: when each word is said, by laying the recording beside another rendition of the same words whose times are known.

Dynamic time warping over cepstra (Sakoe & Chiba 1978), with the pauses of both taken out first: engines pause where they like.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from text_to_video.speech.base import Samples
from text_to_video.speech.features import Frames, features, pauses, standardised

_HOP_S = 0.005
_LEAST_FRAMES = 10
_STEPS = np.array([2.0, 0.0, 2.0, 4.0], np.float32)
"""What it costs to stay on a frame of the reference, to go on by one, two or three."""
_TRACTS = (0.85, 1.0, 1.18)
_SNAP_S = 0.05
_LARGE = np.float32(1e9)


class Recording(NamedTuple):
    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


def aligned(spoken: Recording, reference: Recording, starts: Sequence[float]) -> list[float]:
    """When, in seconds, the words of `spoken` start; those of `reference`, which says the same, start at `starts`, in rising order."""
    count = max(_LEAST_FRAMES, round(spoken.seconds / _HOP_S))
    voiced = np.flatnonzero(~pauses(*spoken, count))
    if len(voiced) < _LEAST_FRAMES:
        return [at * spoken.seconds / reference.seconds for at in starts]
    others, known = _like_many(reference, len(voiced))
    path = known[_best_path(standardised(features(*spoken, count)[voiced]), reference, others, known)]
    first = np.searchsorted(path, np.asarray(starts) / reference.seconds * others)
    frames = _after_pauses(voiced[np.minimum(first, len(voiced) - 1)], voiced)
    return [float(frame) * spoken.seconds / count for frame in frames]


def _like_many(reference: Recording, wanted: int) -> tuple[int, NDArray[np.intp]]:
    """How many frames to cut the reference into so that `wanted` of them are no pause, and which those are."""
    rough = max(_LEAST_FRAMES, round(reference.seconds / _HOP_S))
    count = max(_LEAST_FRAMES, round(rough * wanted / max(1, int((~pauses(*reference, rough)).sum()))))
    return count, np.flatnonzero(~pauses(*reference, count))


def _best_path(spoken: Frames, reference: Recording, count: int, known: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each frame of `spoken` the frame of the reference it is like, with the vocal tract that fits best."""
    found = [_warp(spoken, standardised(features(*reference, count, tract)[known])) for tract in _TRACTS]
    return min(found, key=lambda each: each[1])[0]


def _warp(spoken: Frames, reference: Frames) -> tuple[NDArray[np.intp], float]:
    """The cheapest monotone path through all of both, and what it costs."""
    cost = _distances(spoken, reference)
    back = np.zeros(cost.shape, np.int8)
    total = np.full(cost.shape[1] + 3, _LARGE)  # three before the first, so that every step has somewhere to come from
    total[3] = cost[0, 0]
    for i in range(1, len(cost)):
        ways = np.stack([total[3:], total[2:-1], total[1:-2], total[:-3]]) + _STEPS[:, None]
        back[i] = ways.argmin(0)
        total[3:] = ways.min(0) + cost[i]
    at, path = cost.shape[1] - 1, np.zeros(len(cost), np.intp)
    for i in range(len(cost) - 1, -1, -1):
        path[i] = at
        at = max(0, at - int(back[i, at]))
    return path, float(total[-1])


def _distances(a: Frames, b: Frames) -> NDArray[np.float32]:
    squares: Frames = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    return np.sqrt(np.maximum(0, squares)).astype(np.float32)


def _after_pauses(frames: NDArray[np.intp], voiced: NDArray[np.intp]) -> NDArray[np.intp]:
    """A word that seems to start just before a pause starts after it."""
    before = np.flatnonzero(np.diff(voiced) > 1)
    moved = frames.copy()
    for last in before:
        near = (frames <= voiced[last]) & (voiced[last] - frames <= _SNAP_S / _HOP_S)
        moved[near] = voiced[last + 1]
    return moved
