"""What a script may not invent, and what it may say."""

import pytest

from shared.schemas.reels import ReelBrief
from text_to_video.script.claims import Source, grounded, inventions

BAKERY = Source.of(
    ReelBrief(
        title="Senior Baker",
        company="Korn & Kruste",
        places=("Berlin",),
        pay="€48–56k a year",
        description="""What you'll do
• Bake 200 loaves of rye bread a night in a stone oven, with two apprentices
• Order flour from mills in Brandenburg through FlourBase and cut waste by 20 percent
• Write "bread diaries" for the NGO Slow Food
What you bring
• 3+ years as a baker, C++ is not needed""",
    ),
    "en",
)


def problems(text: str, source: Source = BAKERY) -> list[str]:
    return [*inventions(text, source)]


@pytest.mark.parametrize(
    "text",
    [
        "You'll bake two hundred loaves a night.",
        "You'll bake 200 loaves of rye, with 2 apprentices.",
        "You'll order flour from Brandenburg’s mills through FlourBase.",
        "You'll cut waste by 20%.",
        "You'll write “bread diaries” for Slow Food.",
        "You'll need three years as a baker.",
        "Korn & Kruste is hiring a Senior Baker. In Berlin.",
        "Sound like you? Tap apply.",
        "I'm ready: you bake, and I'll order flour!",
        "Could you bake at night? Rye bread waits.",
        "It pays €48–56k a year.",
    ],
)
def test_what_the_posting_states_may_be_said(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("You'll bake 300 loaves a night.", "300"),
        ("You'll bake three hundred loaves.", "three hundred"),
        ("You'll cut waste by 30%.", "30 %"),
        ("You'll cut waste by 200%.", "200 %"),
        ("Earn €60k a year.", "60 €"),
        ("You'll need 5 years as a baker.", "5 year"),
        ("You'll bake thousands of loaves.", "thousands"),
        ("More at https://kruste.example/jobs", "https:"),
        ("More at www.kruste.example", "www."),
        ("Visit kruste.com for more.", "kruste.com"),
        ("Write to baker@kruste.example.", "baker@kruste.example"),
        ("Write to jobs at kruste dot com.", "jobs at kruste dot com"),
        ("Call +49 30 1234567.", "+49 30 1234567"),
        ("Call (555) 123-4567.", "(555) 123-4567"),
        ("Call 555-0123 now.", "555-0123"),
        ("Message @kornkruste today.", "@kornkruste"),
        ("Ask on WhatsApp.", "whatsapp"),
        ("They say “the best bread in town”.", "the best bread in town"),
        ('They say "bread is life".', "bread is life"),
        ("Sie sagen «Brot ist Leben».", "brot ist leben"),
        ("A guaranteed job.", "guaranteed"),
        ("Une place garantie.", "garantie"),
        ("採用を保証します。", "保証"),
        ("Unlimited free training and a bonus.", "unlimited"),
        ("The leading bakery brand: a world-class team.", "world-class"),
        ("You'll bake for Google.", "Google"),
        ("You'll bake with the team at McDonald's.", "McDonald's"),
        ("You'll use iPads.", "iPads"),
        ("You'll code in C#.", "C#"),
        ("You'll bake at NASA.", "NASA"),
    ],
)
def test_what_it_does_not_state_is_named(text: str, named: str) -> None:
    assert any(f"“{named}" in problem for problem in problems(text)), problems(text)


@pytest.mark.parametrize(
    ("language", "source", "fine", "invented"),
    [
        ("de", "Du backst Brot in Berlin mit dem Team von Korn.", "Du backst Brote und Brötchen im Ofen.", "Du backst mit SAP und iPad."),
        ("ru", "Пекарня в Москве ищет пекаря.", "Печь хлеб в пекарне Москвы.", "Печь хлеб для Газпрома."),
        ("ja", "パンを焼く仕事です。ReactとGitHubを使います。", "Reactでパンを焼く。", "Googleでパンを焼く。"),
        ("fr", "Vous cuisez le pain à Lyon.", "À Lyon, vous cuisez le pain.", "Vous cuisez le pain pour Carrefour."),
    ],
)
def test_names_are_found_by_the_capitals_of_the_language(language: str, source: str, fine: str, invented: str) -> None:
    text = Source.of_text(source, language)
    assert problems(fine, text) == []
    assert problems(invented, text)


def test_grounded_is_the_share_of_words_with_a_meaning() -> None:
    assert grounded("You'll bake rye bread in the oven.", BAKERY) == 1
    assert grounded("You'll drive trucks across deserts.", BAKERY) == 0
    assert 0 < grounded("You'll bake bread and drive trucks.", BAKERY) < 1
    assert grounded("You'll be it.", BAKERY) == 1


def test_grounded_knows_scripts_without_spaces() -> None:
    source = Source.of_text("翌日のパン生地を準備し、品質を保つこと", "ja")
    assert grounded("パン生地を準備する", source) > 0.7
    assert grounded("新しい車を売る", source) == 0


def test_a_text_of_any_length_is_read_up_to_a_bound() -> None:
    source = Source.of_text("bake bread " * 100_000 + "Google", "en")
    assert len(source.text) <= 40_000
    assert [*inventions("You'll bake at Google.", source)]
