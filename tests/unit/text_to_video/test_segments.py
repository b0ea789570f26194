"""Cutting text without spaces: nothing is lost, nothing is broken that typesetters keep together."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_to_video.script.base import JOINT, text_of, tokens
from text_to_video.script.segments import segmented

JAPANESE = "大規模なWebサービスの「API」を設計・開発します。年収600万円〜900万円、Python 3.11を使います！"
CHINESE = "我们正在寻找一位面包师，负责每天烤制200个面包，月薪25-40K·14薪（上海）。"
TRADITIONAL = "與產品團隊討論並設計新功能，撰寫測試並改善系統效能。"
THAI = "พัฒนาและดูแลระบบหลังบ้านด้วยภาษา Python"


def parts(text: str, language: str) -> list[str]:
    return segmented(text, language).replace(JOINT, "|").replace(" ", "|").split("|")


@pytest.mark.parametrize(("text", "language"), [(JAPANESE, "ja"), (CHINESE, "zh"), (TRADITIONAL, "zh-Hant"), (THAI, "th")])
def test_parts_are_short_and_make_up_the_text(text: str, language: str) -> None:
    assert segmented(text, language).replace(JOINT, "") == text
    assert text_of(tokens(segmented(text, language))) == text
    assert len(parts(text, language)) >= 4
    assert max(map(len, parts(text, language))) <= 16


def test_words_are_words() -> None:
    assert parts("负责风电平台后端服务的设计、开发和维护", "zh") == ["负责", "风电", "平台", "后端", "服务的", "设计、", "开发", "和维护"]
    assert parts("与产品和算法团队合作", "en")[1:] == ["和算法", "团队", "合作"]
    assert parts("翌日のパン生地を準備し、品質を保つこと", "ja") == ["翌日の", "パン生地を", "準備し、", "品質を", "保つこと"]


def test_a_compound_longer_than_a_line_is_cut() -> None:
    assert len(parts("シニアバックエンドエンジニア", "ja")) > 1


@pytest.mark.parametrize("text", ["Wir backen Brot", "저희는 제빵사를 모집합니다", "نحن نبحث عن خباز", "हम एक बेकर की तलाश में हैं"])
def test_scripts_with_spaces_are_left_alone(text: str) -> None:
    assert segmented(text, "en") == text


@given(st.text("私達は日本のパン屋。、「」（）ッーAPI3.5 个面包师，ที่", max_size=40), st.sampled_from(["ja", "zh", "zh-TW", "th", "en"]))
def test_no_part_begins_or_ends_where_none_may(text: str, language: str) -> None:
    done = segmented(text, language)
    assert done.replace(JOINT, "") == text
    for before, after in re.findall(f"(.){JOINT}(.)", done):
        assert after not in "。、」），ッー"
        assert before not in "「（"
        assert not (before.isascii() and after.isascii())


def test_tokens_keep_their_joints_and_read_on() -> None:
    assert tokens(f"パン{JOINT}職人 A B") == [f"パン{JOINT}", "職人", "A", "B"]
    assert text_of([f"パン{JOINT}", "職人", "A"]) == "パン職人 A"
