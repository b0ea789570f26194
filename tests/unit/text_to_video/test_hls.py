"""Playlists: exact durations, bandwidths of real segments, codecs of the stream."""

import m3u8
import pytest

from text_to_video.hls import Segment, Variant, avc_codec, average_bandwidth, master_playlist, media_playlist, peak_bandwidth

SEGMENTS = [Segment("segment_000.ts", 2.0, 100_000), Segment("segment_001.ts", 2.0, 300_000), Segment("segment_002.ts", 1 / 30, 40_000)]


def test_the_media_playlist_is_a_finished_one_with_exact_durations() -> None:
    playlist = m3u8.loads(media_playlist(SEGMENTS))
    assert (playlist.playlist_type, playlist.is_endlist, playlist.is_independent_segments, playlist.media_sequence) == (
        "vod",
        True,
        True,
        0,
    )
    assert playlist.target_duration == 2
    assert [segment.uri for segment in playlist.segments] == [segment.name for segment in SEGMENTS]
    for segment, expected in zip(playlist.segments, SEGMENTS, strict=True):
        assert segment.duration == pytest.approx(expected.duration, abs=1e-6)


def test_fragmented_mp4_names_what_its_segments_start_with() -> None:
    playlist = m3u8.loads(media_playlist(SEGMENTS, init="init.mp4"))
    assert [section.uri for section in playlist.segment_map] == ["init.mp4"]
    assert playlist.version == 7
    assert not m3u8.loads(media_playlist(SEGMENTS)).segment_map


def test_the_master_names_every_stream_in_order() -> None:
    large = Variant("720p/playlist.m3u8", SEGMENTS, "avc1.4d401f,mp4a.40.2", 720, 1280)
    small = Variant("480p/playlist.m3u8", SEGMENTS[:1], "avc1.4d401e,mp4a.40.2", 480, 854)
    master = m3u8.loads(master_playlist([large, small], 30))
    assert master.is_independent_segments
    assert [each.uri for each in master.playlists] == ["720p/playlist.m3u8", "480p/playlist.m3u8"]
    for each, variant in zip(master.playlists, (large, small), strict=True):
        info = each.stream_info
        assert (info.codecs, info.resolution, info.frame_rate) == (variant.codecs, (variant.width, variant.height), 30.0)
        assert (info.bandwidth, info.average_bandwidth) == (peak_bandwidth(variant.segments), average_bandwidth(variant.segments))


def test_the_peak_is_that_of_whole_segments_not_of_a_last_splinter() -> None:
    assert average_bandwidth(SEGMENTS) == -(-8 * 440_000 * 30 // 121)
    # The splinter alone would be 9.6 Mbit/s; it counts only together with the segment before it.
    assert peak_bandwidth(SEGMENTS) == -(-8 * 340_000 * 30 // 61)


def test_a_reel_shorter_than_half_a_segment_still_has_a_peak() -> None:
    assert peak_bandwidth([Segment("a.ts", 0.5, 1000)]) == 16_000


def test_the_codec_is_read_from_the_sps() -> None:
    assert avc_codec(bytes.fromhex("00000001 67 4d401f da02d0 00000001 68ee0bc8")) == "avc1.4d401f"
    with pytest.raises(ValueError, match="SPS"):
        avc_codec(b"")
