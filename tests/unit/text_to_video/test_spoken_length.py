"""A reel is made to last 20–40 s: lines go, the least needed first, or spare ones come in."""

import pytest

from text_to_video.pipeline import spoken_within
from text_to_video.script.base import Script
from text_to_video.script.spoken import spoken_line
from text_to_video.speech.espeak import EspeakVoice

SHORT = ("hook", "Are you a baker?"), ("role", "Acme is hiring a baker.")
DUTY = "You'll bake sourdough loaves, rolls and rye breads in a stone oven with two apprentices, {n} of them every hour of the long night."
NEED = "You'll need {n} years of experience in a bakery that makes its own sourdough and never sleeps."
CTA = "cta", "If that sounds like you, tap apply."


def script(*, duties: int, needs: int, spare: tuple[str, ...] = ()) -> Script:
    middle = [("duty", DUTY.format(n=n)) for n in range(duties)] + [("requirement", NEED.format(n=n)) for n in range(needs)]
    lines = tuple(spoken_line(role, text) for role, text in (*SHORT, *middle, CTA))  # type: ignore[arg-type]
    extra = [("duty", DUTY.format(n=70 + i)) if role == "duty" else ("requirement", NEED.format(n=70 + i)) for i, role in enumerate(spare)]
    return Script(lines, spare=tuple(spoken_line(role, text) for role, text in extra))  # type: ignore[arg-type]


def roles(script: Script) -> list[str]:
    return [line.role[0] for line in script.lines]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (script(duties=4, needs=2), "hrddddrc"),
        (script(duties=5, needs=0), "hrddddc"),
        (script(duties=1, needs=0, spare=("duty", "requirement", "duty")), "hrddrc"),
        (script(duties=1, needs=0, spare=("requirement", "duty", "duty")), "hrddrc"),
        (script(duties=0, needs=1, spare=("requirement", "requirement")), "hrrrrc"),
        (script(duties=2, needs=1, spare=("duty",)), "hrddrc"),
    ],
)
def test_lasts_20_to_40_seconds_where_there_are_lines_for_it(given: Script, kept: str) -> None:
    made, speech = spoken_within(given, EspeakVoice(), 60)
    assert "".join(roles(made)) == kept
    assert 20 <= speech.duration <= 40
    assert max(word.line for word in speech.words) == len(made.lines) - 1


def test_the_last_requirement_goes_first_then_the_last_duty() -> None:
    made, _ = spoken_within(script(duties=6, needs=1), EspeakVoice(), 60)
    assert [line.display for line in made.lines[2:-1]] == [DUTY.format(n=n) for n in range(4)]


def test_a_spare_duty_never_stands_after_the_last_one() -> None:
    made, _ = spoken_within(script(duties=1, needs=0, spare=("duty",)), EspeakVoice(), 60)
    assert [line.display for line in made.lines[2:-1]] == [DUTY.format(n=0), DUTY.format(n=70)]


def test_what_cannot_be_longer_stays_short_and_what_cannot_be_shorter_is_cut() -> None:
    given = script(duties=1, needs=0)
    assert spoken_within(given, EspeakVoice(), 60)[0] == given
    made, speech = spoken_within(given, EspeakVoice(), 5)
    assert roles(made) == ["h", "r"]
    assert speech.duration <= 5
