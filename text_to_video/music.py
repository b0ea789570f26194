"""A bed of music under the speech: as long as the reel, quiet, and quieter while somebody speaks."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from shared.fingerprint import content_hash
from text_to_video.audio import LOUDNESS_LUFS, SAMPLE_RATE, Stereo, loudness

_BED_DB = -8.0
"""Of the music in pauses, under the reel's loudness."""
_DUCK_DB = -13.0
"""What it sinks by while somebody speaks: then it lies 21 dB under the words."""
_AHEAD_S, _BACK_S = 0.15, 0.4
"""It sinks before a word and comes back after the last one, over these times."""
_BREATH_S = 0.45
"""A shorter pause is no pause: it would pump."""
_SPEECH_DB = -45.0
_FRAME_S = 0.01
_LOOP_S, _IN_S, _OUT_S = 1.0, 0.4, 1.2
_SHORTEST_S = 2.0
_ENDINGS = frozenset({".mp3", ".m4a", ".aac", ".wav", ".flac", ".ogg", ".opus", ".aiff", ".aif"})


class MusicFailed(Exception):
    """There is no music to be had from there."""


def track_for(music: Path, posting: str) -> Path:
    """`music` itself, or the file of that folder which falls to `posting`: always the same one. Raises MusicFailed."""
    if music.is_file():
        return music
    try:
        tracks = sorted(path for path in music.iterdir() if path.suffix.lower() in _ENDINGS and path.is_file())
    except OSError as error:
        raise MusicFailed(f"{music} cannot be read ({error.strerror})") from None
    if not tracks:
        raise MusicFailed(f"{music} holds no music")
    return tracks[int(content_hash(posting), 16) % len(tracks)]


def bed(track: Path, voice: Stereo) -> Stereo:
    """The track under `voice`, as long as it: looped or cut, faded in and out, ducked. Raises MusicFailed naming the file."""
    wanted = voice.shape[1]
    music = _decoded(track, wanted)
    level = loudness(music, SAMPLE_RATE)
    if level is None:
        raise MusicFailed(f"{track.name} is silent")
    shape = _envelope(voice[0]) * _faded(wanted)
    return _looped(music, wanted) * (shape * 10 ** ((LOUDNESS_LUFS + _BED_DB - level) / 20)).astype(np.float32)


def _decoded(track: Path, most: int) -> Stereo:
    """The first `most` samples and a crossfade more, or a little more still where that is hardly anything."""
    most = max(most, round(_SHORTEST_S * SAMPLE_RATE)) + round(_LOOP_S * SAMPLE_RATE)
    pieces: list[Stereo] = []
    count = 0
    try:
        with av.open(str(track), "r") as container:
            resampler = AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE)
            for frame in container.decode(container.streams.audio[0]):
                pieces += [made.to_ndarray().astype(np.float32, copy=False) for made in resampler.resample(frame)]
                count += frame.samples * SAMPLE_RATE // frame.sample_rate
                if count > most + SAMPLE_RATE:  # the resampler holds a little back
                    break
    except (OSError, av.FFmpegError, IndexError) as error:
        raise MusicFailed(f"{track.name} cannot be read ({type(error).__name__})") from None
    found = np.concatenate(pieces, axis=1)[:, :most] if pieces else np.zeros((2, 0), np.float32)
    if found.shape[1] < _SHORTEST_S * SAMPLE_RATE:
        raise MusicFailed(f"{track.name} is shorter than {_SHORTEST_S:g} s")
    return found


def _looped(music: Stereo, wanted: int) -> Stereo:
    """As often as needed, each time with its beginning over its end."""
    over = min(round(_LOOP_S * SAMPLE_RATE), music.shape[1] // 4)
    rising = np.sin(np.linspace(0, np.pi / 2, over, dtype=np.float32))  # equal power: music is not in phase with itself
    made = music
    while made.shape[1] < wanted:
        joined = made[:, -over:] * rising[::-1] + music[:, :over] * rising
        made = np.concatenate([made[:, :-over], joined, music[:, over:]], axis=1)
    return made[:, :wanted]


def _envelope(voice: NDArray[np.float32]) -> NDArray[np.floating]:
    """The gain at every sample: 1 in pauses, _DUCK_DB under words, and a smooth way between."""
    size = round(_FRAME_S * SAMPLE_RATE)
    frames = np.pad(voice, (0, -len(voice) % size)).reshape(-1, size)
    level = 10 * np.log10((frames**2).mean(1) + 1e-12)
    speaking = np.flatnonzero(level > _SPEECH_DB)
    before, after = _distances(speaking, len(frames))
    pause = (before + after) * _FRAME_S >= _BREATH_S
    near = np.maximum(1 - after * _FRAME_S / _AHEAD_S, 1 - before * _FRAME_S / _BACK_S)
    depth = np.where(pause, np.clip(near, 0, 1), 1.0)
    smooth = depth * depth * (3 - 2 * depth)
    moments = (np.arange(len(frames)) + 0.5) * size
    gain: NDArray[np.floating] = 10 ** (np.interp(np.arange(len(voice)), moments, smooth) * _DUCK_DB / 20)
    return gain


def _distances(speaking: NDArray[np.intp], count: int) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """For each frame: frames since the last one with speech, and until the next."""
    places, far = np.arange(count), float(2 * count)
    nearest = np.searchsorted(speaking, places, side="right")
    since = np.where(nearest > 0, places - np.append(speaking, 0)[nearest - 1], far)
    following = np.searchsorted(speaking, places, side="left")
    until = np.where(following < len(speaking), np.append(speaking, 0)[following] - places, far)
    return since, until


def _faded(wanted: int) -> NDArray[np.floating]:
    gain = np.ones(wanted)
    rise, fall = (min(round(seconds * SAMPLE_RATE), wanted // 2) for seconds in (_IN_S, _OUT_S))
    gain[:rise] = np.linspace(0, 1, rise)
    gain[wanted - fall :] *= np.linspace(1, 0, fall)
    return gain
