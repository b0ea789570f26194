"""What is left out for injuries: by muscle, category, name and instructions, in people's own words."""

from __future__ import annotations

import re

import pytest

from shared.injuries import excluded, excluded_by_name, reading, recognised, unrecognised
from shared.injury_slips import WORDS as MENDED_TO
from shared.injury_table import CONDITIONS
from tests.planning import exercise, samples

SAMPLES = {one.slug: one for one in samples()}

STRAINS = {
    "knee": ("bodyweight-squat", "reverse-lunge", "burpee", "kneeling-hip-flexor-stretch", "jumping-jacks"),
    "lower back": ("kettlebell-deadlift", "dumbbell-bent-over-row", "barbell-romanian-deadlift", "lunge-with-rotation"),
    "upper back": ("band-row", "pull-up"),
    "shoulder": ("push-up", "dumbbell-shoulder-press", "pull-up", "pike-push-up", "towel-pull-down"),
    "elbow": ("wall-triceps-press", "dumbbell-biceps-curl", "push-up", "kettlebell-deadlift", "band-row", "pull-up", "farmers-carry"),
    "wrist": ("push-up", "forearm-plank", "bird-dog", "cat-cow", "farmers-carry"),
    "ankle or foot": ("standing-calf-raise", "jumping-jacks", "burpee", "reverse-lunge"),
    "hip": ("reverse-lunge", "bodyweight-squat", "kettlebell-deadlift", "hip-circles"),
    "neck": ("neck-side-stretch", "dumbbell-shoulder-press", "burpee"),
    "pregnancy": ("forearm-plank", "dead-bug", "reverse-snow-angel", "dumbbell-floor-press", "burpee"),
    "heart or blood pressure": ("forearm-plank", "farmers-carry", "burpee", "pike-push-up"),
    "hernia": ("goblet-squat", "forearm-plank", "kettlebell-deadlift"),
    "osteoporosis": ("burpee", "seated-forward-fold", "lunge-with-rotation"),
    "dizziness": ("burpee",),
    "breathing": ("burpee", "mountain-climbers", "jumping-jacks"),
    "impact": ("burpee", "jumping-jacks"),
    "arm": ("band-row", "pull-up", "kettlebell-deadlift", "goblet-squat", "farmers-carry", "push-up", "forearm-plank", "bird-dog"),
    "core": ("forearm-plank", "dead-bug", "bird-dog"),
    "running": (),
    "overhead": ("dumbbell-shoulder-press", "pull-up"),
    "twisting": ("lunge-with-rotation",),
    "bending": ("dumbbell-bent-over-row", "barbell-romanian-deadlift"),
    "floor": ("push-up", "forearm-plank", "glute-bridge", "bird-dog", "childs-pose"),
}
"""Of the sample catalogue, what a physiotherapist would leave out."""
SPARES = {
    "knee": ("wall-push-up", "glute-bridge", "dumbbell-biceps-curl", "doorway-chest-stretch"),
    "lower back": ("wall-push-up", "bird-dog", "dead-bug", "childs-pose", "bodyweight-squat"),
    "shoulder": ("bodyweight-squat", "glute-bridge", "standing-calf-raise"),
    "wrist": ("bodyweight-squat", "glute-bridge", "band-row"),
    "pregnancy": ("bodyweight-squat", "wall-push-up", "bird-dog", "marching-in-place", "doorway-row"),
    "heart or blood pressure": ("bodyweight-squat", "marching-in-place", "band-row"),
    "impact": ("bodyweight-squat", "push-up"),
    "arm": ("bodyweight-squat", "reverse-lunge", "glute-bridge", "standing-calf-raise", "marching-in-place"),
    "core": ("bodyweight-squat", "push-up", "pull-up"),
}
WORDS = {
    "bad knees": "knee", "Knieprobleme": "knee", "torn meniscus": "knee", "ACL": "knee", "больные колени": "knee", "rodilla": "knee",
    "my back hurts": "lower back", "Rückenschmerzen": "lower back", "slipped disc": "lower back", "herniated disk": "lower back",
    "sciatica": "lower back", "поясница": "lower back", "upper back": "upper back", "rotator cuff": "shoulder", "Schulter": "shoulder",
    "broken arm": "arm", "broken wrist": "arm", "weak core": "core",
    "tennis elbow": "elbow",
    "carpal tunnel": "wrist", "Handgelenk": "wrist", "Achilles tendon": "ankle or foot", "plantar fasciitis":
    "ankle or foot", "hip replacement": "hip", "Hüfte": "hip", "whiplash": "neck", "Nacken": "neck", "PREGNANT": "pregnancy",
    "schwanger": "pregnancy", "беременность": "pregnancy", "postpartum": "pregnancy", "high blood pressure": "heart or blood pressure",
    "Bluthochdruck": "heart or blood pressure", "hypertension": "heart or blood pressure", "heart condition": "heart or blood pressure",
    "no floor work": "floor", "lying down": "floor", "overhead lifting": "overhead", "running": "running", "bending over": "bending",
    "inguinal hernia": "hernia", "osteoporosis": "osteoporosis", "vertigo": "dizziness", "asthma": "breathing", "arthritis": "impact",
}  # fmt: skip


