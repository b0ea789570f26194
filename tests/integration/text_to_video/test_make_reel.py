"""make_reel's dealings with folders: whole or not at all, and never over what is not a reel."""

from pathlib import Path

import pytest

from shared.errors import InvalidInput, PermanentJobError
from shared.schemas.reels import Progress, ReelBrief
from text_to_video.pipeline import make_reel


def ignore(_: Progress) -> None:
    pass


def test_a_posting_without_text_fails_for_good_and_leaves_nothing(brief: ReelBrief, tmp_path: Path) -> None:
    with pytest.raises(PermanentJobError) as failed:
        make_reel(brief.model_copy(update={"description": ""}), tmp_path / "out", "poster", ignore)
    assert (failed.value.code, failed.value.stage) == ("no_usable_text", "script")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_files_is_left_alone(brief: ReelBrief, tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("two years of work")
    with pytest.raises(InvalidInput, match=r"thesis\.odt"):
        make_reel(brief, tmp_path, "poster", ignore)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.odt"]


def test_an_earlier_reel_is_replaced_only_by_a_whole_one(brief: ReelBrief, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "720p").mkdir(parents=True)
    (out / "master.m3u8").write_text("earlier")

    def fail(progress: Progress) -> None:
        if progress.stage == "render" and progress.fraction > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_reel(brief, out, "poster", fail)
    assert (out / "master.m3u8").read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [out]
    make_reel(brief, out, "poster", ignore)
    assert (out / "master.m3u8").read_text().startswith("#EXTM3U")
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("folder", ["file/out", "/proc/x"])
def test_a_folder_that_cannot_be_made_is_named(brief: ReelBrief, tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match=folder) as failed:
        make_reel(brief, tmp_path / folder, "poster", ignore)
    assert failed.value.field == "out"


def test_what_reels_cannot_show_fails_before_anything_is_spoken(brief: ReelBrief, tmp_path: Path) -> None:
    told: list[Progress] = []
    with pytest.raises(PermanentJobError, match="Georgian") as failed:
        make_reel(brief.model_copy(update={"title": "უდაბნოს მეგზური"}), tmp_path / "out", "poster", told.append)
    assert (failed.value.code, failed.value.stage) == ("unsupported_script", "script")
    assert {progress.stage for progress in told} == {"script"}


def test_no_markup_is_spoken_or_shown(brief: ReelBrief, tmp_path: Path) -> None:
    made = make_reel(brief.model_copy(update={"company": "<b>R&amp;D</b> GmbH"}), tmp_path / "out", "poster", ignore)
    assert "R&D GmbH is hiring" in made.script
