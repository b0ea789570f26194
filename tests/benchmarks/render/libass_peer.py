"""The design by one ffmpeg command: libass writes the captions, the spoken word in another colour, over the given background.

Same x264 settings, same outputs: HLS, the MP4 as a copy of its packets, a poster. libass cannot draw a box
round one word of a line, and takes whatever sans it finds.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe  # type: ignore[import-untyped,import-not-found,unused-ignore]

from tests.benchmarks.render.materials import BACKGROUND, SOUND
from text_to_video.rendition import AUDIO_BIT_RATE, SEGMENT_S, X264

SUBTITLES = "captions.ass"
_HEAD = """[Script Info]
PlayResX: 720
PlayResY: 1280
[V4+ Styles]
Format: Name,Fontname,Fontsize,PrimaryColour,Bold,Alignment,MarginL,MarginR,MarginV
Style: Default,sans-serif,60,&H00FFFFFF,1,7,56,120,652
[Events]
Format: Start,End,Style,Text
"""
_TIME = re.compile(r"<([\d:.]+)>")


def has_libass() -> bool:
    filters = subprocess.run([get_ffmpeg_exe(), "-hide_banner", "-filters"], capture_output=True, text=True, check=True).stdout
    return " ass " in filters


def write_subtitles(webvtt: str, folder: Path) -> None:
    """An event for every word: its page, with the word in yellow."""
    events = [event for cue in webvtt.split("\n\n")[1:] for event in _events(*cue.strip().split("\n"))]
    (folder / SUBTITLES).write_text(_HEAD + "\n".join(events), encoding="utf-8")


def _events(times: str, text: str) -> Iterator[str]:
    start, end = times.split(" --> ")
    parts = _TIME.split(f"<{start}>{text}")[1:]
    words, starts = [word.strip() for word in parts[1::2]], [*parts[::2], end]
    for spoken, (first, last) in enumerate(pairwise(starts)):
        line = " ".join(rf"{{\c&H4DE5FF&}}{word}{{\c}}" if number == spoken else word for number, word in enumerate(words))
        yield f"Dialogue: {_clock(first)},{_clock(last)},Default,{line}"


def _clock(stamp: str) -> str:
    """With hundredths of a second."""
    return stamp[1:-1]


def command(folder: Path) -> list[str]:
    """Over the materials in `folder`."""
    video = [part for name, value in X264["fast"].items() for part in (f"-{name}", value)]
    inputs = ["-i", str(folder / BACKGROUND), "-i", str(folder / SOUND)]
    drawn = f"[0:v]ass={folder / SUBTITLES},split[v][p]"
    segments = f"[f=hls:hls_time={SEGMENT_S}:hls_playlist_type=vod]{folder}/libass.m3u8"
    outputs = ["-f", "tee", f"{segments}|[movflags=+faststart]{folder}/libass.mp4"]
    poster = ["-map", "[p]", "-frames:v", "1", "-update", "1", str(folder / "libass.jpg")]
    sound = ["-c:a", "aac", "-b:a", str(AUDIO_BIT_RATE), "-aac_coder", "fast"]
    begin = [get_ffmpeg_exe(), "-nostdin", "-y", "-loglevel", "error", *inputs, "-filter_complex", drawn, "-map", "[v]", "-map", "1:a"]
    return [
        *begin,
        "-c:v",
        "libx264",
        *video,
        "-threads",
        "2",
        *sound,
        "-flags:v",
        f"{X264['fast']['flags']}+global_header",
        *outputs,
        *poster,
    ]
