"""HLS playlists of our own (RFC 8216): exact durations, bandwidths from the real segments. Pure text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Segment:
    """A media segment beside its playlist; `duration` in seconds as the playlist gives it, to the millionth; `size` in bytes."""

    name: str
    duration: float
    size: int


@dataclass(frozen=True)
class Variant:
    """One rendition as the master playlist names it: `uri` of its playlist, `codecs` as in RFC 6381, sizes in px."""

    uri: str
    segments: Sequence[Segment]
    codecs: str
    width: int
    height: int


def media_playlist(segments: Sequence[Segment], init: str = "") -> str:
    """A finished playlist of one rendition, each segment starting on a keyframe; `init` names what fragmented MP4 starts with."""
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{7 if init else 6}",
        f"#EXT-X-TARGETDURATION:{target_duration(segments)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    if init:
        lines.append(f'#EXT-X-MAP:URI="{init}"')
    for segment in segments:
        lines += [f"#EXTINF:{segment.duration:.6f},", segment.name]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def target_duration(segments: Sequence[Segment]) -> int:
    """Whole seconds no segment's duration, rounded, exceeds (RFC 8216, 4.3.3.1)."""
    return max(1, *(math.ceil(segment.duration - 1e-6) for segment in segments))


def master_playlist(variants: Sequence[Variant], fps: int) -> str:
    """The master playlist; players begin with the first of `variants`."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for variant in variants:
        lines += [f"#EXT-X-STREAM-INF:{_attributes(variant, fps)}", variant.uri]
    return "\n".join([*lines, ""])


def _attributes(variant: Variant, fps: int) -> str:
    return ",".join(
        [
            f"BANDWIDTH={peak_bandwidth(variant.segments)}",
            f"AVERAGE-BANDWIDTH={average_bandwidth(variant.segments)}",
            f'CODECS="{variant.codecs}"',
            f"RESOLUTION={variant.width}x{variant.height}",
            f"FRAME-RATE={fps:.3f}",
            "CLOSED-CAPTIONS=NONE",
        ]
    )


def average_bandwidth(segments: Sequence[Segment]) -> int:
    """Bits per second over all segments."""
    return _bandwidth(segments)


def peak_bandwidth(segments: Sequence[Segment]) -> int:
    """The largest bit rate of any run of segments that lasts 0.5 to 1.5 target durations (RFC 8216, 4.1)."""
    target = target_duration(segments)
    runs = (segments[first:last] for first in range(len(segments)) for last in range(first + 1, min(first + 4, len(segments) + 1)))
    rates = [_bandwidth(run) for run in runs if 0.5 * target <= sum(segment.duration for segment in run) <= 1.5 * target]
    return max([*rates, average_bandwidth(segments)])


def _bandwidth(segments: Sequence[Segment]) -> int:
    return math.ceil(8 * sum(segment.size for segment in segments) / sum(segment.duration for segment in segments))


def avc_codec(extradata: bytes) -> str:
    """RFC 6381 name of an H.264 stream, e.g. "avc1.4d401f": profile, constraints and level of its SPS (Annex B)."""
    start = extradata.find(b"\x00\x00\x01\x67")
    if start < 0:
        raise ValueError("no SPS in the encoder's extradata")
    return f"avc1.{extradata[start + 4 : start + 7].hex()}"