def conditions_of(entry: str) -> set[str]:
    """Which conditions it is taken for."""
    return {condition.key for condition in recognised(entry)}


def test_every_condition_is_looked_at_here() -> None:
    assert [condition.key for condition in CONDITIONS if condition.key not in STRAINS] == []


@pytest.mark.parametrize("key", STRAINS)
def test_what_strains_is_left_out_with_the_reason(key: str) -> None:
    assert {slug: excluded(SAMPLES[slug], (key,)) for slug in STRAINS[key]} == dict.fromkeys(STRAINS[key], key)


@pytest.mark.parametrize("key", SPARES)
def test_what_does_not_strain_stays(key: str) -> None:
    assert [slug for slug in SPARES[key] if excluded(SAMPLES[slug], (key,))] == []


@pytest.mark.parametrize(("said", "key"), WORDS.items())
def test_people_say_it_in_many_ways(said: str, key: str) -> None:
    assert key in conditions_of(said)
    assert unrecognised((said,)) == ()


def test_upper_back_is_not_the_lower() -> None:
    assert conditions_of("upper back pain") == {"upper back"}


@pytest.mark.parametrize(
    ("said", "out"),
    [
        ("no lunges", {"lunge-with-rotation", "reverse-lunge"}),
        ("burpees", {"burpee"}),
        ("push ups", {"wall-push-up", "incline-push-up", "push-up", "pike-push-up"}),
        ("farmer's carry", {"farmers-carry"}),
        ("hamstring strain", {"kettlebell-deadlift", "barbell-romanian-deadlift"}),
    ],
)
def test_movements_and_muscles_may_be_named(said: str, out: set[str]) -> None:
    left_out = {slug for slug, one in SAMPLES.items() if excluded(one, (said,))}
    assert out <= left_out
    assert "dumbbell-biceps-curl" not in left_out
    assert unrecognised((said,), SAMPLES.values()) == ()


def test_the_reason_of_a_movement_is_what_was_said() -> None:
    assert excluded(SAMPLES["burpee"], ("no burpees",)) == "no burpees"


def test_instructions_give_away_what_the_name_hides() -> None:
    hidden = exercise("the-rocket", muscles=["shoulders"], instructions=["Squat a little.", "Leap as high as you can."])
    assert excluded(hidden, ("knee",)) == "knee"
    assert excluded(hidden.model_copy(update={"instructions": ()}), ("knee",)) is None


def test_a_muscle_is_moved_without_a_load_in_stretches() -> None:
    assert excluded(exercise("quad-pull", category="strength", muscles=["quadriceps"]), ("knee",)) == "knee"
    assert excluded(exercise("quad-pull", category="stretching", muscles=["quadriceps"]), ("knee",)) is None


def test_of_an_unknown_exercise_its_name_decides() -> None:
    assert excluded_by_name("jump-squat-3000", ("knee",)) == "knee"
    assert excluded_by_name("wrist-flick", ("knee",)) is None


def test_what_says_nothing_is_told() -> None:
    said = ("quux", "bad knee", "hm", "the roof is lava", "burpees")
    assert unrecognised(said, SAMPLES.values()) == ("quux", "hm", "the roof is lava")


