"""Japanese read out in kana, where the analyser of the extra "japanese" is installed."""

import pytest

from text_to_video.script.base import tokens
from text_to_video.script.readings import HAN, kana
from text_to_video.script.segments import segmented
from text_to_video.script.spoken import spoken

pytest.importorskip("sudachipy", reason="the extra japanese is not installed")


@pytest.mark.parametrize(
    ("words", "read"),
    [
        (["私は", "東京で", "働きます。"], ["ワタシワ", "トウキョウデ", "ハタラキマス。"]),
        (["家へ", "帰る", "本を", "読む"], ["イエエ", "カエル", "ホンオ", "ヨム"]),
        (["年収600万円〜", "900万円"], ["ネンシュウ600マンエンカラ", "900マンエン"]),
        (["AWS", "$5k", "3年以上の"], ["AWS", "$5k", "3ネンイジョウノ"]),
    ],
)
def test_every_word_gets_its_own_reading(words: list[str], read: list[str]) -> None:
    assert kana(words) == read


def test_a_line_is_spoken_in_kana_word_for_word() -> None:
    display = segmented("株式会社北風パンが、パン職人を募集しています。", "ja")
    said = spoken(display, "ja")
    assert len(tokens(said)) == len(tokens(display))
    assert not HAN.search(said)
    assert said.endswith("ボシュウシテイマス。")
