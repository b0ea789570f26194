"""Judges a finished reel's HLS: what a player would stumble over, in words. Independent of the code that wrote it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import m3u8
from av.container import InputContainer

FPS = 30
AAC_FRAME = Fraction(1024, 48_000)
_TICK = Fraction(1, 1000)
"""What rounding to a container's clock may cost, in seconds."""


@dataclass(frozen=True)
class Piece:
    """A segment with what a player needs before it; `said` is its EXTINF in seconds, `size` in bytes without the initialisation."""

    name: str
    media: bytes
    said: float
    size: int


def problems(folder: Path) -> list[str]:
    """Everything wrong with the reel in `folder`; empty when nothing is."""
    master = m3u8.load(str(folder / "master.m3u8"))
    found = [] if master.is_independent_segments else ["the master does not say that segments are independent"]
    timings = []
    for variant in master.playlists:
        playlist = m3u8.load(str(folder / variant.uri))
        pieces = list(_pieces(folder / variant.uri, playlist))
        found += [
            f"{variant.uri}: {problem}" for problem in (*_playlist(playlist), *_media(pieces), *_promises(variant.stream_info, pieces))
        ]
        timings.append([piece.said for piece in pieces])
    if any(timing != timings[0] for timing in timings):
        found.append("the renditions are cut at different times")
    return found


def _pieces(path: Path, playlist: Any) -> Iterator[Piece]:
    init = (path.parent / playlist.segment_map[0].uri).read_bytes() if playlist.segment_map else b""
    for segment in playlist.segments:
        content = (path.parent / segment.uri).read_bytes()
        yield Piece(segment.uri, init + content, segment.duration, len(content))


def _playlist(playlist: Any) -> Iterator[str]:
    if (playlist.playlist_type, playlist.is_endlist, playlist.is_independent_segments) != ("vod", True, True):
        yield "it is not a finished playlist of independent segments"
    if any(round(segment.duration) > playlist.target_duration for segment in playlist.segments):
        yield "a segment is longer than the target duration"


def _media(pieces: Sequence[Piece]) -> Iterator[str]:
    yield from (problem for piece in pieces for problem in _segment(piece))
    yield from _timeline(pieces)
    yield from _decoding(pieces)


def _segment(piece: Piece) -> Iterator[str]:
    video = packets(piece.media, "video")
    if 5 not in nal_types(video[0]):
        yield f"{piece.name} does not start on an IDR"
    if abs(Fraction(len(video), FPS) - Fraction(piece.said)) > 1e-6:
        yield f"{piece.name} lasts {len(video) / FPS} s and says {piece.said}"
    if piece.media[0] == 0x47 and not {7, 8} <= set(nal_types(video[0])):
        yield f"{piece.name} lacks its parameter sets"


def _timeline(pieces: Sequence[Piece]) -> Iterator[str]:
    ends = []
    for kind, step in (("video", Fraction(1, FPS)), ("audio", AAC_FRAME)):
        times = [packet.pts * packet.time_base for piece in pieces for packet in packets(piece.media, kind)]
        if any(abs(after - before - step) > _TICK for before, after in pairwise(times)):
            yield f"{kind} has a gap or an overlap"
        ends.append(times[-1] + step)
    if abs(ends[0] - ends[1]) > AAC_FRAME:
        yield f"video ends at {float(ends[0]):.3f} s, audio at {float(ends[1]):.3f} s"


def _decoding(pieces: Sequence[Piece]) -> Iterator[str]:
    frames = 0
    for piece in pieces:  # each alone: that is what independent means
        for kind in ("video", "audio"):
            with opened(piece.media) as container:
                stream = container.streams.get({kind: 0})[0]
                stream.codec_context.options = {"err_detect": "explode"}
                try:
                    count = sum(1 for _ in container.decode(stream))
                except av.FFmpegError as error:
                    yield f"{kind} of {piece.name} does not decode: {error}"
                else:
                    frames += count if kind == "video" else 0
    shown = sum(len(packets(piece.media, "video")) for piece in pieces)
    if frames != shown:
        yield f"{frames} frames can be decoded of {shown}"


def _promises(info: Any, pieces: Sequence[Piece]) -> Iterator[str]:
    with opened(pieces[0].media) as container:
        video, sound = container.streams.video[0], container.streams.audio[0]
        first = next(iter(container.decode(video)))
        if info.resolution != (first.width, first.height):
            yield f"RESOLUTION {info.resolution} of {first.width}×{first.height}"
        named = f"avc1.{_sps(pieces[0].media, video).hex()},mp4a.40.2"
        if info.codecs != named or sound.codec_context.name != "aac":
            yield f"CODECS {info.codecs} of {named}"
        if info.frame_rate != FPS or video.average_rate != FPS:
            yield f"FRAME-RATE {info.frame_rate} of {video.average_rate}"
        if (first.colorspace, first.color_range, video.codec_context.color_primaries, video.codec_context.color_trc) != (1, 1, 1, 1):
            yield "colours are not tagged as BT.709"
    whole = _rate(pieces)
    if info.bandwidth < max([*_peaks(pieces), whole]) - 1:
        yield f"BANDWIDTH {info.bandwidth} is under the peak, {max([*_peaks(pieces), whole]):.0f}"
    if abs(info.average_bandwidth - whole) > 1:
        yield f"AVERAGE-BANDWIDTH {info.average_bandwidth} of {whole:.0f}"


def _peaks(pieces: Sequence[Piece]) -> Iterator[float]:
    """Rates of all runs of segments that last 0.5 to 1.5 target durations (RFC 8216, 4.1), in bits a second."""
    target = max(round(piece.said) for piece in pieces) or 1
    for first in range(len(pieces)):
        for last in range(first + 1, len(pieces) + 1):
            if 0.5 * target <= sum(piece.said for piece in pieces[first:last]) <= 1.5 * target:
                yield _rate(pieces[first:last])


def _rate(pieces: Sequence[Piece]) -> float:
    return 8 * sum(piece.size for piece in pieces) / sum(piece.said for piece in pieces)


def _sps(media: bytes, video: Any) -> bytes:
    """Profile, constraints and level: of the parameter set in a transport stream, or of the avcC box."""
    extradata = video.codec_context.extradata or b""
    if media[0] != 0x47 and extradata[:1] == b"\x01":
        return bytes(extradata[1:4])
    packet = bytes(packets(media, "video")[0])
    return packet.partition(b"\x00\x00\x01\x67")[2][:3]


def opened(media: Path | bytes) -> InputContainer:
    return av.open(io.BytesIO(media) if isinstance(media, bytes) else str(media), "r")


def packets(media: Path | bytes, kind: str) -> list[Any]:
    """The packets of the first stream of a kind ("video", "audio")."""
    with opened(media) as container:
        return [packet for packet in container.demux(container.streams.get({kind: 0})) if packet.size]


def nal_types(packet: Any) -> list[int]:
    """Of an H.264 packet: with start codes as in a transport stream, or with lengths as in MP4."""
    data = bytes(packet)
    if data.startswith((b"\x00\x00\x01", b"\x00\x00\x00\x01")):
        return [part[0] & 31 for part in re.split(rb"\x00\x00\x01", data)[1:]]
    types, at = [], 0
    while at < len(data):
        types.append(data[at + 4] & 31)
        at += 4 + int.from_bytes(data[at : at + 4], "big")
    return types
