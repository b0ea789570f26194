"""PURE: routines as they are kept, and as they become by what a client asks to change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from services.backend.routines import timeline
from services.backend.routines.answers import ChangedExercise
from services.backend.routines.blocks import BLOCKS
from services.backend.routines.catalogue import Catalogue, Known
from services.backend.routines.compiler import Compiled, clip_fields
from services.backend.routines.limits import Limits, said
from services.backend.routines.schemas import LONGEST_S, RoutineRequest
from services.backend.routines.timeline import Pace
from shared.errors import InvalidInput
from shared.injuries import DISCLAIMER
from shared.schemas.clips import Clip
from shared.schemas.plans import Block
from shared.schemas.routines import RoutineData, RoutineExercise, RoutineMetadata, StoredRoutine

Clips = Mapping[str, Clip]


class RoutineInvalid(InvalidInput):
    """`problems` are (path in the body, what is wrong there)."""

    code = "routine_invalid"
    title = "The routine cannot be changed so"

    def __init__(self, problems: Sequence[tuple[tuple[str | int, ...], str]]) -> None:
        self.problems = tuple(problems)
        path, message = problems[0]
        super().__init__(message, field=".".join(map(str, path)))


def new_routine(asked: RoutineRequest, user_id: str, compiled: Compiled, now: datetime) -> StoredRoutine:
    """The first version, under one new id."""
    routine_id, parameters = str(uuid4()), compiled.parameters
    return StoredRoutine(
        routine_id=routine_id,
        user_id=user_id,
        user_requirements=asked.user_requirements,
        target_duration=parameters.target_duration,
        intensity_level=parameters.intensity_level,
        format=parameters.format,
        parameters=parameters,
        requirement_stories=compiled.stories,
        routine_data=RoutineData(
            routine_id=routine_id,
            user_requirements=asked.user_requirements,
            target_duration=parameters.target_duration,
            intensity_level=parameters.intensity_level,
            format=parameters.format,
            exercises=compiled.exercises,
            metadata=_metadata(compiled.exercises, now),
        ),
        clip_ids=tuple(each.clip_id for each in compiled.exercises),
        exercise_ids=tuple(each.exercise_id for each in compiled.exercises),
        degraded=compiled.degraded,
        notes=compiled.notes,
        disclaimer=DISCLAIMER if parameters.limits else None,
        created_at=now,
        updated_at=now,
    )


def with_exercises(stored: StoredRoutine, exercises: Sequence[RoutineExercise], now: datetime) -> StoredRoutine:
    """The next version, of these exercises. Notes on its length are of now."""
    kept = tuple(exercises)
    data = stored.routine_data.model_copy(update={"exercises": kept, "metadata": _metadata(kept, stored.created_at)})
    notes = [note for note in stored.notes if not note.startswith("duration: ")]
    seconds = data.metadata.total_duration
    if not timeline.keeps_time(seconds, stored.target_duration):
        notes.append(f"duration: {seconds:g} of {stored.target_duration} seconds, as it was changed")
    return stored.model_copy(
        update={
            "routine_data": data,
            "clip_ids": tuple(each.clip_id for each in kept),
            "exercise_ids": tuple(each.exercise_id for each in kept),
            "missing_clips": tuple(clip_id for clip_id in stored.missing_clips if clip_id in {each.clip_id for each in kept}),
            "notes": tuple(notes),
            "version": stored.version + 1,
            "updated_at": now,
        }
    )


def changed_exercises(
    stored: StoredRoutine, wished: Sequence[ChangedExercise], catalogue: Catalogue, limits: Limits, clips: Clips
) -> tuple[RoutineExercise, ...]:
    """The exercises wished for, in this order, everything about them but the wish made anew. `clips` are those that are named, as the
    database has them. Raises RoutineInvalid where they leave the limits the routine was made within."""
    before = {each.exercise_id: each for each in stored.routine_data.exercises}
    wished = [wish.model_copy(update={"block": wish.block or _block(before.get(wish.exercise_id))}) for wish in wished]
    problems = [*_out_of_order(wished), *_twice(wished)]
    made, at = list[RoutineExercise](), 0.0
    for slot, wish in enumerate(wished):
        found = _shown(wish, before.get(wish.exercise_id), catalogue, limits, clips)
        if isinstance(found, tuple):
            known, clip = found
            exercise = _item(slot, at, wish, before.get(known.slug), known, clip, stored, catalogue)
            made.append(exercise)
            at = exercise.ends_at + exercise.rest_seconds
        else:
            problems += [(("routine_data", "exercises", slot, name), told) for name, told in found.items()]
    if at > LONGEST_S * (1 + timeline.TOLERANCE):
        problems.append((("routine_data", "exercises"), f"they take {at:g} seconds, {LONGEST_S} at most"))
    if problems:
        raise RoutineInvalid(problems)
    return tuple(made)


def _shown(
    wish: ChangedExercise, before: RoutineExercise | None, catalogue: Catalogue, limits: Limits, clips: Clips
) -> tuple[Known, Clip] | dict[str, str]:
    """The exercise and its clip, or what is wrong, by field."""
    row = catalogue.rows.get(wish.exercise_id)
    if row is None:
        return {"exercise_id": "it is not an exercise that can be played"}
    if reason := limits.reason(row):
        return {"exercise_id": f"it may not be in this routine: {said(reason)}"}
    known = catalogue.known[row]
    clip_id = wish.clip_id or (before.clip_id if before else None)
    if clip_id is None:
        chosen = limits.clip(known)
        assert chosen, "it passed the limits"
        return known, chosen
    clip = clips.get(clip_id)
    if clip is None or clip.exercise_slug != known.slug or not limits.may_play(clip):
        return {"clip_id": "it is not a clip of this exercise that can be played here"}
    return known, clip


def _item(
    slot: int,
    at: float,
    wish: ChangedExercise,
    before: RoutineExercise | None,
    known: Known,
    clip: Clip,
    stored: StoredRoutine,
    catalogue: Catalogue,
) -> RoutineExercise:
    block = wish.block or _block(before)
    pace = timeline.pace(block, stored.intensity_level)
    work, sets, set_rest, rest = _amounts(wish, before, pace)
    duration = sets * work + (sets - 1) * set_rest
    stories = [story.text for story in stored.requirement_stories]
    told = wish.requirement_story if wish.requirement_story in stories else before.requirement_story if before else stories[0]
    return RoutineExercise(
        slot=slot,
        block=block,
        duration=duration,
        sets=sets,
        work_seconds=work,
        set_rest_seconds=set_rest if sets > 1 else 0,
        starts_at=at,
        ends_at=at + duration,
        rest_seconds=rest,
        requirement_story=told,
        relevance_score=before.relevance_score if before else 0,
        **clip_fields(known.exercise, clip, work, catalogue),
    )


def _block(before: RoutineExercise | None) -> Block:
    return before.block if before else "main"


def _amounts(wish: ChangedExercise, before: RoutineExercise | None, pace: Pace) -> tuple[float, int, float, float]:
    """Seconds of work, sets, rest between them and after them: as wished, else as before, else as usual."""
    usual = (float(pace.work), 1, float(pace.rest), float(pace.rest))
    was = (before.work_seconds, before.sets, before.set_rest_seconds, before.rest_seconds) if before else usual
    return (
        was[0] if wish.work_seconds is None else wish.work_seconds,
        was[1] if wish.sets is None else wish.sets,
        was[2] if wish.set_rest_seconds is None else wish.set_rest_seconds,
        was[3] if wish.rest_seconds is None else wish.rest_seconds,
    )


def _out_of_order(wished: Sequence[ChangedExercise]) -> list[tuple[tuple[str | int, ...], str]]:
    places = [BLOCKS.index(wish.block) for wish in wished if wish.block]
    if places == sorted(places):
        return []
    return [(("routine_data", "exercises"), "warm_up comes first, then main, then cool_down")]


def _twice(wished: Sequence[ChangedExercise]) -> list[tuple[tuple[str | int, ...], str]]:
    counted = Counter(wish.exercise_id for wish in wished)
    return [
        (("routine_data", "exercises", slot, "exercise_id"), "it is there more than once")
        for slot, wish in enumerate(wished)
        if counted[wish.exercise_id] > 1
    ]


def _metadata(exercises: Sequence[RoutineExercise], created_at: datetime) -> RoutineMetadata:
    total = exercises[-1].ends_at + exercises[-1].rest_seconds
    return RoutineMetadata(total_duration=total, exercise_count=len(exercises), created_at=created_at)
