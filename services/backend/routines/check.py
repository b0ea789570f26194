"""PURE: whether a routine obeys what was asked, by rules written apart from those that made it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from services.backend.routines.check_tables import EASY, EQUIPMENT, EVERYTHING, MUSCLES, NOTHING, RULES, Rule
from shared.schemas.clips import LEVELS, Clip, Level
from shared.schemas.exercises import Exercise
from shared.schemas.routines import RoutineExercise, StoredRoutine

TOLERANCE = 0.1
_ROUNDING_S = 0.01
_ORDER = ("warm_up", "main", "cool_down")
_KINDS = ("technique", "instruction")


class Expectation(BaseModel):
    """What a person reads in a sentence; whatever is None or empty nobody wrote down. `duration` in seconds, `equipment` empty: none at
    all. `areas` are to be worked on, `exclusions` avoided, in words of check_tables.py."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sentence: str = Field(min_length=1, max_length=2000, validation_alias=AliasChoices("sentence", "user_requirements", "text", "query"))
    duration: float | None = Field(default=None, validation_alias=AliasChoices("duration", "target_duration"))
    level: Level | None = Field(default=None, validation_alias=AliasChoices("level", "intensity_level"))
    equipment: tuple[str, ...] | None = None
    exclusions: tuple[str, ...] = Field(default=(), validation_alias=AliasChoices("exclusions", "avoid", "limits"))
    areas: tuple[str, ...] = Field(default=(), validation_alias=AliasChoices("areas", "body_areas"))


@dataclass(frozen=True)
class Violation:
    rule: str
    told: str


@dataclass(frozen=True)
class Checker:
    """Over one catalogue: exercises by slug, clips by id. `playable` may be planned at all."""

    exercises: Mapping[str, Exercise]
    clips: Mapping[str, Clip]
    playable: frozenset[str] = field(default=frozenset())

    def violations(self, routine: StoredRoutine, expected: Expectation) -> list[Violation]:
        """In the order of the rules; none for a routine that obeys."""
        items = routine.routine_data.exercises
        known = [(item, self.exercises[item.exercise_id]) for item in items if item.exercise_id in self.exercises]
        return [
            *_duration(routine, expected),
            *_level(routine, known, expected),
            *_equipment(routine, known, expected),
            *_exclusions(routine, known, expected),
            *_areas(routine, known, expected),
            *_unique(items),
            *self._allowed(items),
            *self._clips(items, routine.intensity_level),
            *_timeline(routine),
            *_order(items),
            *_stories(routine),
        ]

    def _allowed(self, items: Sequence[RoutineExercise]) -> Iterator[Violation]:
        for item in items:
            if item.exercise_id not in self.playable:
                yield Violation("allowed", f"{item.exercise_id} is not an exercise that can be played")

    def _clips(self, items: Sequence[RoutineExercise], level: Level) -> Iterator[Violation]:
        for item in items:
            clip = self.clips.get(item.clip_id)
            if clip is None:
                yield Violation("clips", f"{item.clip_id} of {item.exercise_id} is not in the catalogue")
                continue
            if clip.exercise_slug != item.exercise_id:
                yield Violation("clips", f"{item.clip_id} is of {clip.exercise_slug}, not of {item.exercise_id}")
            if clip.available is not True or clip.kind not in _KINDS:
                yield Violation("clips", f"{item.clip_id} cannot be played as {clip.kind}")
            if clip.asset != item.video_path or clip.provider != item.provider:
                yield Violation("clips", f"{item.clip_id} is at {clip.provider}:{clip.asset}, not at {item.provider}:{item.video_path}")
            if clip.fitness_level and LEVELS.index(clip.fitness_level) > LEVELS.index(level):
                yield Violation("clips", f"{item.clip_id} is for {clip.fitness_level}, not for {level}")


Known = Sequence[tuple[RoutineExercise, Exercise]]


def _duration(routine: StoredRoutine, expected: Expectation) -> Iterator[Violation]:
    total, target = routine.routine_data.metadata.total_duration, routine.target_duration
    said_why = any(note.startswith("duration") for note in routine.notes)
    if abs(total - target) > TOLERANCE * target + _ROUNDING_S and not said_why:
        yield Violation("duration", f"it takes {total:g} s, not {target} s, and does not say why")
    if expected.duration and abs(target - expected.duration) > TOLERANCE * expected.duration:
        yield Violation("understood", f"it is to take {target} s, where the sentence says {expected.duration:g} s")


def _level(routine: StoredRoutine, known: Known, expected: Expectation) -> Iterator[Violation]:
    most = LEVELS.index(expected.level or routine.intensity_level)
    for item, exercise in known:
        if LEVELS.index(exercise.level) > most:
            yield Violation("level", f"{item.exercise_id} is for {exercise.level}, not for {LEVELS[most]}")
    if expected.level and routine.intensity_level != expected.level:
        yield Violation("understood", f"it is for {routine.intensity_level}, where the sentence says {expected.level}")


def _equipment(routine: StoredRoutine, known: Known, expected: Expectation) -> Iterator[Violation]:
    has = expected.equipment if expected.equipment is not None else routine.parameters.equipment
    if has is None:
        return
    names = {_equipment_name(each) for each in has}
    if EVERYTHING & names:
        return
    for item, exercise in known:
        needed = _equipment_name(exercise.equipment or "")
        if needed not in NOTHING and needed not in names:
            yield Violation("equipment", f"{item.exercise_id} needs {exercise.equipment}, and there is {', '.join(has) or 'nothing'}")


def _equipment_name(said: str) -> str:
    plain = said.strip().casefold()
    return next((name for name, pattern in EQUIPMENT.items() if re.fullmatch(pattern, plain)), plain)


