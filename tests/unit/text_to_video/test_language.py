"""The language of a text, by its letters and commonest words."""

import pytest

from shared.schemas.reels import ReelBrief
from text_to_video.script.language import guess_language, language_of

TEXTS = {
    "ar": "نحن نبحث عن خباز للعمل في مخبزنا مع فريق من المحترفين الذي يعمل على الجودة",
    "fa": "ما به دنبال یک نانوا هستیم که با تیم ما در تهران کار کند و از کیفیت این نان لذت ببرد",
    "ur": "ہم ایک نانبائی کی تلاش میں ہیں جو لاہور کے ہمارے مرکز میں کام کرے اور ٹیم کا حصہ ہے",
    "he": "אנחנו מחפשים אופה למאפייה שלנו בתל אביב",
    "ja": "私たちはパン職人を募集しています",
    "ko": "저희는 서울에서 제빵사를 모집합니다",
    "zh-Hans": "我们正在寻找一位面包师",
    "zh-Hant": "我們正在尋找一位麵包師，與團隊一起工作",
    "th": "เรากำลังมองหาคนทำขนมปัง",
    "hi": "हम मुंबई में एक बेकर की तलाश में हैं और काम सुबह का है",
    "mr": "आम्ही मुंबईत एका बेकरच्या शोधात आहोत आणि काम सकाळचे आहे या साठी",
    "ta": "நாங்கள் ஒரு ரொட்டி சுடுபவரைத் தேடுகிறோம்",
    "ru": "Мы ищем пекаря в Москве, который работает на нас и не боится ночи. Это работа для вас, что по душе",
    "uk": "Ми шукаємо пекаря у Києві, який працює на нас і не боїться ночі. Це робота для вас, що до душі та серця",
    "tr": "Ekibimiz için bir fırıncı arıyoruz ve bu iş ile çok iyi bir gelecek olarak siz de varsınız",
    "pl": "Szukamy piekarza do naszej piekarni w Gdańsku i na nocną zmianę, oraz z pasją do chleba, że się chce",
    "sv": "Vi söker en bagare som är van vid att baka och har ett öga för detaljer, till den butik vi har",
    "de": "Wir suchen für die Backstube eine Person, die mit uns bäckt und das Brot liebt",
}


@pytest.mark.parametrize(("language", "text"), TEXTS.items(), ids=TEXTS)
def test_tells_the_language(language: str, text: str) -> None:
    assert guess_language(text, "en") == language


@pytest.mark.parametrize("text", ["", "🍞", "Baker", "We bake bread in the old oven and you will love the smell of it", "12345"])
def test_keeps_the_default_where_nothing_leads(text: str) -> None:
    assert guess_language(text, "en") == "en"


def test_a_brief_that_says_its_language_is_believed() -> None:
    brief = ReelBrief(title="Baker", company="Acme", description=TEXTS["ja"], language="de")
    assert language_of(brief) == "de"
    assert language_of(brief.model_copy(update={"language": "en"})) == "ja"
