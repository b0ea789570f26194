"""One reel encoded: the picture in two stretches side by side, the sound beside them, then all into every rendition's files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from shared.schemas.reels import RenderOptions
from text_to_video.picture import FPS, Picture
from text_to_video.rendition import AAC_FRAME, GOP, SAMPLE_RATE, Rendition

LANES = 2
"""Stretches that are painted and encoded at once. Threads inside x264 mostly wait for each other where so little moves: a lane each
takes a fifth less of the cores, and less time."""

_LOOK_S = 0.05
"""Between looks at how far the lanes are."""

PaintOn = Callable[[Picture], Callable[[int], None]]
"""Takes a picture and returns what paints frame number n on it; n rises by one from wherever a stretch begins."""


@dataclass(frozen=True)
class Film:
    """What is to be encoded: `size` in px, both even; `sound` makes samples of shape (2, n) at 48 kHz, as long as the frames last.
    `lanes` are the threads that may paint at a time."""

    size: tuple[int, int]
    frames: int
    paint_on: PaintOn
    sound: Callable[[], NDArray[np.float32]]
    lanes: int = LANES


def encode(film: Film, folder: Path, mp4: Path, options: RenderOptions, report: Callable[[float], None]) -> list[Rendition]:
    """Each rendition in a folder of its own inside `folder`, the first also as `mp4`; `report` is told the share of frames done.

    Raises OSError when a file cannot be written, av.FFmpegError when an encoder fails, and whatever painting and sound raise.
    """
    ranges = stretches(film.frames, film.lanes)
    with ExitStack() as stack:
        renditions: list[Rendition] = []
        for name in options.renditions.split(","):
            (folder / name).mkdir()
            first = renditions[0] if renditions else None
            size = scaled(film.size, name)
            rendition = Rendition(folder / name, size, options, len(ranges), sound_of=first, mp4=None if first else mp4)
            renditions.append(stack.enter_context(rendition))
        lanes = [_Lane(film, stretch, [each.encoders[i] for each in renditions]) for i, stretch in enumerate(ranges)]
        sound = _encoded(film, renditions[0].sound, lanes, report)
        for i, rendition in enumerate(renditions):
            rendition.write([packet for lane in lanes for packet in lane.packets[i]], sound, film.frames)
    return renditions


def stretches(frames: int, lanes: int = LANES) -> list[range]:
    """At most so many ranges of about the same length; all but the last are whole segments."""
    starts = {round(frames * lane / lanes / GOP) * GOP for lane in range(lanes)} | {0}
    return [range(start, end) for start, end in pairwise([*sorted(starts), frames])]


def scaled(size: tuple[int, int], name: str) -> tuple[int, int]:
    """`size` in the proportion that makes its shorter side what the rendition's name says, such as "480p"; both even."""
    factor = int(name.removesuffix("p")) / min(size)
    return round(size[0] * factor / 2) * 2, round(size[1] * factor / 2) * 2


class _Lane:
    """Paints and encodes one stretch, for every rendition. `done` counts its frames; `packets` are whole after `run`."""

    def __init__(self, film: Film, stretch: range, encoders: Sequence[VideoCodecContext]) -> None:
        self.done = 0
        self.packets: list[list[Packet[VideoStream]]] = [[] for _ in encoders]
        self._film = film
        self._stretch = stretch
        self._encoders = encoders

    def run(self, stop: Event) -> None:
        frame = VideoFrame(*self._film.size, "yuv420p")
        frame.time_base = Fraction(1, FPS)
        paint = self._film.paint_on(Picture.of(frame))
        for number in self._stretch:
            if stop.is_set():
                return
            paint(number)
            frame.pts = number
            for encoder, packets in zip(self._encoders, self.packets, strict=True):
                packets += encoder.encode(_sized(frame, encoder))
            self.done += 1
        for encoder, packets in zip(self._encoders, self.packets, strict=True):
            packets += encoder.encode()


def _sized(frame: VideoFrame, encoder: VideoCodecContext) -> VideoFrame:
    same = (frame.width, frame.height) == (encoder.width, encoder.height)
    return frame if same else frame.reformat(encoder.width, encoder.height, interpolation="AREA")


def _encoded(film: Film, stream: AudioStream, lanes: Sequence[_Lane], report: Callable[[float], None]) -> list[Packet[AudioStream]]:
    """Run the lanes; the packets of the sound."""
    stop = Event()
    with ThreadPoolExecutor(1 + len(lanes)) as pool:
        try:
            sound = pool.submit(lambda: list(_aac(stream, film.sound())))
            _watch(
                [sound, *(pool.submit(lane.run, stop) for lane in lanes)], lambda: report(sum(lane.done for lane in lanes) / film.frames)
            )
        finally:
            stop.set()
    return sound.result()


def _watch(running: Iterable[Future[Any]], tell: Callable[[], None]) -> None:
    """Until all are done or one has failed, whose error it raises."""
    pending = set(running)
    while pending:
        done, pending = wait(pending, timeout=_LOOK_S, return_when=FIRST_EXCEPTION)
        for each in done:
            each.result()
        tell()


def _aac(stream: AudioStream, audio: NDArray[np.float32]) -> Iterable[Packet[AudioStream]]:
    for start in range(0, audio.shape[1], AAC_FRAME):
        samples = np.ascontiguousarray(audio[:, start : start + AAC_FRAME])
        frame = AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
        frame.sample_rate, frame.time_base, frame.pts = SAMPLE_RATE, Fraction(1, SAMPLE_RATE), start
        yield from stream.encode(frame)
    yield from stream.encode()
