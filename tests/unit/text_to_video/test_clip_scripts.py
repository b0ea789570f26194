"""Clips by rules: in order, in the instructions' own words, in the presenter's voice."""

import pytest

from shared.errors import PermanentJobError
from shared.schemas.clips import ARCHETYPES, ClipBrief, MadeKind
from text_to_video.script.base import Script, text_of, tokens
from text_to_video.script.clips import ENOUGH_WORDS, MOST_WORDS, write_clip
from text_to_video.speech.espeak import EspeakVoice

STEPS = (
    "Lie on a mat with your knees bent (feet flat). This will be your starting position.",
    "Lift your hips until your body is a straight line from knees to shoulders. Tip: keep your core tight at all times.",
    "Hold for two seconds, then lower slowly. Breathe in on the way down.",
    "Repeat for the recommended amount of repetitions.",
)


def clip(kind: MadeKind = "instruction", steps: tuple[str, ...] = STEPS, **changes: str) -> ClipBrief:
    fields = {"exercise": "Hip Bridge", "kind": kind, "archetype": "peer", "instructions": steps, **changes}
    return ClipBrief.model_validate(fields)


def said(script: Script, role: str) -> list[str]:
    return [text_of(tokens(line.display)) for line in script.lines if line.role == role]


def test_the_steps_in_their_order_without_what_every_exercise_says() -> None:
    assert said(write_clip(clip()), "step") == [
        "Lie on a mat with your knees bent.",
        "Lift your hips until your body is a straight line from knees to shoulders.",
        "Keep your core tight at all times.",
        "Hold for two seconds, then lower slowly.",
        "Breathe in on the way down.",
    ]


@pytest.mark.parametrize(
    ("step", "told"), [("Lower slowly and keep going…", "Lower slowly and keep going…"), ("Lower them slowly", "Lower them slowly.")]
)
def test_a_step_ends_with_one_mark(step: str, told: str) -> None:
    assert told in said(write_clip(clip(steps=(*STEPS, step))), "step")


def test_where_not_all_fits_a_technique_keeps_what_is_about_form() -> None:
    long = tuple(f"Walk over to machine number {n} on the other side of the hall and look at it." for n in range(20))
    steps = said(write_clip(clip("technique", (*long, *STEPS))), "step")
    assert "Keep your core tight at all times." in steps
    assert "Keep your core tight at all times." not in said(write_clip(clip("instruction", (*long, *STEPS))), "step")


def test_each_presenter_opens_and_closes_in_a_voice_of_their_own() -> None:
    scripts = [write_clip(clip(archetype=archetype)) for archetype in ARCHETYPES]
    assert len({script.lines[0].display for script in scripts}) == len({script.lines[-1].display for script in scripts}) == 3
    assert all("Hip Bridge" in script.lines[0].display for script in scripts)
    assert len({tuple(said(script, "step")) for script in scripts}) == 1


@pytest.mark.parametrize("kind", ["technique", "instruction"])
def test_it_fits_a_reel_however_long_the_instructions(kind: MadeKind) -> None:
    script = write_clip(clip(kind, STEPS * 20))
    assert len(script.text.split()) <= MOST_WORDS
    assert EspeakVoice().speak(script).duration <= 40


def test_another_language_is_said_without_our_english() -> None:
    steps = (
        "Túmbate en la colchoneta con las rodillas dobladas y los pies en el suelo.",
        "Levanta las caderas y mantén la espalda recta con el abdomen firme.",
    )
    script = write_clip(clip(steps=steps, exercise="Puente"))
    assert script.language == "es"
    assert [line.role for line in script.lines] == ["hook", "step", "step"]
    assert script.lines[0].display == "Puente."


@pytest.mark.parametrize("steps", [(), ("Repeat.",), ("🏋️",), ("This will be your starting position.",)])
def test_an_exercise_without_instructions_is_no_clip(steps: tuple[str, ...]) -> None:
    with pytest.raises(PermanentJobError) as caught:
        write_clip(clip(steps=steps))
    assert caught.value.code == "no_usable_text"


def test_letters_no_font_has_are_refused() -> None:
    with pytest.raises(PermanentJobError, match="Georgian"):
        write_clip(clip(exercise="ჩაჯდომა"))


LONG = (
    "Stand with your feet as wide as your shoulders and turn your toes out. Keep your whole foot on the floor.",
    "Push your hips back and bend your knees until your thighs are level. Never let your knees fall inward on the way.",
    "Look ahead at a point on the wall. Breathe in on the way down and keep your belly firm.",
    "Push the floor away and stand up tall again. Finish with long legs, and keep your ribs over your hips.",
    "Take a short rest before you go down again. Avoid leaning back at the top, however tired your legs may be.",
)


def test_two_clips_of_one_exercise_say_what_to_do_and_how() -> None:
    what, how = said(write_clip(clip("instruction", LONG)), "step"), said(write_clip(clip("technique", LONG)), "step")
    assert all(step.partition(". ")[0].rstrip(".") + "." in what for step in LONG), "the first of each step"
    assert all(step.partition(". ")[2] in how for step in LONG), "what is about form"
    assert set(what) != set(how)
    for steps in (what, how):
        order = [" ".join(LONG).index(step) for step in steps]
        assert order == sorted(order)


@pytest.mark.parametrize("kind", ["technique", "instruction"])
def test_a_clip_says_more_than_its_own_part_until_there_is_enough(kind: MadeKind) -> None:
    script = write_clip(clip(kind, LONG))
    assert ENOUGH_WORDS <= len(script.text.split()) < ENOUGH_WORDS + 26
