"""Several HLS playlists as one: absolute, in order, with discontinuities, and judged by a parser that is not ours."""

from __future__ import annotations

import m3u8
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.playlists_hls import Media, concatenated, read_media
from text_to_video.hls import Segment as Made
from text_to_video.hls import media_playlist


def made(*durations: float, init: str = "") -> str:
    return media_playlist([Made(f"segment_{n:03}.ts", duration, 1000) for n, duration in enumerate(durations)], init)


def part(name: str, *durations: float, init: str = "") -> Media:
    return read_media(made(*durations, init=init), f"https://cdn.example.com/hls/{name}/720p/playlist.m3u8")


def test_reels_of_ours_play_one_after_the_other() -> None:
    parts = [part("a", 4, 2.5), part("b", 6.033333), part("a", 4, 2.5)]
    text = concatenated(parts)
    read = m3u8.loads(text)
    assert [segment.uri for segment in read.segments][:3] == [
        "https://cdn.example.com/hls/a/720p/segment_000.ts",
        "https://cdn.example.com/hls/a/720p/segment_001.ts",
        "https://cdn.example.com/hls/b/720p/segment_000.ts",
    ]
    assert [segment.discontinuity for segment in read.segments] == [False, False, True, True, False]
    assert sum(segment.duration for segment in read.segments) == pytest.approx(19.033333)
    assert sum(each.seconds for each in parts) == pytest.approx(19.033333)
    assert (read.target_duration, read.playlist_type, read.is_endlist, read.is_independent_segments, read.version) == (
        7,
        "vod",
        True,
        True,
        6,
    )


def test_fragmented_parts_each_begin_with_their_own_initialisation() -> None:
    read = m3u8.loads(concatenated([part("a", 4, 4, init="init.mp4"), part("b", 4, init="init.mp4")]))
    assert [segment.init_section.uri for segment in read.segments] == [
        "https://cdn.example.com/hls/a/720p/init.mp4",
        "https://cdn.example.com/hls/a/720p/init.mp4",
        "https://cdn.example.com/hls/b/720p/init.mp4",
    ]
    assert read.version == 7
    assert part("a", 4, init="init.mp4").fragmented
    assert not part("a", 4).fragmented


def test_what_a_playlist_says_between_segments_is_kept() -> None:
    text = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,title\nhttps://other.example/x.ts\n\n#EXT-X-DISCONTINUITY\n#EXTINF:3.5\n../y.ts?a=b\n#EXT-X-ENDLIST"
    media = read_media(text, "http://cdn.example.com/hls/a/720p/playlist.m3u8")
    assert [segment.uri for segment in media.segments] == ["https://other.example/x.ts", "http://cdn.example.com/hls/a/y.ts?a=b"]
    read = m3u8.loads(concatenated([media]))
    assert [segment.discontinuity for segment in read.segments] == [False, True]
    assert (read.version, read.is_independent_segments) == (3, False)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not a finished"),
        ("<html>", "not a finished"),
        ("#EXTM3U\n#EXTINF:4,\na.ts", "not a finished"),
        ("#EXTM3U\n#EXT-X-ENDLIST", "no segments"),
        ("#EXTM3U\na.ts\n#EXT-X-ENDLIST", "without a duration"),
        ('#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXTINF:4,\na.ts\n#EXT-X-ENDLIST', "#EXT-X-KEY"),
        ("#EXTM3U\n#EXT-X-BYTERANGE:5@0\n#EXTINF:4,\na.ts\n#EXT-X-ENDLIST", "#EXT-X-BYTERANGE"),
        ("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n720p/playlist.m3u8\n#EXT-X-ENDLIST", "#EXT-X-STREAM-INF"),
        ('#EXTM3U\n#EXT-X-MAP:URI="i.mp4",BYTERANGE="5@0"\n#EXTINF:4,\na.ts\n#EXT-X-ENDLIST', "EXT-X-MAP"),
        ("#EXTM3U\n#EXTINF:4,\njavascript:alert(1)\n#EXT-X-ENDLIST", "without a URL"),
        ("#EXTM3U\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST", "without a URL"),
        ("#EXTM3U\n#EXTINF:4,\na b.ts\n#EXT-X-ENDLIST", "without a URL"),
    ],
)
def test_what_cannot_be_kept_is_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_media(text, "https://cdn.example.com/hls/a/720p/playlist.m3u8")


@given(st.lists(st.lists(st.floats(0.1, 20), min_size=1, max_size=5), min_size=1, max_size=5))
def test_every_concatenation_reads_back(durations: list[list[float]]) -> None:
    parts = [part(str(n), *each) for n, each in enumerate(durations)]
    text = concatenated(parts)
    again = read_media(text, "https://elsewhere.example.com/all.m3u8")
    assert [(each.uri, each.duration) for each in again.segments] == [(each.uri, each.duration) for one in parts for each in one.segments]
    assert text.count("#EXT-X-DISCONTINUITY") == len(parts) - 1
    target = m3u8.loads(text).target_duration
    assert all(round(float(each.duration)) <= target for each in again.segments)
