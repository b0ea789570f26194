"""Reels in scripts that join, run the other way or have no spaces; and postings that are hardly postings."""

from collections.abc import Mapping
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from shared.errors import PartAway, PermanentJobError
from shared.schemas.reels import Progress, ReelBrief, ReelResult, TemplateId
from text_to_video import font_files, glyphs
from text_to_video.pipeline import make_reel
from text_to_video.templates.base import card_of

BRIEFS: Mapping[str, tuple[TemplateId, ReelBrief]] = {
    "ar": (
        "poster",
        ReelBrief(
            title="خبّاز أول",
            company="مخبز Oak & Ember",
            places=("الرياض، السعودية",),
            pay="6,000 ريال",
            description="المهام\n\n• تحضير العجين لليوم التالي مع الفريق\n• خبز الأرغفة لثلاثة متاجر كل صباح\n• تدريب خبّازَين جديدين",
        ),
    ),
    "he": (
        "ticket",
        ReelBrief(
            title="Senior Baker",
            company="מאפיית הצפון",
            places=("תל אביב", "חיפה"),
            description="תיאור התפקיד\n\n• הכנת הבצק ליום המחרת עם הצוות\n• אפיית לחם לשלוש חנויות בכל בוקר\n• הדרכה של שני שוליות",
        ),
    ),
    "ja": (
        "aurora",
        ReelBrief(
            title="シニアベーカリーマネージャー",
            company="株式会社北風パン",
            places=("東京都渋谷区",),
            description="仕事内容\n\n• 翌日のパン生地を準備し、品質を保つこと\n• 三つの店舗でパンを焼くこと\n• 若手の職人を育てること",
        ),
    ),
    "zh": (
        "letter",
        ReelBrief(
            title="高级面包师",
            company="北风面包有限公司",
            places=("上海",),
            pay="15-20K",
            description="岗位职责\n\n• 准备第二天的面团，保证质量稳定\n• 烘焙面包并管理三家门店的库存\n• 培训两名新的面包师",
        ),
    ),
    "hi": (
        "split",
        ReelBrief(
            title="वरिष्ठ बेकर",
            company="उत्तर बेकरी",
            places=("मुंबई",),
            description="ज़िम्मेदारियाँ\n\n• अगले दिन का आटा तैयार करना\n• तीन दुकानों के लिए रोटी पकाना\n• दो नए बेकरों को सिखाना",
        ),
    ),
}
SILENT = ("he",)

each_language = pytest.mark.parametrize("language", BRIEFS)


@pytest.fixture(scope="module")
def reels(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[Path, ReelResult]]:
    root = tmp_path_factory.mktemp("world")
    return {name: (root / name, make_reel(brief, root / name, template, ignore)) for name, (template, brief) in BRIEFS.items()}


Reels = Mapping[str, tuple[Path, ReelResult]]


def ignore(_: Progress) -> None:
    pass


def loudest(media: Path) -> float:
    with av.open(str(media)) as container:
        return max(float(np.abs(frame.to_ndarray()).max()) for frame in container.decode(audio=0))


@each_language
def test_the_reel_is_whole_and_says_the_posting_in_its_own_letters(reels: Reels, language: str) -> None:
    folder, result = reels[language]
    _, brief = BRIEFS[language]
    assert 10 < result.duration_seconds < 45
    duty = brief.description.split("• ")[1].split("，")[0].split("、")[0].strip()
    assert duty in result.script
    assert brief.company in result.script
    cues = (folder / "captions.vtt").read_text(encoding="utf-8")
    assert "\u200b" not in cues + result.script
    if language in ("ja", "zh"):
        assert " " not in next(line for line in cues.split("\n") if duty[:2] in line).replace(" --> ", "")


@each_language
def test_a_voice_speaks_where_there_is_one(reels: Reels, language: str) -> None:
    peak = loudest(reels[language][0] / "reel.mp4")
    has_voice = language not in SILENT and not (language == "ja" and not _reads_japanese())
    assert peak > 0.2 if has_voice else peak < 0.01


def _reads_japanese() -> bool:
    from text_to_video.script.readings import kana

    return kana(["私"]) is not None


@each_language
def test_the_poster_has_text_on_the_side_it_is_read_from(reels: Reels, language: str) -> None:
    """More of the header's strokes lie in the half where the script begins."""
    picture = np.asarray(Image.open(reels[language][0] / "poster.jpg").convert("L"), float)
    header = picture[160:590, 40:620]
    strokes = np.abs(np.diff(header, axis=1)) > 60
    left, right = strokes[:, : strokes.shape[1] // 2].sum(), strokes[:, strokes.shape[1] // 2 :].sum()
    assert (right > left) == (language in ("ar", "he"))


def test_a_card_knows_its_language_from_the_text() -> None:
    assert {name: card_of(brief).language.split("-")[0] for name, (_, brief) in BRIEFS.items()} == {name: name for name in BRIEFS}


@pytest.mark.parametrize("title", ["🍞🥐🧈", "\u202e<b>\x07&lt;script&gt;\u0000 Baker\ufeff\x1b[31m", "\u200d\u200c"])
def test_odd_titles_make_a_reel_all_the_same(title: str, tmp_path: Path) -> None:
    description = "What you'll do\n\n• Bake rye bread in a stone oven every night\n• Train two apprentices in lamination"
    result = make_reel(ReelBrief(title=title, company="Acme", description=description), tmp_path / "out", "poster", ignore)
    assert "Bake rye bread" in result.script or "bake rye bread" in result.script
    assert not set(result.script) & set("<>\x00\x07\x1b\u202e\ufeff")


def test_three_words_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(PermanentJobError) as failed:
        make_reel(ReelBrief(title="Baker", company="Acme", description="Baker wanted now"), tmp_path / "out", "poster", ignore)
    assert failed.value.code == "no_usable_text"
    assert list(tmp_path.iterdir()) == []


def test_twenty_thousand_words_make_a_reel_no_longer_than_others(tmp_path: Path) -> None:
    duty = "• Bake {} loaves of rye bread in a stone oven for the town\n"
    description = "What you'll do\n\n" + "".join(duty.format(number) for number in range(1540))
    result = make_reel(ReelBrief(title="Baker", company="Acme", description=description), tmp_path / "out", "poster", ignore)
    assert len(description.split()) > 20_000
    assert result.duration_seconds < 45


def test_a_broken_font_stops_the_reel_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "NotoSansCJK.otf"
    broken.write_bytes(b"OTTO" + b"\0" * 400)
    monkeypatch.setitem(font_files.FILES, "Noto Sans CJK", broken)
    glyphs.close_fonts()
    try:
        brief = BRIEFS["zh"][1].model_copy(update={"title": "烤炉管理员"})  # not drawn before
        with pytest.raises(PartAway, match="NotoSansCJK") as failed:
            make_reel(brief, tmp_path / "out", "terminal", ignore)
        assert (failed.value.code, failed.value.stage) == ("font_unreadable", "captions")
        assert list(tmp_path.iterdir()) == [broken]
    finally:
        monkeypatch.undo()
        glyphs.close_fonts()
