"""Inks: blending, cutting, fading, on planes of one frame."""

import numpy as np
import pytest
from PIL import Image

from text_to_video.colour import Rgb, yuv
from text_to_video.picture import FRAME, Box, Ink, Picture

WHITE, RED, GROUND = Rgb(255, 255, 255), Rgb(255, 0, 0), Rgb(20, 30, 60)


def full(width: int, height: int, colour: Rgb, strength: int = 255) -> Ink:
    return Ink.through(Image.new("L", (width, height), strength), 10, 20, colour)


def test_a_full_mask_leaves_exactly_its_colour() -> None:
    picture = Picture.plain(GROUND)
    full(8, 6, RED).over(picture)
    for plane, value in zip(picture.view(Box(10, 20, 8, 6)), yuv(RED), strict=True):
        assert (plane == value).all()
    assert int((picture.y != yuv(GROUND).y).sum()) == 8 * 6
    assert int((picture.u != yuv(GROUND).u).sum()) == 4 * 3


def test_an_empty_mask_leaves_everything_as_it_was() -> None:
    picture = Picture.plain(GROUND)
    full(8, 6, RED, strength=0).over(picture)
    assert all((plane == value).all() for plane, value in zip(picture, yuv(GROUND), strict=True))


@pytest.mark.parametrize("opacity", [0.0, 0.3, 0.5, 1.0])
def test_fading_mixes_in_proportion(opacity: float) -> None:
    picture = Picture.plain(GROUND)
    full(8, 6, WHITE).faded(opacity).over(picture)
    expected = yuv(GROUND).y * (1 - opacity) + yuv(WHITE).y * opacity
    assert abs(float(picture.y[20, 10]) - expected) <= 2


def test_drawing_the_parts_is_drawing_the_whole() -> None:
    ramp = Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8) * 4)
    ink = Ink.through(ramp, 10, 20, WHITE)
    whole, parts = Picture.plain(GROUND), Picture.plain(GROUND)
    ink.over(whole)
    for box in (Box(0, 0, 14, 1280), Box(14, 0, 706, 24), Box(14, 24, 706, 1256)):
        ink.within(box).over(parts)
    assert all((one == other).all() for one, other in zip(whole, parts, strict=True))


def test_an_ink_outside_a_box_draws_nothing() -> None:
    picture = Picture.plain(GROUND)
    full(8, 6, RED).within(Box(100, 100, 50, 50)).over(picture)
    assert (picture.y == yuv(GROUND).y).all()


def test_boxes_are_even_and_hold_their_edges() -> None:
    box = Box.around(3.2, 7.0, 10.1, 11.9)
    assert box == Box(2, 6, 10, 6)
    assert box.meet(FRAME) == box
    assert Box(0, 0, 4, 4).join(Box(10, 2, 2, 6)) == Box(0, 0, 12, 8)