@pytest.mark.parametrize("said", ["none", "Nothing", "no", "No injuries!", "no known problems", "keine", "нет"])
def test_nothing_to_avoid_may_be_said_in_words(said: str) -> None:
    assert unrecognised((said,), SAMPLES.values()) == ()
    assert [slug for slug, one in SAMPLES.items() if excluded(one, (said,))] == []


@pytest.mark.parametrize(
    ("said", "read", "key"),
    [
        ("bad kness", "bad knees", "knee"),
        ("sholder pain", "shoulder pain", "shoulder"),
        ("pregnent", "pregnant", "pregnancy"),
        ("broken amr", "broken arm", "arm"),
        ("Bad nee", "bad knee", "knee"),
    ],
)
def test_a_slip_is_read_as_the_word_it_is_nearest_to(said: str, read: str, key: str) -> None:
    assert (reading(said), unrecognised((said,))) == (read, ())
    assert all(excluded(SAMPLES[slug], (said,)) == key for slug in STRAINS[key])


@pytest.mark.parametrize("said", ["quux", "the roof is lava", "band", "bad knees", "none", "running"])
def test_other_words_are_not_read_into_something(said: str) -> None:
    assert reading(said) is None


def test_every_word_slips_are_mended_to_is_known() -> None:
    assert unrecognised(MENDED_TO) == ()


def test_a_hop_filed_as_a_stretch_is_a_jump() -> None:
    hops = exercise("frog-hops", category="stretching", muscles=["quadriceps"])
    assert all(excluded(hops, (said,)) for said in ("no jumping", "shoulder", "pregnant", "asthma", "lower back", "vertigo"))
    assert excluded(exercise("quad-pull", category="stretching", muscles=["quadriceps"]), ("asthma",)) is None


UNSAFE = {
    "broken arm": "barbell-deadlift bent-over-barbell-row london-bridges kettlebell-sumo-high-pull barbell-shrug inverted-row farmers-walk",
    "tennis elbow": "mixed-grip-chin london-bridges bent-over-barbell-row barbell-shrug barbell-deadlift side-to-side-chins",
    "rotator cuff tear": "mixed-grip-chin london-bridges overhead-triceps overhead-stretch triceps-stretch tricep-side-stretch",
    "pregnant": "reverse-hyperextension on-your-back-quad-stretch dumbbell-incline-row seated-head-harness-neck-resistance",
    "hernia": "seated-head-harness-neck-resistance",
    "vertigo": "pike-push-up inchworm looking-at-ceiling standing-toe-touches",
    "hip replacement": "inchworm hug-knees-to-chest one-knee-to-chest",
    "osteoporosis": "inchworm standing-toe-touches lower-back-curl",
    "ACL tear": "knee-circles",
    "sciatica": "looking-at-ceiling barbell-step-ups barbell-shrug barbell-lunge",
}


@pytest.mark.parametrize("said", UNSAFE)
def test_what_an_injury_rules_out_by_its_name_alone(said: str) -> None:
    assert [slug for slug in UNSAFE[said].split() if not excluded_by_name(slug, (said,))] == []


def test_a_part_to_be_left_alone_is_neither_trained_nor_stretched_and_nothing_else_is_left_out() -> None:
    for_legs = {slug for slug, one in SAMPLES.items() if excluded(one, ("nothing for the legs",))}
    assert {"bodyweight-squat", "glute-bridge", "standing-calf-raise"} <= for_legs
    assert not for_legs & {"push-up", "forearm-plank", "band-row", "doorway-chest-stretch"}
    assert unrecognised(("nothing for the legs", "nothing for the upper body")) == ()


def test_nothing_to_avoid_leaves_everything() -> None:
    assert [one for one in SAMPLES.values() if excluded(one, ())] == []


def test_folded_text_is_what_patterns_are_written_for() -> None:
    """A capital, an accent or a hyphen in a pattern would never be found."""
    for condition in CONDITIONS:
        for pattern in (condition.names, condition.movements, condition.told, condition.gentle):
            bare = re.sub(r"\\.|\(\?[:=!<]*", "", pattern.pattern) if pattern else ""
            assert bare == bare.lower(), condition.key
            assert "-" not in bare, condition.key
