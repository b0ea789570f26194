"""From parameters and stories to the places of a routine: search, hard limits, choice, timeline. Knows no database and no sentence."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.backend.plans.equipment import EVERYTHING, owned
from services.backend.routines import retrieval, timeline
from services.backend.routines.base import RulesSelector, Selector, Task
from services.backend.routines.blocks import ELSEWHERE, blocks_of
from services.backend.routines.catalogue import Catalogue
from services.backend.routines.favours import favours
from services.backend.routines.limits import Fitting, Limits
from services.backend.routines.planner import Planned
from services.backend.routines.retrieval import Found
from services.backend.routines.selection import Place, seed_of
from shared.embeddings.base import Embedder
from shared.errors import InvalidInput
from shared.injuries import unrecognised
from shared.logging import get_logger
from shared.schemas.clips import Clip
from shared.schemas.exercises import Exercise
from shared.schemas.plans import Block
from shared.schemas.routines import DeletionMetadata, Parameters, RoutineExercise, Story
from shared.settings import Routines

log = get_logger(__name__)

_FILTERS: Mapping[str, str] = {
    "clips": "have no clip that can be played",
    "level": "are for a higher level",
    "equipment": "need equipment that is not there",
    "limits": "are left out because of what to avoid",
    "clip_level": "have clips for a higher level only",
    "score": "are not near enough to any story",
}
_WITHOUT: Mapping[Block, str] = {
    "warm_up": "warm_up: there is none; begin with some minutes of easy walking",
    "cool_down": "cool_down: there is none; end with some minutes of easy walking and slow breathing",
}
_RULES = RulesSelector()


class RoutineEmpty(InvalidInput):
    """Nothing could be chosen. `fallen` has how many exercises fell at which filter."""

    code = "routine_empty"
    title = "No exercise fits"

    def __init__(self, stories: Sequence[Story], fallen: Mapping[str, int]) -> None:
        self.fallen = dict(fallen)
        searched = "; ".join(f'"{story.text}"' for story in stories)
        why = [f"{count} {_FILTERS[name]}" for name, count in fallen.items() if count]
        told = f"of {sum(fallen.values())} exercises {', '.join(why)}" if why else "the catalogue has no exercises"
        super().__init__(f"searched for {searched}, and nothing fits: {told}", field="user_requirements")


@dataclass(frozen=True)
class Compiled:
    """`exercises` as they are stored. `degraded` names what had to be done without, `notes` what the routine lacks, the planner's first."""

    parameters: Parameters
    stories: tuple[Story, ...]
    exercises: tuple[RoutineExercise, ...]
    degraded: tuple[str, ...]
    notes: tuple[str, ...]


async def compile_routine(
    planned: Planned, catalogue: Catalogue, embedder: Embedder, settings: Routines, selector: Selector = _RULES
) -> Compiled:
    """The same for the same input and catalogue, unless a model chooses. Raises RoutineEmpty, and nothing else for a part that is away."""
    parameters, stories = planned.parameters, planned.stories
    started = time.perf_counter()
    limits, fitting = await asyncio.to_thread(_fitting, parameters, catalogue)
    found = await retrieval.search(stories, parameters, catalogue, fitting.rows, embedder, settings)
    log.info("routine_clips", found=len(found.candidates), fitting=len(fitting.rows), below=found.below, **fitting.fallen, ms=_ms(started))
    if not found.candidates:
        raise RoutineEmpty(stories, {**fitting.fallen, "score": found.below})
    started = time.perf_counter()
    selection = await selector.choose(Task(found.candidates, parameters, stories, seed_of(parameters, stories)))
    exercises = await asyncio.to_thread(as_exercises, selection.places, stories, limits, catalogue)
    log.info("routine_selected", exercises=len(exercises), seconds=selection.seconds, by=selection.written_by, ms=_ms(started))
    return Compiled(
        parameters=parameters,
        stories=stories,
        exercises=exercises,
        degraded=_told(
            planned.degraded, found.degraded, selection.degraded, _lacks(parameters, catalogue, limits, fitting, selection.places)
        ),
        notes=_told(planned.notes, selection.notes, _notes(parameters, catalogue, stories, fitting, found, selection.places)),
    )


def as_exercises(
    places: Sequence[Place], stories: Sequence[Story], limits: Limits, catalogue: Catalogue, clips: Mapping[str, Clip] | None = None
) -> tuple[RoutineExercise, ...]:
    """Each place with the clip that shows it, or the one that `clips` has for its exercise."""
    made = []
    for slot, place in enumerate(places):
        known = place.candidate.known
        clip = (clips or {}).get(known.slug) or limits.clip(known)
        assert clip, "it passed the limits"
        story = stories[place.candidate.story].text
        made.append(as_exercise(slot, place, clip, story, catalogue))
    return tuple(made)


def as_exercise(slot: int, place: Place, clip: Clip, story: str, catalogue: Catalogue) -> RoutineExercise:
    dose, candidate = place.dose, place.candidate
    return RoutineExercise(
        slot=slot,
        block=candidate.block,
        duration=dose.duration,
        sets=dose.sets,
        work_seconds=dose.work,
        set_rest_seconds=dose.set_rest if dose.sets > 1 else 0,
        starts_at=place.span.starts_at,
        ends_at=place.span.ends_at,
        rest_seconds=dose.rest,
        requirement_story=story,
        relevance_score=round(candidate.score, 4),
        **clip_fields(candidate.known.exercise, clip, dose.work, catalogue),
    )


