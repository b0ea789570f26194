"""What is wished for, what is to be avoided, and what only sounds like it."""

from __future__ import annotations

import pytest

from services.backend.routines import vocabulary
from services.backend.routines.parameters import Reading, read
from services.backend.routines.prohibitions import limits_in
from services.backend.routines.schemas import RoutineRequest
from services.backend.routines.sentence import fold, mentions
from shared.injuries import excluded, unrecognised
from tests.planning import samples


def reading(sentence: str) -> Reading:
    return read(RoutineRequest(user_id="ann", user_requirements=sentence))


def limits(sentence: str) -> set[str]:
    return set(limits_in(mentions(fold(sentence))))


LIMITS: dict[str, set[str]] = {
    "no jumping": {"jumping"}, "without lunges or squats": {"lunges", "squats"},
    "no squats, lunges and burpees": {"squats", "lunges", "burpees"}, "avoid: planks, push-ups": {"planks", "pushups"},
    "I can't kneel": {"kneeling"}, "cannot do push ups yet": {"pushups"}, "don't do any deadlifts": {"deadlifts"},
    "avoid floor work": {"floor"}, "nothing on the floor": {"floor"}, "jump-free": {"jumping"}, "jumping is not an option": {"jumping"},
    "twisting is off limits": {"twisting"}, "low impact": {"impact"}, "quiet, the neighbours are downstairs": {"impact"},
    "anything but running": {"running"}, "no cardio": {"cardio"}, "no stretching": {"stretching"}, "bad knees": {"knee"},
    "knee pain": {"knee"}, "my knees hurt": {"knee"}, "bad knees and shoulders": {"knee", "shoulder"},
    "knee and hip pain": {"knee", "hip"}, "wrist pain, back": {"wrist"}, "my left elbow is a bit sore": {"elbow"},
    "avoid anything on my knees": {"knee", "nothing for the knees"}, "I do not want to do any squats": {"squats"},
    "no cardio, tight hips": {"cardio"}, "recovering from shoulder surgery": {"shoulder"}, "I hurt my wrist": {"wrist"},
    "easy on my knees": {"knee"}, "knee-friendly": {"knee"}, "protect my lower back": {"lower back"}, "my back is killing me": {"back"},
    "without knee pain": {"knee"}, "no more back pain": {"back"}, "no jumping because of my knees": {"jumping", "knee"},
    "no jumping for my knees": {"jumping", "knee"}, "my knees hurt when I jump": {"knee", "jumping"}, "torn ACL": {"knee"},
    "rotator cuff": {"shoulder"}, "slipped disc": {"herniated disc"}, "sciatica": {"sciatica"}, "I'm pregnant": {"pregnant"},
    "asthma": {"asthma"}, "high blood pressure": {"high blood pressure"}, "nothing for the neck": {"neck", "nothing for the neck"},
    "everything except legs": {"nothing for the legs"}, "no abs today": {"nothing for the core"}, "ohne Springen": {"jumping"},
    "keine Sprünge": {"jumping"}, "Knieschmerzen": {"knee"}, "Rückenprobleme": {"back"}, "schwanger": {"pregnant"},
    "sin saltos": {"jumping"}, "dolor de rodilla": {"knee"},
}  # fmt: skip
NO_LIMITS = (
    "no pain no gain", "I don't mind jumping", "jumping is fine", "no problem with jumping", "I'm not afraid of jumping",
    "not too hard", "no time", "no more than 20 minutes", "I'm not pregnant", "no injuries", "no knee problems", "I have no knee pain",
    "my knees are fine", "never had back problems", "don't skip legs", "never skip leg day", "not just legs", "I'm not flexible",
    "I don't stretch enough", "tight hips", "stiff neck", "no core strength", "a weak core", "no idea, surprise me", "back to training",
    "a pain in the neck", "no matter what", "no equipment",
)  # fmt: skip