def _exclusions(routine: StoredRoutine, known: Known, expected: Expectation) -> Iterator[Violation]:
    for exclusion in dict.fromkeys((*expected.exclusions, *routine.parameters.limits)):
        for item, exercise in known:
            if why := breaks(exercise, exclusion):
                yield Violation("exclusions", f"{item.exercise_id}, though {exclusion} is to be avoided: {why}")


def breaks(exercise: Exercise, exclusion: str) -> str | None:
    """Why an exercise is not for somebody who says this; None: nothing speaks against it."""
    said = exclusion.casefold().strip()
    part = said.removeprefix("nothing for the ").removeprefix("nothing for ")
    rules = [rule for rule in RULES if rule.said.search(said)]
    if part != said or (part in MUSCLES and not rules):
        return next((f"it is for the {muscle}" for muscle in exercise.muscles if muscle in muscles_of(part)), None)
    if rules:
        return next(filter(None, (_broken(exercise, rule) for rule in rules)), None)
    if _equipment_name(exercise.equipment or "") == _equipment_name(said):
        return f"it needs {exercise.equipment}"
    word = re.escape(re.sub(r"(?<=\w{3})(e?s|ing)$", "", said))
    return f'it is called "{exercise.name}"' if re.search(rf"\b{word}|{word}(s|es)?\b", exercise.name.casefold().replace("-", "")) else None


def _broken(exercise: Exercise, rule: Rule) -> str | None:
    if rule.names.search(exercise.name) and not (exercise.category in EASY and "stretch" in exercise.name.casefold()):
        return f'it is called "{exercise.name}"'
    if exercise.category in rule.categories:
        return f"its category is {exercise.category}"
    told = rule.told.search(" ".join(exercise.instructions)) if rule.told else None
    if told:
        return f'it is told with "{told.group()}"'
    loaded = exercise.category not in EASY and exercise.muscles[:1]
    return f"it is for the {exercise.muscles[0]}" if loaded and exercise.muscles[0] in rule.muscles else None


def muscles_of(part: str) -> frozenset[str]:
    return (
        frozenset(muscle.replace("_", " ") for muscle in MUSCLES[part].split()) if part in MUSCLES else frozenset({part, part.rstrip("s")})
    )


def _areas(routine: StoredRoutine, known: Known, expected: Expectation) -> Iterator[Violation]:
    """An area may be left without an exercise only where the routine says that nothing answers a story."""
    if any(note.startswith("stories: ") for note in routine.notes):
        return
    for area in expected.areas:
        muscles, word = muscles_of(area), area.rstrip("s")
        if not any(muscles & {*each.muscles, *each.secondary_muscles} or word in each.name.casefold() for _, each in known):
            yield Violation("areas", f"nothing is for the {area}")


def _unique(items: Sequence[RoutineExercise]) -> Iterator[Violation]:
    slugs = [item.exercise_id for item in items]
    for slug in dict.fromkeys(slug for slug in slugs if slugs.count(slug) > 1):
        yield Violation("unique", f"{slug} comes {slugs.count(slug)} times")


def _timeline(routine: StoredRoutine) -> Iterator[Violation]:
    items = routine.routine_data.exercises
    if [item.slot for item in items] != list(range(len(items))) or not items:
        yield Violation("timeline", f"its slots are {[item.slot for item in items]}")
        return
    if items[0].starts_at != 0:
        yield Violation("timeline", f"it begins at {items[0].starts_at:g} s")
    for item in items:
        if item.duration <= 0 or _differ(item.ends_at - item.starts_at, item.duration) or item.rest_seconds < 0:
            yield Violation("timeline", f"slot {item.slot} takes {item.duration:g} s from {item.starts_at:g} to {item.ends_at:g}")
        if _differ(item.sets * item.work_seconds + (item.sets - 1) * item.set_rest_seconds, item.duration):
            yield Violation("timeline", f"slot {item.slot}: {item.sets} sets of {item.work_seconds:g} s do not take {item.duration:g} s")
        if item.end_time <= item.start_time:
            yield Violation("timeline", f"slot {item.slot} cuts nothing out of its clip")
    for before, after in pairwise(items):
        if _differ(before.ends_at + before.rest_seconds, after.starts_at):
            yield Violation("timeline", f"slot {after.slot} begins at {after.starts_at:g}, not when the rest before it is over")
    if _differ(items[-1].ends_at + items[-1].rest_seconds, routine.routine_data.metadata.total_duration):
        yield Violation("timeline", f"it ends at {items[-1].ends_at:g}, not with its total duration")


def _differ(one: float, other: float) -> bool:
    return abs(one - other) > _ROUNDING_S


def _order(items: Sequence[RoutineExercise]) -> Iterator[Violation]:
    blocks = [item.block for item in items]
    if blocks != sorted(blocks, key=_ORDER.index):
        yield Violation("order", f"its blocks come as {', '.join(dict.fromkeys(blocks))}")


def _stories(routine: StoredRoutine) -> Iterator[Violation]:
    told = {story.text for story in routine.requirement_stories}
    if not 2 <= len(routine.requirement_stories) <= 5:
        yield Violation("stories", f"there are {len(routine.requirement_stories)}")
    for item in routine.routine_data.exercises:
        if item.requirement_story not in told:
            yield Violation("stories", f'{item.exercise_id} serves "{item.requirement_story}", which is none of them')


def counted(found: Iterable[Violation]) -> dict[str, int]:
    """By rule."""
    counts: dict[str, int] = {}
    for each in found:
        counts[each.rule] = counts.get(each.rule, 0) + 1
    return counts
