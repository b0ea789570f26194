"""A forced aligner of our own: when each word of known text is said, told from the sound alone.

Monophone hidden Markov models, three states each with one Gaussian, trained on the very recordings from a flat start by Viterbi
re-estimation (Rabiner 1989; the way HTK and Kaldi begin). It knows the phonemes' order, and nothing of what a synthesiser told of times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.floating[Any]]

HOP_S = 0.005
_WINDOW_S = 0.01  # short: what is sought are edges
_STATES = 3
_BANDS, _COEFFICIENTS = 24, 12
_SILENCE = "sil"

Frames = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Utterance:
    """`words`: the phonemes of each."""

    samples: Samples
    rate: int
    words: Sequence[Sequence[str]]

    @property
    def states(self) -> list[tuple[str, int]]:
        phones = [_SILENCE, *(phone for word in self.words for phone in word), _SILENCE]
        return [(phone, state) for phone in phones for state in range(_STATES)]


def word_starts(utterances: Sequence[Utterance], rounds: int = 12) -> list[list[float]]:
    """Seconds at which each word of each utterance starts."""
    observed = [_cepstra(each) for each in utterances]
    paths = [np.arange(len(frames)) * len(each.states) // len(frames) for frames, each in zip(observed, utterances, strict=True)]
    for _ in range(rounds):
        models = _estimated(utterances, observed, paths)
        paths = [_viterbi(frames, each, models) for frames, each in zip(observed, utterances, strict=True)]
    return [_starts(path, each) for path, each in zip(paths, utterances, strict=True)]


def _cepstra(utterance: Utterance) -> Frames:
    """Mel-frequency cepstra and their slopes, each with mean 0 and deviation 1."""
    size, step = round(_WINDOW_S * utterance.rate), HOP_S * utterance.rate
    starts = (np.arange(round(len(utterance.samples) / step)) * step).astype(int)
    pieces = np.pad(utterance.samples, (size // 2, size))[starts[:, None] + np.arange(size)] * np.hanning(size)
    spectrum = np.abs(np.fft.rfft(pieces, 512)) ** 2
    edges = 700 * np.expm1(np.linspace(0.1, 2.4, _BANDS + 1)) * 512 / utterance.rate
    energy = np.add.reduceat(spectrum, np.unique(np.minimum(edges, 255).astype(int)), axis=1)[:, :-1]
    bands = np.log(energy + 1e-4 * energy.mean())
    places = np.pi / bands.shape[1] * (np.arange(bands.shape[1])[:, None] + 0.5)
    cepstra = bands @ np.cos(places * np.arange(_COEFFICIENTS))
    slopes = np.gradient(cepstra, axis=0)
    both = np.hstack([cepstra, slopes])
    result: Frames = (both - both.mean(0)) / both.std(0)
    return result


Models = dict[tuple[str, int], tuple[NDArray[Any], NDArray[Any]]]


def _estimated(utterances: Sequence[Utterance], observed: Sequence[Frames], paths: Sequence[NDArray[np.intp]]) -> Models:
    gathered: dict[tuple[str, int], list[Frames]] = {}
    for each, frames, path in zip(utterances, observed, paths, strict=True):
        for number, state in enumerate(each.states):
            gathered.setdefault(state, []).append(frames[path == number])
    pooled = np.concatenate(observed).var(0)
    models: Models = {}
    for state, pieces in gathered.items():
        frames = np.concatenate(pieces)
        rare = 20 / (20 + len(frames))
        models[state] = (frames.mean(0), (1 - rare) * frames.var(0) + rare * pooled + 0.01) if len(frames) else (0 * pooled, pooled)
    return models


def _viterbi(frames: Frames, utterance: Utterance, models: Models) -> NDArray[np.intp]:
    means = np.array([models[state][0] for state in utterance.states])
    variances = np.array([models[state][1] for state in utterance.states])
    likely = -0.5 * (
        (frames**2) @ (1 / variances).T - 2 * frames @ (means / variances).T + (means**2 / variances).sum(1) + np.log(variances).sum(1)
    )
    best = np.full(likely.shape[1], -np.inf)
    best[0] = likely[0, 0]
    came = np.zeros(likely.shape, bool)
    for i in range(1, len(likely)):
        moved = np.concatenate([[-np.inf], best[:-1]])
        came[i] = moved > best
        best = np.maximum(best, moved) + likely[i]
    path, at = np.zeros(len(likely), np.intp), likely.shape[1] - 1
    for i in range(len(likely) - 1, -1, -1):
        path[i] = at
        at -= int(came[i, at])
    return path


def _starts(path: NDArray[np.intp], utterance: Utterance) -> list[float]:
    starts, phone = [], 1
    for word in utterance.words:
        starts.append(float(np.searchsorted(path, phone * _STATES)) * HOP_S)
        phone += len(word)
    return starts
