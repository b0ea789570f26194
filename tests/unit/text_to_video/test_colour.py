"""Colours: BT.709 values, WCAG contrast, OKLCH in gamut, a company's hue."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_to_video.colour import READABLE, Rgb, Yuv, company_hue, contrast, oklch, readable, rgb_from_yuv, yuv


@pytest.mark.parametrize(
    ("rgb", "expected"),
    [
        ((0, 0, 0), (16, 128, 128)),
        ((255, 255, 255), (235, 128, 128)),
        ((255, 0, 0), (63, 102, 240)),
        ((0, 255, 0), (173, 42, 26)),
        ((0, 0, 255), (32, 240, 118)),
    ],
)
def test_primaries_have_the_codes_of_bt_709(rgb: tuple[int, int, int], expected: tuple[int, int, int]) -> None:
    assert yuv(Rgb(*rgb)) == Yuv(*expected)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_conversion_there_and_back_moves_no_channel_by_more_than_two_steps(rgb: tuple[int, int, int]) -> None:
    planes = (np.full((1, 1), value, np.uint8) for value in yuv(Rgb(*rgb)))
    assert np.abs(rgb_from_yuv(*planes)[0, 0].astype(int) - rgb).max() <= 2


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(Rgb(0, 0, 0), Rgb(255, 255, 255)) == pytest.approx(21)
    assert contrast(Rgb.of("#777777"), Rgb(255, 255, 255)) == pytest.approx(4.48, abs=0.005)


def test_oklch_reproduces_srgb_primaries() -> None:
    assert oklch(0.62796, 0.25768, 29.234) == Rgb(255, 0, 0)
    assert oklch(1, 0, 0) == Rgb(255, 255, 255)


@given(st.integers(0, 359), st.sampled_from([Rgb(255, 255, 255), Rgb.of("#0b0e0c"), Rgb.of("#f4efe6")]), st.floats(0.2, 0.9))
def test_readable_colours_are(hue: int, ground: Rgb, start: float) -> None:
    assert contrast(readable(hue, 0.2, ground, start=start), ground) >= READABLE


def test_a_company_keeps_its_hue_however_it_is_written() -> None:
    assert company_hue("Northwind Energy") == company_hue("  NORTHWIND  energy ")
    assert len({company_hue(f"Company {n}") for n in range(100)}) > 50


@given(st.text())
def test_no_company_is_olive(name: str) -> None:
    assert not 66 <= company_hue(name) < 136
