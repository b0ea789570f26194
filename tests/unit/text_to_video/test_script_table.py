"""The table over scripts: shares, spreads, refusals, and what is claimed without being stated."""

import json

from shared.schemas.reels import ReelBrief
from text_to_video.script.base import Line, Role, Script
from text_to_video.script.table import Row, Spread, row_of, table

BRIEF = ReelBrief(title="Baker", company="Oven & Co", description="Bake two hundred loaves of rye bread a night.")


def script(*lines: tuple[Role, str], language: str = "en") -> Script:
    return Script(tuple(Line(role, text, text) for role, text in lines), language)


BREAD: tuple[Role, str] = ("duty", "You'll bake rye bread.")


def rows() -> list[Row]:
    full = script(
        ("hook", "Want to bake?"),
        ("place", "In Ghent."),
        ("pay", "It pays $40k."),
        *[BREAD] * 3,
        ("requirement", "You'll need an oven."),
    )
    return [
        Row("a", full, 30.0),
        Row("b", script(("hook", "Looking for your next job?"), ("duty", "You'll bake.")), 19.0),
        Row("c", script(("hook", "Envie de pain\u00a0?"), language="fr"), 20.0),
        Row("d", refusal="no_usable_text"),
        Row("e", refusal="no_usable_text"),
        Row("f", refusal="invalid_input"),
    ]


def test_shares_are_of_the_scripts() -> None:
    made = table(rows(), (20, 40))
    assert (made.postings, made.scripts) == (6, 3)
    assert made.refused == {"no_usable_text": 2, "invalid_input": 1}
    assert made.languages == {"en": 2, "fr": 1}
    assert [round(share * 3) for share in (made.own_hook, made.a_duty, made.three_duties, made.requirement, made.place, made.pay)] == [
        *(2, 2, 1, 1, 1, 1)
    ]
    assert round(made.in_time * 3) == 2
    assert made.seconds == Spread(19, 20, 30)


def test_nothing_is_a_table_too() -> None:
    made = table([], (20, 40))
    assert (made.postings, made.scripts, made.own_hook, made.words) == (0, 0, 0, Spread(0, 0, 0))
    assert json.dumps(made.as_json())


def test_what_is_not_stated_is_told() -> None:
    honest = row_of("a", BRIEF, script(("duty", "You'll bake two hundred loaves.")), 20)
    inventive = row_of("b", BRIEF, script(("duty", "You'll bake three hundred loaves.")), 20)
    assert honest.invented == ()
    assert "three hundred" in inventive.invented[0]
    assert table([honest, inventive], (20, 40)).inventing == 1
