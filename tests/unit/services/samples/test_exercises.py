"""The sample exercises: readable by the import, varied enough for a plan, and each good for a clip of either kind by any presenter."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from services import samples
from services.backend.catalogue.exercise_file import read_exercise
from shared.schemas.clips import ARCHETYPES, LEVELS, MADE_KINDS
from text_to_video.exercise_file import clip_brief
from text_to_video.script.clips import MOST_STEPS, write_clip
from text_to_video.speech.espeak import EspeakVoice

Entry = dict[str, Any]

EXERCISES: list[Entry] = json.loads(Path(samples.__file__).with_name("exercises.json").read_text(encoding="utf-8"))
GROUPS = {
    "push": {"chest", "shoulders", "triceps"},
    "pull": {"lats", "middle back", "lower back", "traps", "biceps", "forearms"},
    "legs": {"quadriceps", "hamstrings", "calves", "glutes", "adductors", "abductors"},
    "core": {"abdominals", "neck"},
}
"""The muscles free-exercise-db knows."""
EQUIPMENT = {None, "dumbbell", "band", "kettlebell", "barbell", "mat", "pull-up bar"}
CATEGORIES = {"strength", "stretching", "cardio", "mobility"}
FORCES = {None, "push", "pull", "static"}
VOICE = EspeakVoice()
"""One for all: what it has said before it need not say again."""

each_exercise = pytest.mark.parametrize("entry", EXERCISES, ids=lambda entry: entry["slug"])


def trained(entry: Entry) -> set[str]:
    return {*entry["muscles"], *entry["secondary_muscles"]}


def with_no_equipment(**wanted: str) -> list[Entry]:
    easy = [entry for entry in EXERCISES if entry["equipment"] is None and entry["level"] == "beginner"]
    return [entry for entry in easy if wanted.items() <= entry.items()]


def test_there_are_forty_and_no_two_alike() -> None:
    assert len(EXERCISES) == len({entry["slug"] for entry in EXERCISES}) == len({entry["name"] for entry in EXERCISES}) == 40
    sentences = Counter(step for entry in EXERCISES for step in entry["instructions"])
    assert not {step for step, times in sentences.items() if times > 1 and len(step.split()) > 20}


@each_exercise
def test_the_import_reads_each_as_it_stands(entry: Entry) -> None:
    read = read_exercise(entry)
    assert read.names_itself
    told = read.model_dump(mode="json", exclude={"locale", "active"})
    assert told == entry
    assert (read.locale, read.active) == ("en", None)


@each_exercise
def test_each_speaks_the_known_vocabulary(entry: Entry) -> None:
    assert trained(entry) <= set.union(*GROUPS.values())
    assert not set(entry["muscles"]) & set(entry["secondary_muscles"])
    assert entry["muscles"]
    assert entry["equipment"] in EQUIPMENT
    assert entry["category"] in CATEGORIES
    assert entry["force"] in FORCES
    assert entry["level"] in LEVELS
    assert 4 <= len(entry["instructions"]) <= 6
    assert entry["mistakes"]
    assert entry["benefits"]
    assert entry["counteracts"]


def test_every_part_of_the_body_is_trained_several_times() -> None:
    for group, muscles in GROUPS.items():
        assert sum(bool(muscles & set(entry["muscles"])) for entry in EXERCISES) >= 4, group
        for muscle in muscles:
            assert sum(muscle in trained(entry) for entry in EXERCISES) >= 2, muscle


def test_there_is_a_whole_workout_for_a_beginner_with_nothing_at_hand() -> None:
    assert len(with_no_equipment(category="mobility")) >= 3
    assert len(with_no_equipment(category="strength")) >= 6
    assert len(with_no_equipment(category="strength", force="pull")) >= 3
    assert all(with_no_equipment(category="strength", force=force) for force in ("push", "static"))
    stretched = set.union(*map(trained, with_no_equipment(category="stretching")))
    assert {"quadriceps", "lower back", "shoulders", "hamstrings"} <= stretched


def test_there_is_something_to_grow_into() -> None:
    levels, equipment = Counter(entry["level"] for entry in EXERCISES), Counter(entry["equipment"] for entry in EXERCISES)
    assert min(levels[level] for level in LEVELS) >= 4
    assert set(equipment) == EQUIPMENT


@each_exercise
@pytest.mark.parametrize("kind", MADE_KINDS)
def test_each_makes_a_clip_of_twenty_to_forty_seconds(entry: Entry, kind: str) -> None:
    for archetype in ARCHETYPES:
        script = write_clip(clip_brief({**entry, "kind": kind, "archetype": archetype}))
        assert 20 <= VOICE.speak(script).duration <= 40
        assert entry["name"] in script.lines[0].text
        assert 4 <= sum(line.role == "step" for line in script.lines) <= MOST_STEPS


@each_exercise
def test_its_two_clips_do_not_say_the_same(entry: Entry) -> None:
    steps = [{line.text for line in write_clip(clip_brief({**entry, "kind": kind})).lines if line.role == "step"} for kind in MADE_KINDS]
    assert len(steps[0] - steps[1]) >= 1
    assert len(steps[1] - steps[0]) >= 1
