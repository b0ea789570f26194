"""Frames kept as changes come back as they were, from wherever a stretch begins."""

from collections.abc import Callable

import numpy as np

from tests.benchmarks.render.frames import changes, recorded
from text_to_video.colour import Rgb
from text_to_video.encode import Film
from text_to_video.picture import Picture


def test_a_change_is_the_smallest_box() -> None:
    before = np.zeros((6, 8), np.uint8)
    after = before.copy()
    after[2, 3] = after[4, 5] = 9
    patch = changes(before, after)
    assert patch is not None
    rows, columns, pixels = patch
    assert (rows, columns, pixels.shape) == (slice(2, 5), slice(3, 6), (3, 3))
    assert changes(after, after) is None


def test_both_stretches_are_played_as_they_were_painted() -> None:
    def paint_on(picture: Picture) -> Callable[[int], None]:
        def paint(frame: int) -> None:
            picture.y[:] = frame
            picture.u[frame // 2 % 8] = frame

        return paint

    film, kept = recorded(Film((16, 16), 20, paint_on, lambda: np.zeros((2, 32_000), np.float32)))
    expected = {}
    for stretch in (range(12), range(12, 20)):
        picture = Picture.plain(Rgb(0, 0, 0), 16, 16)
        paint = film.paint_on(picture)
        for frame in stretch:
            paint(frame)
            expected[frame] = picture.copy()
    for stretch in (range(12), range(12, 20)):
        picture = Picture.plain(Rgb(255, 0, 0), 16, 16)
        paint = kept.film.paint_on(picture)
        for frame in stretch:
            paint(frame)
            assert all((mine == theirs).all() for mine, theirs in zip(picture, expected[frame], strict=True))
    assert kept.film.frames == 20
