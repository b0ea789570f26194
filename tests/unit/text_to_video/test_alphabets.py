"""Which texts our fonts and voices can do, and which writing system the others stand in."""

import pytest

from text_to_video.script.alphabets import foreign_alphabet


@pytest.mark.parametrize(
    ("text", "alphabet"),
    [
        ("نحن نبحث عن خباز للعمل في مخبزنا", "Arabic"),
        ("אנחנו מחפשים אופה למאפייה שלנו", "Hebrew"),
        ("我们正在寻找一位面包师", "Chinese"),
        ("私たちはパン職人を募集しています", "Japanese"),
        ("ﾊﾟﾝ職人を募集", "Japanese"),
        ("제빵사를 모집합니다", "Korean"),
        ("हम एक बेकर की तलाश में हैं", "Devanagari"),
        ("เรากำลังมองหาคนทำขนมปัง", "Thai"),
        ("ჩვენ ვეძებთ მცხობელს", "Georgian"),
        ("Pythonを使ったAPIの設計と開発", "Japanese"),
    ],
)
def test_names_what_we_cannot_do(text: str, alphabet: str) -> None:
    assert foreign_alphabet(text) == alphabet


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🍞 123 –",
        "We bake bread",
        "Мы печём хлеб",
        "Ψήνουμε ψωμί",
        "Backfräulein für Brötchen, 1ª clase, 5 µm",
        "𝗦𝗲𝗻𝗶𝗼𝗿 𝗕𝗮𝗸𝗲𝗿",
        "Guide in Petra (البتراء) and Wadi Rum",
        "Baker of 饅頭 and bread",
    ],
)
def test_lets_the_rest_pass(text: str) -> None:
    assert foreign_alphabet(text) is None
