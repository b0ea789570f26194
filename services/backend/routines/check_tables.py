"""What exercises must not be when somebody wants to avoid something, and which muscles parts of the body are: for the checker alone.

Written apart from shared/injury_table.py, shorter and blunter, so that a mistake there is seen here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """For exclusions in which `said` is found: no exercise whose name fits `names`, in one of `categories`, told with `told`, that trains
    one of `muscles` first with a load."""

    said: re.Pattern[str]
    names: re.Pattern[str]
    categories: frozenset[str] = frozenset()
    told: re.Pattern[str] | None = None
    muscles: frozenset[str] = frozenset()


def _rule(said: str, names: str, categories: str = "", told: str | None = None, muscles: str = "") -> Rule:
    return Rule(
        re.compile(said, re.IGNORECASE),
        re.compile(names, re.IGNORECASE),
        frozenset(filter(None, categories.split(", "))),
        re.compile(told, re.IGNORECASE) if told else None,
        frozenset(filter(None, muscles.split(", "))),
    )


_JUMPS = r"jump|\bhops?\b|\bhopping|\bleap|burpee|\bplyo|\bbound|\bsprint|depth"

RULES = (
    _rule(r"jump|impact|joint|arthrit|overweight|quiet", rf"{_JUMPS}|skipping", "plyometrics"),
    _rule(r"\bknee(?!l)", rf"squat|lunge|pistol|leg press|leg extension|kneeling|{_JUMPS}", "plyometrics"),
    _rule(r"kneel", r"kneel|bird.?dog|all fours", told=r"\bkneel|hands and knees|all fours|on your knees"),
    _rule(
        r"\b(lower )?back\b(?<!upper back)|\bdis[ck]\b|sciatic|lumbar",
        r"deadlift|good morning|sit-?up|crunch|superman|hyperextension|back extension|power clean|hang clean|snatch|kettlebell swing",
        "powerlifting, olympic weightlifting, strongman",
        muscles="lower back",
    ),
    _rule(r"upper back", r"\brows?\b|pull-?up|chin-?up|deadlift|shrug"),
    _rule(
        r"shoulder|rotator",
        r"overhead|military|shoulder press|arnold|push-?up|\bdips?\b|handstand|snatch|jerk|upright row|lateral raise"
        r"|front raise|bench press",
        "olympic weightlifting",
        muscles="shoulders",
    ),
    _rule(r"wrist|carpal|\bhand", r"push-?up|plank|handstand|\bdips?\b|burpee|crawl|wrist|front squat", muscles="forearms"),
    _rule(
        r"elbow", r"push-?up|\bdips?\b|skull|triceps? (extension|press)|(?<!leg )(?<!hamstring )curl|close-grip", muscles="triceps, biceps"
    ),
    _rule(r"ankle|\bfoot\b|\bfeet\b|achilles|plantar|shin", rf"calf raise|\brunning|jogging|lunge|{_JUMPS}", "plyometrics"),
    _rule(
        r"\bhips?\b(?! thrust)", rf"squat|lunge|deadlift|hip thrust|good morning|{_JUMPS}", "plyometrics", muscles="adductors, abductors"
    ),
    _rule(r"\bneck|whiplash", r"\bneck|shrug|headstand|handstand|behind the head", muscles="neck"),
    _rule(
        r"pregnan|partum",
        rf"crunch|sit-?up|plank|twist|deadlift|superman|\blying|\bprone|leg raise|snatch|{_JUMPS}",
        "plyometrics, olympic weightlifting, powerlifting, strongman",
        told=r"\blie (flat |down )?(on|face) (your |the )?(back|stomach|belly|down)|on your (back|stomach)",
        muscles="abdominals",
    ),
    _rule(
        r"blood pressure|\bheart\b",
        rf"handstand|headstand|plank|wall sit|deadlift|snatch|jerk|\bclean\b|{_JUMPS}",
        "plyometrics, powerlifting, olympic weightlifting, strongman",
    ),
    _rule(
        r"hernia(?!ted)",
        r"crunch|sit-?up|deadlift|plank|squat|leg raise",
        "powerlifting, olympic weightlifting, strongman",
        muscles="abdominals",
    ),
    _rule(r"osteopor", rf"crunch|sit-?up|twist|deadlift|{_JUMPS}", "plyometrics, olympic weightlifting"),
    _rule(r"vertigo|dizz", rf"handstand|headstand|\bspin|good morning|windmill|{_JUMPS}"),
    _rule(r"asthma|breath", rf"burpee|sprint|mountain climber|{_JUMPS}", "plyometrics"),
    _rule(
        r"\bfloor\b|\blying\b|\bground\b",
        r"push-?up|\bplank|crunch|sit-?up|\bfloor\b|superman|\bbridge",
        told=r"(?:lie|lying|lay)[^.]{0,30}(?:floor|mat|ground)|on all fours|hands and knees|(?:sit"
        r"|seated)[^.]{0,15} on the (?:floor|ground|mat)",
    ),
    _rule(r"overhead", r"overhead|military|shoulder press|push press|snatch|\bjerk|arnold"),
    _rule(r"twist|rotation", r"twist|russian|wood ?chop|windmill"),
    _rule(r"bending|bend over", r"bent[- ]over|good morning|deadlift|toe touch"),
    _rule(r"\brun", r"\brun(ning)?\b|jogging|sprint"),
    _rule(r"skipping|jump rope|\brope\b", r"rope jumping|skipping|jump rope"),
    _rule(r"\bcardio\b", r"(?!)", "cardio"),
    _rule(r"stretching", r"\bstretch", "stretching"),
)
EASY = frozenset({"stretching", "mobility", "flexibility", "warm-up", "cool-down", "cardio"})
"""Categories that move muscles without a load."""

MUSCLES = {
    "legs": "quadriceps hamstrings calves adductors abductors glutes",
    "arms": "biceps triceps forearms",
    "core": "abdominals obliques core",
    "abs": "abdominals obliques core",
    "hips": "hip_flexors glutes adductors abductors quadriceps hamstrings",
    "back": "lower_back middle_back upper_back lats traps",
    "upper back": "middle_back upper_back lats traps shoulders",
    "upper body": "chest shoulders biceps triceps forearms lats middle_back traps",
    "lower body": "quadriceps hamstrings calves adductors abductors glutes",
    "feet": "calves",
    "ankles": "calves",
    "wrists": "forearms",
    "knees": "quadriceps hamstrings",
}
"""Parts of several muscles, each with "_" for a space. Any other part is a muscle by itself."""
EQUIPMENT = {
    "band": r"\bbands?\b",
    "dumbbell": r"dumb-?bells?|\bdb\b",
    "kettlebell": r"kettle-?bells?",
    "barbell": r"bar-?bells?",
    "ez bar": r"e-?z[- ]?(curl)?[- ]?bar",
    "pull-up bar": r"(pull|chin)-?up bar",
    "foam roller": r"foam[- ]?roll\w*",
    "medicine ball": r"medicine[- ]?balls?",
    "exercise ball": r"(exercise|swiss|stability|gym) ?balls?",
    "machine": r"machines?",
    "cable": r"cables?",
    "mat": r"mats?",
}
NOTHING = frozenset({"", "body only", "bodyweight", "body weight", "none", "no equipment"})
EVERYTHING = frozenset({"gym", "full gym", "everything"})
