"""How a reel is divided among lanes, and the sizes of its renditions."""

import pytest

from text_to_video.encode import LANES, scaled, stretches
from text_to_video.rendition import GOP


@pytest.mark.parametrize(
    ("size", "name", "expected"),
    [
        ((720, 1280), "720p", (720, 1280)),
        ((720, 1280), "480p", (480, 854)),
        ((1280, 720), "480p", (854, 480)),
        ((720, 720), "480p", (480, 480)),
    ],
)
def test_a_rendition_is_named_for_its_shorter_side(size: tuple[int, int], name: str, expected: tuple[int, int]) -> None:
    assert scaled(size, name) == expected


@pytest.mark.parametrize("frames", [1, 2, GOP - 1, GOP, GOP + 1, 2 * GOP, 3 * GOP - 1, 14 * GOP + 14, 30 * GOP])
def test_lanes_share_whole_segments_about_evenly(frames: int) -> None:
    ranges = stretches(frames)
    assert [frame for each in ranges for frame in each] == list(range(frames))
    assert all(ranges)
    assert all(each.start % GOP == 0 for each in ranges)
    assert max(map(len, ranges)) - frames / LANES <= GOP / 2 or len(ranges) == 1
