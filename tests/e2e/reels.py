"""What every published reel must be, checked over HTTP as a player sees it."""

from __future__ import annotations

import io
import re
import time
from typing import Any

import av
import httpx2
import m3u8

FPS = 30
OUR_WORDS = 25
"""Words of a script that are the writer's, not the posting's: "is hiring", "you'll", "tap apply now", …"""


def make(http: httpx2.Client, prompt: str, user: str, *, timeout_s: float = 120) -> list[dict[str, Any]]:
    """Search, wait until the reels it asked for are made, search again: the results."""
    search(http, prompt, user)
    deadline = time.monotonic() + timeout_s
    while http.get("/health").json()["generator_queue_depth"]:
        assert time.monotonic() < deadline, "the queue did not run empty"
        time.sleep(0.05)
    results: list[dict[str, Any]] = search(http, prompt, user)["results"]
    return results


def search(http: httpx2.Client, prompt: str, user: str) -> dict[str, Any]:
    response = http.post("/jobs/search", json={"text_prompt": prompt, "user_id": user})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    assert answer["degraded"] == []
    return answer


def assert_plays(http: httpx2.Client, result: dict[str, Any]) -> None:
    """720×1280 H.264 and AAC; segments within the target, each starting on a keyframe; an MP4 of the same length; a poster."""
    master = m3u8.loads(http.get(result["playback_url"]).text, uri=result["playback_url"])
    [variant] = master.playlists
    assert variant.stream_info.resolution == (720, 1280)
    assert re.fullmatch(r"avc1\.[0-9a-f]{6},mp4a\.40\.2", variant.stream_info.codecs)
    media = m3u8.loads(http.get(variant.absolute_uri).text, uri=variant.absolute_uri)
    assert media.is_endlist
    for segment in media.segments:
        assert segment.duration <= media.target_duration
        _assert_segment(http.get(segment.absolute_uri).content, segment.duration)
    total = sum(segment.duration for segment in media.segments)
    assert abs(total - result["duration_seconds"]) < 0.05
    with av.open(io.BytesIO(http.get(result["mp4_url"]).content), "r") as mp4:
        assert mp4.duration
        assert abs(mp4.duration / av.time_base - result["duration_seconds"]) < 0.1
    assert http.get(result["poster_url"]).headers["content-type"] == "image/jpeg"


def _assert_segment(data: bytes, duration: float) -> None:
    with av.open(io.BytesIO(data), "r") as segment:
        video, audio = segment.streams.video[0], segment.streams.audio[0]
        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        assert (video.width, video.height) == (720, 1280)
        packets = [packet for packet in segment.demux(video) if packet.pts is not None]
        assert min(packets, key=lambda packet: packet.dts or 0).is_keyframe
        assert abs(len(packets) / FPS - duration) < 0.001


def spoken(http: httpx2.Client, result: dict[str, Any]) -> set[str]:
    """The words of the reel's captions."""
    vtt = http.get(result["captions_url"]).text
    text = re.sub(r"<[^>]+>|^\S+ --> .*$|^WEBVTT$", " ", vtt, flags=re.MULTILINE).replace("&amp;", "&")
    return set(re.findall(r"\w+", text.casefold()))


def of_posting(http: httpx2.Client, result: dict[str, Any]) -> set[str]:
    """The words of the posting the reel was made from."""
    posting = http.get(f"/jobs/{result['posting']['greenhouse_id']}").json()
    texts = [posting["title"], posting["company_name"], posting["description"], *result["posting"]["places"], posting["pay"] or ""]
    return set(re.findall(r"\w+", " ".join(texts).casefold()))