@pytest.mark.parametrize("sentence", LIMITS)
def test_what_is_to_be_avoided(sentence: str) -> None:
    assert limits(sentence) == LIMITS[sentence]
    assert limits(f"20 minutes, {sentence}, beginner") == LIMITS[sentence]


@pytest.mark.parametrize("sentence", NO_LIMITS)
def test_what_is_no_limit(sentence: str) -> None:
    assert limits(sentence) == set()


def test_all_limits_are_words_that_leave_something_out() -> None:
    names = {*vocabulary.CONDITIONS, *vocabulary.CARE, *vocabulary.AREAS}
    said = {limit for name in names for limit in limits(f"my {name} hurt, nothing for the {name}") | limits(name)}
    assert unrecognised(sorted(said)) == ()
    left_out = [one.slug for one in samples() if excluded(one, ("squats", "lunges", "pushups", "planks", "pullups", "deadlifts"))]
    assert {"bodyweight-squat", "reverse-lunge", "push-up", "forearm-plank", "pull-up", "kettlebell-deadlift"} <= set(left_out)


AREAS: dict[str, tuple[str, ...]] = {
    "tight hips from sitting all day": ("hips", "upper back", "neck"),
    "desk job": ("hips", "upper back", "neck"),
    "Hüften und Nacken": ("hips", "neck"),
    "glutes, abs and quads": ("glutes", "core", "quadriceps"),
    "upper body": ("chest", "upper back", "shoulders", "arms"),
    "desk job, but nothing for the neck": ("hips", "upper back"),
    "legs, with bad knees": ("legs",),
    "no back exercises, desk job": ("hips", "neck"),
    "no equipment, hips and back": ("hips", "back"),
    "no arms, legs please": ("legs",),
    "legs and glutes, not arms": ("legs", "glutes"),
    "sore neck from desk work": ("neck", "hips", "upper back"),
    "sore knees": (),
    "my back hurts": (),
    "strengthen my weak ankles": ("ankles",),
    "no equipment; everything except legs, arms and back": (),
    "back to work, on the other hand": (),
    "on the third floor": (),
}


@pytest.mark.parametrize("sentence", AREAS)
def test_parts_of_the_body_that_are_wished_for(sentence: str) -> None:
    assert reading(sentence).parameters.body_areas == AREAS[sentence]


EQUIPMENT: dict[str, tuple[str, ...] | None] = {
    "no equipment": (), "without any equipment": (), "bodyweight": (), "equipment-free": (), "no weights": (), "hotel room": (),
    "I don't have a gym": (), "just my body": (), "ohne Geräte": (), "sin equipo": (), "dumbbells": ("dumbbell",),
    "a kettlebell and a mat": ("kettlebell", "mat"), "resistance bands only": ("band",), "no equipment except a mat": ("mat",),
    "no equipment, only a chair": ("chair",), "no dumbbells but a band": ("band",), "dumbbells but no other equipment": ("dumbbell",),
    "at home with dumbbells": ("dumbbell",), "no gym, I have a barbell": ("barbell",), "at the gym": ("gym",),
    "with weights": ("dumbbell",), "mit Kurzhanteln": ("dumbbell",), "I don't want to use any weights": (), "tight hips": None,
    "a bench press session": None, "lose weight": None, "my IT band is tight": None, "in my office chair all day": None,
    "no machines": None,
}  # fmt: skip


@pytest.mark.parametrize("sentence", EQUIPMENT)
def test_what_there_is_to_train_with(sentence: str) -> None:
    assert reading(sentence).parameters.equipment == EQUIPMENT[sentence]


def test_a_single_thing_that_is_missing_is_a_limit() -> None:
    assert reading("gym, but no machines").parameters.limits == ("machine",)


def test_equipment_wished_for_in_vain_is_not_there_and_that_is_told() -> None:
    found = reading("I wish I had dumbbells; there is no equipment here")
    assert found.parameters.equipment == ()
    assert found.notes == ("equipment: none, though dumbbell is named",)
