"""A video clip, turned upright, cropped to the frame and looped."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from text_to_video.media.footage import BadFootage
from text_to_video.picture import FPS, Picture

_MOST_PIXELS = 2_304_000
"""1920×1200; more takes too much time and memory to decode."""
_LEAST_SIDE = 240
_SHORTEST_S = 2.0
_FADE_S = 0.4
"""So long the end of a clip goes over into its beginning."""


class Clip:
    """A clip as footage, at its own rate of pictures or at ours, whichever is lower. Decoded as it is shown."""

    at_once = 1
    """Each decoder takes some 35 MB."""

    def __init__(self, path: Path, size: tuple[int, int]) -> None:
        """`size` of the frame, in px. Raises BadFootage for a file that is no clip, or none for us."""
        try:
            self._rate, self._length = _looked_at(path)
            self._reader = _Reader(path, size, self._rate)
            self._head = [self._reader.picture(number) for number in range(round(_FADE_S * self._rate))]
        except (OSError, FFmpegError) as error:
            raise BadFootage(f"it cannot be read ({error.strerror or type(error).__name__})") from error

    def step(self, frame: int) -> int:
        return int(frame * self._rate / FPS)

    def at(self, step: int) -> Picture:
        """The clip goes round; its end is blended with its beginning, which the next round then leaves out."""
        fade = len(self._head)
        number = step if step < self._length else fade + (step - self._length) % (self._length - fade)
        picture, past = self._reader.picture(number), number - (self._length - fade)
        return _blended(picture, self._head[past], (past + 1) / (fade + 1)) if past >= 0 else picture


class _Reader:
    """Pictures of a file by number, at so many a second. Going on is cheap, going back or far ahead is a seek."""

    def __init__(self, path: Path, size: tuple[int, int], rate: Fraction) -> None:
        self._container = av.open(str(path), "r")
        self._stream = _video(self._container)
        self._frames = self._container.decode(self._stream)
        self._size = size
        self._rate = rate
        self._number = -1
        self._until: int | None = None
        self._shown: Picture | None = None
        self._fitted: Graph | None = None

    def picture(self, number: int) -> Picture:
        """Where a damaged file has none, the last one before."""
        if number != self._number or self._shown is None:
            if not self._number <= number <= self._number + 2 * self._rate:
                self._container.seek(self._ticks(number), stream=self._stream)
                self._frames, self._until = self._container.decode(self._stream), None
            self._number, self._shown = number, self._next(self._ticks(number)) or self._shown
        if self._shown is None:
            raise BadFootage("it has no pictures")
        return self._shown

    def _ticks(self, number: int) -> int:
        return (self._stream.start_time or 0) + round(number / self._rate / (self._stream.time_base or 1))

    def _next(self, ticks: int) -> Picture | None:
        """The first picture from then on."""
        soon = ticks - 0.3 / (self._rate * (self._stream.time_base or 1))
        if self._until is not None and self._until >= soon:
            return self._shown  # where there is a gap, what comes after it
        try:
            for frame in self._frames:
                if frame.pts is None or frame.pts >= soon:
                    self._until = frame.pts
                    self._fitted = self._fitted or _fitting(self._stream, frame, self._size)
                    self._fitted.vpush(frame)
                    return Picture.of(self._fitted.vpull())
        except FFmpegError:
            pass
        return None


def _looked_at(path: Path) -> tuple[Fraction, int]:
    """Pictures a second, and how many there are. Raises BadFootage, OSError or FFmpegError."""
    with av.open(str(path), "r") as container:
        stream = _video(container)
        _check_size(stream.width, stream.height)
        lasts = (
            stream.duration * stream.time_base if stream.duration and stream.time_base else Fraction(container.duration or 0, av.time_base)
        )
        if lasts < _SHORTEST_S:
            raise BadFootage(f"it is shorter than {_SHORTEST_S:g} s, or does not say how long it is")
        rate = min(Fraction(stream.average_rate or FPS), Fraction(FPS))
        return rate, int(lasts * rate)


def _video(container: InputContainer) -> VideoStream:
    if not container.streams.video:
        raise BadFootage("it has no video")
    stream = container.streams.video[0]
    stream.codec_context.thread_type = "SLICE"  # threads by frame would each hold frames of their own
    return stream


def _check_size(width: int, height: int) -> None:
    if width * height > _MOST_PIXELS:
        raise BadFootage(f"it is {width}×{height}, larger than 1920×1200: scale it down")
    if min(width, height) < _LEAST_SIDE:
        raise BadFootage(f"it is smaller than {_LEAST_SIDE} px")


_TURNS = {
    90: [("transpose", "cclock")],
    -90: [("transpose", "clock")],
    180: [("hflip", ""), ("vflip", "")],
    -180: [("hflip", ""), ("vflip", "")],
}


def _fitting(stream: VideoStream, frame: VideoFrame, size: tuple[int, int]) -> Graph:
    """What turns a frame upright, crops its middle, and brings it to `size` and BT.709."""
    lying = abs(frame.rotation) == 90
    across, along = reversed(size) if lying else size
    width, height = min(frame.width, frame.height * across // along), min(frame.height, frame.width * along // across)
    graph = Graph()
    nodes = [graph.add_buffer(template=stream), graph.add("crop", f"{width // 2 * 2}:{height // 2 * 2}")]
    nodes += [graph.add(name, args) for name, args in _TURNS.get(frame.rotation, [])]
    nodes.append(graph.add("scale", f"{size[0]}:{size[1]}:flags=bilinear:out_color_matrix=bt709:out_range=tv"))
    nodes += [graph.add("format", "yuv420p"), graph.add("buffersink")]
    for one, other in pairwise(nodes):
        one.link_to(other)
    graph.configure()
    return graph


def _blended(one: Picture, other: Picture, share: float) -> Picture:
    """One picture going over into another; `share` of the other, 0–1."""
    part = round(256 * share)
    y, u, v = (
        ((a.astype(np.uint16) * (256 - part) + b.astype(np.uint16) * part) >> 8).astype(np.uint8) for a, b in zip(one, other, strict=True)
    )
    return Picture(y, u, v)
