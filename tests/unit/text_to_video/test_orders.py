"""Orders: a brief with or without a script that somebody else wrote."""

import json
from typing import Any

import pytest

from shared.errors import InvalidInput
from shared.schemas.reels import ReelBrief
from text_to_video.posting_file import Order, order_from_json
from text_to_video.script.base import Line, Script
from text_to_video.script.extractive import ExtractiveWriter

BRIEF = ReelBrief(
    title="Baker",
    company="Oven & Co",
    pay="€40–44k",
    description="What you'll do\n• Bake two hundred loaves of rye bread a night\n• Teach two apprentices to shape loaves",
)


@pytest.mark.parametrize(
    "script", [None, ExtractiveWriter().write(BRIEF), Script((Line("hook", "Hi.", "Hi."),), "de", (), ("script: no",))]
)
def test_what_is_ordered_arrives(script: Script | None) -> None:
    assert order_from_json(Order(BRIEF, script).as_json().decode()) == Order(BRIEF, script)


def test_a_posting_is_an_order_too() -> None:
    assert order_from_json(BRIEF.model_dump_json()) == Order(BRIEF)


@pytest.mark.parametrize(
    ("script", "field"),
    [
        ({"lines": [{"role": "hook", "display": "One two", "spoken": "One"}]}, "script.lines.0"),
        ({"lines": []}, "script.lines"),
        ({"lines": [{"role": "shout", "display": "Hi", "spoken": "Hi"}]}, "script.lines.0.role"),
        ({"lines": [{"role": "hook", "display": "Hi"}]}, "script.lines.0.spoken"),
        ({"lyrics": "la"}, "script.lines"),
        ("Hi there", "script"),
    ],
)
def test_a_script_that_cannot_be_said_is_refused_by_its_field(script: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        order_from_json(json.dumps({"brief": BRIEF.model_dump(mode="json"), "script": script}))
    assert caught.value.field == field
