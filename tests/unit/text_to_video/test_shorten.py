"""Long bullets are cut where a clause ends, never in the middle of a phrase."""

import pytest

from text_to_video.script.shorten import shortened


@pytest.mark.parametrize(
    ("text", "kept", "loss"),
    [
        ("bake rye bread for three shops", "bake rye bread for three shops", 0),
        ("mix the doughs for the next morning (spelt, wheat and rye)", "mix the doughs for the next morning", 0),
        ("weigh flour, salt, etc. on old scales", "weigh flour, salt on old scales", 0),
        (
            "bake bread for all three shops in town, ensuring that every loaf is as good as the first",
            "bake bread for all three shops in town",
            1,
        ),
        (
            "run the mixers of all three shops in town and train the apprentices who clean them",
            "run the mixers of all three shops in town",
            2,
        ),
        (
            "plan the deliveries for all three shops in town to save the drivers long empty trips",
            "plan the deliveries for all three shops in town",
            2,
        ),
        ("write recipes that anyone can follow on a busy Saturday morning with one hand full", "write recipes", 2),
        ("bake bread. Then sell it to everyone who comes by in the morning or the evening", "bake bread", 0),
    ],
)
def test_cuts(text: str, kept: str, loss: int) -> None:
    assert shortened(text, most=10, least=2) == (kept, loss)


@pytest.mark.parametrize(
    "text",
    [
        # A list must not be broken off, nor a verb parted from what completes it.
        "work with bakers, millers, farmers, drivers, cleaners, planners, cooks",
        "provide every guest of the house with a warm roll at four in the morning",
        "know when every single one of the loaves is done",
        # Nor may what is left end in an adjective that waits for its noun, or in "areas" that are not named.
        "5+ years of professional, with at least two of them spent in a bakery",
        "fix all issues in areas such as rye, wheat and spelt",
    ],
)
def test_rather_gives_up_than_break_a_phrase(text: str) -> None:
    assert shortened(text, most=7, least=4) is None


def test_keeps_the_most_of_what_loses_least() -> None:
    text = "bake bread in town, using stone ovens, ensuring that every loaf is right"
    assert shortened(text, most=8) == ("bake bread in town, using stone ovens", 1)


def test_dots_inside_words_end_nothing() -> None:
    assert shortened("move Node.js services e.g. Orders to U.S. data centres", most=12) == (
        "move Node.js services e.g. Orders to U.S. data centres",
        0,
    )
