"""The contact sheet: every template is on it, at three moments that differ."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shared.errors import InvalidInput
from shared.schemas.clips import ARCHETYPES
from shared.schemas.reels import TEMPLATE_IDS
from text_to_video.contact_sheet import ACROSS, contact_sheet, moments, samples, write_sheet


def test_every_template_and_archetype_is_on_it() -> None:
    assert {sample.template_id for sample in samples()} == set(TEMPLATE_IDS)
    assert len({sample.name for sample in samples()}) == len(samples()) == len(TEMPLATE_IDS) - 1 + len(ARCHETYPES)
    assert len(samples()) % ACROSS == 0, "no hole in the last row"


@pytest.mark.parametrize("number", range(len(samples())))
def test_moments_of_a_reel_differ_by_more_than_the_bar(number: int) -> None:
    early, middle, late = (np.asarray(image)[:1200].astype(int) for image in moments(samples()[number]))
    assert np.abs(early - middle).max() > 60
    assert np.abs(middle - late).max() > 60
    assert early.shape == (1200, 720, 3)


def test_it_is_written_as_the_files_ending_says(tmp_path: Path) -> None:
    write_sheet(tmp_path / "sheet.jpg")
    with Image.open(tmp_path / "sheet.jpg") as sheet:
        assert sheet.format == "JPEG"
        assert sheet.size == contact_sheet().size
    assert (tmp_path / "sheet.jpg").stat().st_size < 400_000
    with pytest.raises(InvalidInput, match="neither"):
        write_sheet(tmp_path / "sheet.gif")
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_sheet(tmp_path / "gone" / "sheet.png")


def test_the_docs_show_this_version_of_it() -> None:
    kept = Path(__file__).parents[3] / "docs/images/templates.jpg"
    with Image.open(kept) as shown:
        difference = np.abs(np.asarray(shown.convert("RGB")).astype(int) - np.asarray(contact_sheet()))
    assert difference.mean() < 3, "run `python -m text_to_video templates -o docs/images/templates.jpg`"
