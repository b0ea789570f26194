"""make_reel's dealings with folders: whole or not at all, and never over what is not a reel."""

from pathlib import Path

import pytest

from shared.errors import InvalidInput, PermanentJobError, RetryableJobError
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


def test_a_folder_that_cannot_be_made_is_worth_another_attempt(brief: ReelBrief, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RetryableJobError, match="file") as failed:
        make_reel(brief, tmp_path / "file" / "out", "poster", ignore)
    assert failed.value.code == "render_failed"
