"""Which writing system a text stands in, which our fonts lack, and whose forms its Chinese characters take."""

import pytest

from text_to_video.script.alphabets import alphabet_of, foreign_alphabet, han_language

TEXTS = {
    "Arabic": "نحن نبحث عن خباز للعمل في مخبزنا",
    "Hebrew": "אנחנו מחפשים אופה למאפייה שלנו",
    "Chinese": "我们正在寻找一位面包师",
    "Japanese": "Pythonを使ったAPIの設計と開発",
    "Korean": "제빵사를 모집합니다",
    "Devanagari": "हम एक बेकर की तलाश में हैं",
    "Thai": "เรากำลังมองหาคนทำขนมปัง",
    "Tamil": "நாங்கள் ஒரு ரொட்டி சுடுபவரைத் தேடுகிறோம்",
    "Cyrillic": "Мы печём хлеб",
    "Greek": "Ψήνουμε ψωμί",
    "Latin": "Backfräulein für Brötchen, 1ª clase, 5 µm",
}


@pytest.mark.parametrize(("alphabet", "text"), TEXTS.items(), ids=TEXTS)
def test_names_the_alphabet_and_has_a_font_for_it(alphabet: str, text: str) -> None:
    assert alphabet_of(text) == alphabet
    assert foreign_alphabet(text) is None


@pytest.mark.parametrize(
    ("text", "alphabet"),
    [
        ("ﾊﾟﾝ職人を募集", "Japanese"),
        ("𝗦𝗲𝗻𝗶𝗼𝗿 𝗕𝗮𝗸𝗲𝗿", "Latin"),
        ("Guide in Petra (البتراء) and Wadi Rum", "Latin"),
        ("", None),
        ("🍞 123 –", None),
    ],
)
def test_goes_by_most_letters(text: str, alphabet: str | None) -> None:
    assert alphabet_of(text) == alphabet
    assert foreign_alphabet(text) is None


@pytest.mark.parametrize(
    ("text", "alphabet"),
    [("ჩვენ ვეძებთ მცხობელს", "Georgian"), ("Հացթուխ մեր փռում", "Armenian"), ("আমরা একজন রুটিওয়ালা খুঁজছি", "Bengali")],
)
def test_names_what_no_font_has(text: str, alphabet: str) -> None:
    assert foreign_alphabet(text) == alphabet


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("シェフ", "ja"),
        ("パン職人", "ja"),
        ("제빵사", "ko"),
        ("高级后端工程师", "zh-Hans"),
        ("資深後端工程師", ""),  # the same characters are in use in Japan
        ("與團隊討論並改善效能的職缺", "zh-Hant"),
        ("Baker", ""),
    ],
)
def test_characters_tell_whose_forms_they_take(text: str, language: str) -> None:
    assert han_language(text) == language