def clip_fields(exercise: Exercise, clip: Clip, work: float, catalogue: Catalogue) -> dict[str, Any]:
    """What a place of the timeline says of its exercise and clip, whatever time it has."""
    start, end = _cut(clip)
    return {
        "exercise_id": exercise.slug,
        "exercise_name": exercise.name,
        "clip_id": clip.clip_id,
        "kind": clip.kind,
        "archetype": clip.archetype,
        "locale": clip.locale,
        "provider": clip.provider,
        "video_path": clip.asset,
        "start_time": start,
        "end_time": end,
        "loop": end - start < work,
        "how_to": clip.how_to or " ".join(exercise.instructions),
        "benefits": clip.benefits or exercise.benefits,
        "counteracts": clip.counteracts or ", ".join(exercise.counteracts),
        "fitness_level": clip.fitness_level or exercise.level,
        "intensity": clip.intensity,
        "cues": timeline.cues(exercise.instructions),
        "muscles": exercise.muscles,
        "equipment": exercise.equipment,
        "deletion_metadata": deletion_metadata(exercise.slug, clip, catalogue),
    }


def deletion_metadata(slug: str, clip: Clip, catalogue: Catalogue) -> DeletionMetadata:
    row = catalogue.rows.get(slug)
    vectored = row is not None and bool(catalogue.vectored[row])
    return DeletionMetadata(
        exercise_id=slug,
        vector_id=f"{catalogue.embedder_id}:{slug}" if vectored else None,
        clip_id=clip.clip_id,
        video_path=clip.asset,
        original_url=clip.original_url or "",
    )


def _cut(clip: Clip) -> tuple[float, float]:
    start = clip.start_time or 0.0
    return start, clip.end_time if clip.end_time is not None else round(start + clip.duration, 3)


def _fitting(parameters: Parameters, catalogue: Catalogue) -> tuple[Limits, Fitting]:
    limits = Limits(parameters, catalogue)
    return limits, limits.fitting()


def _lacks(parameters: Parameters, catalogue: Catalogue, limits: Limits, fitting: Fitting, places: Sequence[Place]) -> list[str]:
    """What was asked for that this catalogue cannot give."""
    told = []
    if unknown := unrecognised(parameters.limits, (each.exercise for each in catalogue.known)):
        told.append(f"limits: nothing could be left out for {', '.join(unknown)}, which is not known here")
    used = {each.needs for each in catalogue.known}
    idle = sorted(name for name in owned(parameters.equipment or ()) if name not in used and name != EVERYTHING)
    if idle:
        told.append(f"equipment: no exercise uses {', '.join(idle)}")
    shown = [limits.clip(place.candidate.known) for place in places]
    told += _unserved(parameters, catalogue, fitting, places)
    if other := sum(clip is not None and clip.format not in (None, parameters.format) for clip in shown):
        told.append(f"format: {other} of {len(shown)} clips are not {parameters.format}, and there are no others")
    return told


def _unserved(parameters: Parameters, catalogue: Catalogue, fitting: Fitting, places: Sequence[Place]) -> list[str]:
    """That no exercise is for a part of the body that was named."""
    named = favours(parameters)
    if not parameters.body_areas or any(named.names(place.candidate.known) for place in places):
        return []
    there = any(named.names(catalogue.known[row]) for row in fitting.rows)
    why = "was chosen" if there else "passes the limits"
    return [f"body_areas: nothing for {', '.join(parameters.body_areas)} {why}"]


def _fillers(parameters: Parameters, places: Sequence[Place]) -> list[str]:
    """That others must fill the time."""
    main = [place.candidate for place in places if place.candidate.block == "main"]
    named = favours(parameters)
    served = sum(named.names(each.known) for each in main)
    if not parameters.body_areas or not served or all(each.tier < ELSEWHERE for each in main):
        return []
    areas = ", ".join(parameters.body_areas)
    return [f"body_areas: {served} of {len(main)} places in main are for {areas}; nothing else for it fits, so others fill the time"]


def _notes(
    parameters: Parameters, catalogue: Catalogue, stories: Sequence[Story], fitting: Fitting, found: Found, places: Sequence[Place]
) -> list[str]:
    answered = {each.story for each in found.candidates}
    notes = [f'stories: nothing that fits answers "{story.text}"' for number, story in enumerate(stories) if number not in answered]
    wanted = {block for story in stories for block in blocks_of(story)}
    notes += [told for block, told in _WITHOUT.items() if block in wanted and all(place.candidate.block != block for place in places)]
    notes += _fillers(parameters, places)
    if left_out := fitting.fallen.get("limits"):
        total = len(catalogue.known) + catalogue.unplayable
        notes.append(f"limits: {left_out} of {total} exercises are left out for {', '.join(parameters.limits)}")
    return notes


def _told(*groups: Sequence[str]) -> tuple[str, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(each for group in groups for each in group))


def _ms(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
