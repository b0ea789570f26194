"""PURE: several finished HLS media playlists as one (RFC 8216): absolute URLs, a discontinuity where one ends and the next begins."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from urllib.parse import urljoin

_URI = re.compile(r'URI="([^"]+)"')
_PLAYED = re.compile(r"#EXTINF:(\d+(?:\.\d+)?)")
_UNREADABLE = ("#EXT-X-KEY", "#EXT-X-BYTERANGE", "#EXT-X-STREAM-INF", "#EXT-X-PART", "#EXT-X-SKIP")
"""Of playlists nobody here makes: leaving one of these out would make another film of it."""


@dataclass(frozen=True)
class Segment:
    """`uri` is absolute, `duration` in seconds as its playlist says it; `init`, absolute, is what fragmented MP4 starts with."""

    uri: str
    duration: str
    init: str | None = None
    discontinuous: bool = False


@dataclass(frozen=True)
class Media:
    """A media playlist. `version` is its EXT-X-VERSION, `independent` whether every segment starts on a keyframe."""

    segments: tuple[Segment, ...]
    version: int = 3
    independent: bool = False

    @property
    def seconds(self) -> float:
        return sum(float(segment.duration) for segment in self.segments)

    @property
    def fragmented(self) -> bool:
        """Fragmented MP4; a playlist of such cannot go on with transport streams."""
        return any(segment.init for segment in self.segments)


def read_media(text: str, url: str) -> Media:
    """A finished media playlist that lies at `url`. Raises ValueError for anything else, and for what could not be kept."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or lines[0] != "#EXTM3U" or "#EXT-X-ENDLIST" not in lines:
        raise ValueError("it is not a finished HLS playlist")
    if unreadable := next((line for line in lines if line.startswith(_UNREADABLE)), None):
        raise ValueError(f"it has {unreadable.partition(':')[0]}")
    version = next((int(line.partition(":")[2]) for line in lines if re.fullmatch(r"#EXT-X-VERSION:\d+", line)), 3)
    segments = tuple(_segments(lines, url))
    if not segments:
        raise ValueError("it has no segments")
    return Media(segments, version, "#EXT-X-INDEPENDENT-SEGMENTS" in lines)


def concatenated(parts: Sequence[Media]) -> str:
    """One finished playlist that plays the parts one after the other; there is at least one, and all are fragmented or none."""
    segments = list(chain.from_iterable(part.segments for part in parts))
    longest = max(float(segment.duration) for segment in segments)
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{max(part.version for part in parts)}",
        f"#EXT-X-TARGETDURATION:{max(1, math.ceil(longest - 1e-6))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
    ]
    if all(part.independent for part in parts):
        lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    for number, part in enumerate(parts):
        lines += ["#EXT-X-DISCONTINUITY"] if number else []
        lines += _told(part.segments)
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def _segments(lines: Iterable[str], url: str) -> Iterable[Segment]:
    duration: str | None = None
    init: str | None = None
    discontinuous = False
    for line in lines:
        if played := _PLAYED.match(line):
            duration = played[1]
        elif line.startswith("#EXT-X-MAP:"):
            if "BYTERANGE" in line or not (uri := _URI.search(line)):
                raise ValueError("it has an EXT-X-MAP that cannot be read")
            init = _absolute(url, uri[1])
        elif line == "#EXT-X-DISCONTINUITY":
            discontinuous = True
        elif not line.startswith("#"):
            if duration is None:
                raise ValueError("it has a segment without a duration")
            yield Segment(_absolute(url, line), duration, init, discontinuous)
            duration, discontinuous = None, False


def _absolute(url: str, uri: str) -> str:
    """Raises ValueError where no player could fetch it, or it could say more than where a segment is."""
    found = urljoin(url, uri)
    if not found.startswith(("https://", "http://")) or re.search(r'[\s"<>]', found):
        raise ValueError("it has a segment without a URL")
    return found


def _told(segments: Sequence[Segment]) -> Iterable[str]:
    init = None
    for number, segment in enumerate(segments):
        if segment.discontinuous and number:
            yield "#EXT-X-DISCONTINUITY"
        if segment.init != init and segment.init:
            yield f'#EXT-X-MAP:URI="{segment.init}"'
        init = segment.init
        yield f"#EXTINF:{segment.duration},"
        yield segment.uri
