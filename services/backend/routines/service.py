"""From a request to a routine that is kept, and from one that is kept to another."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.backend.routines import retrieval
from services.backend.routines.answers import ChangedExercise
from services.backend.routines.base import Selector
from services.backend.routines.candidates import Candidate
from services.backend.routines.compiler import Compiled, RoutineEmpty, clip_fields, compile_routine
from services.backend.routines.keeping import changed_exercises, new_routine, with_exercises
from services.backend.routines.limits import Limits
from services.backend.routines.live import LiveCatalogue
from services.backend.routines.planner import Planned, Planner
from services.backend.routines.schemas import RoutineRequest
from services.backend.routines.selection import another, seed_of
from shared import metrics
from shared.embeddings.base import Embedder
from shared.errors import Conflict, ReelwrightError, Unavailable
from shared.fingerprint import content_hash
from shared.logging import get_logger
from shared.mongo import client, clips, routines
from shared.mongo.client import Database, within_a_request
from shared.schemas.clips import Clip
from shared.schemas.routines import RoutineExercise, StoredRoutine
from shared.settings import Routines

log = get_logger(__name__)

_RACES = 3


@dataclass(frozen=True)
class RoutineService:
    """What routes ask. All of it raises Unavailable where the database is away."""

    db: Database
    planner: Planner
    live: LiveCatalogue
    embedder: Embedder
    selector: Selector
    settings: Routines

    async def compile(self, asked: RoutineRequest, user_id: str) -> StoredRoutine:
        """A new routine, stored and counted. Raises RoutineEmpty."""
        try:
            stored = await self._stored(asked, user_id)
        except ReelwrightError as error:
            metrics.ROUTINES.labels(error.code).inc()
            raise
        metrics.ROUTINES.labels("compiled").inc()
        for part in {told.partition(":")[0] for told in stored.degraded}:
            metrics.ROUTINES_DEGRADED.labels(part).inc()
        return stored

    async def _stored(self, asked: RoutineRequest, user_id: str) -> StoredRoutine:
        started = time.perf_counter()
        await self.live.now()  # nobody has a sentence read for nothing
        planned = await self.planner.plan(asked)
        _log_planned(planned, started)
        compiled = await self._compiled(planned)
        started = time.perf_counter()
        stored = new_routine(asked, user_id, compiled, now_as_stored())
        with within_a_request():
            await routines.add(self.db, stored)
        log.info("routine_stored", routine_id=stored.routine_id, exercises=len(stored.exercise_ids), ms=_ms(started))
        return stored

    async def _compiled(self, planned: Planned) -> Compiled:
        """Of clips that are still there, with their words. A catalogue that has just changed is read anew."""
        for _ in range(_RACES):
            catalogue = await self.live.now()
            try:
                compiled = await compile_routine(planned, catalogue, self.embedder, self.settings, self.selector)
            except RoutineEmpty:
                await client.ping(self.db)  # of a database that is away nobody knows what it has by now
                raise
            with within_a_request():
                found = await clips.among(self.db, {each.clip_id for each in compiled.exercises})
            there = {clip_id for clip_id, clip in found.items() if clip.available is not False}
            if all(each.clip_id in there for each in compiled.exercises):
                return replace(compiled, exercises=tuple(_worded(each, found[each.clip_id]) for each in compiled.exercises))
            self.live.forget()
        raise Unavailable("the catalogue is being changed: try again", code="catalogue_contended")

    async def change(self, stored: StoredRoutine, wished: Sequence[ChangedExercise]) -> StoredRoutine:
        """The next version, not stored yet. Raises RoutineInvalid."""
        catalogue = await self.live.now()
        limits = await asyncio.to_thread(Limits, stored.parameters, catalogue)
        before = {each.exercise_id: each.clip_id for each in stored.routine_data.exercises}
        named = (wish.clip_id or before.get(wish.exercise_id) for wish in wished)
        with within_a_request():
            found = await clips.among(self.db, {clip_id for clip_id in named if clip_id})
        exercises = changed_exercises(stored, wished, catalogue, limits, found)
        return with_exercises(stored, exercises, now_as_stored())

    async def regenerate(self, stored: StoredRoutine, slot: int) -> StoredRoutine:
        """The next version, not stored yet: another exercise in this slot, for as long as the one before, all others as they are. Raises
        Conflict where there is no other."""
        catalogue = await self.live.now()
        limits = await asyncio.to_thread(Limits, stored.parameters, catalogue)
        fitting = await asyncio.to_thread(limits.fitting)
        asked = (stored.requirement_stories, stored.parameters, catalogue, fitting.rows)
        found = await retrieval.search(*asked, self.embedder, self.settings, widely=True)
        chosen = _another(stored, slot, found.candidates)
        if chosen is None:
            raise Conflict(f"there is no other exercise for slot {slot} that fits", code="no_alternative")
        old = stored.routine_data.exercises[slot]
        clip = limits.clip(chosen.known)
        assert clip, "it passed the limits"
        with within_a_request():
            worded = await clips.get(self.db, clip.clip_id)
        fields = clip_fields(chosen.known.exercise, worded or clip, old.work_seconds, catalogue)
        story = stored.requirement_stories[chosen.story].text
        made = old.model_copy(update={**fields, "requirement_story": story, "relevance_score": round(chosen.score, 4)})
        exercises = [made if each.slot == slot else each for each in stored.routine_data.exercises]
        changed = with_exercises(stored, exercises, now_as_stored())
        degraded = tuple(dict.fromkeys((*stored.degraded, *found.degraded)))
        return changed.model_copy(update={"replaced": (*stored.replaced, old.exercise_id), "degraded": degraded})


def _another(stored: StoredRoutine, slot: int, found: Sequence[Candidate]) -> Candidate | None:
    """PURE: one that was taken out before comes back only when there is no other."""
    old, texts = stored.routine_data.exercises[slot], [story.text for story in stored.requirement_stories]
    story = texts.index(old.requirement_story) if old.requirement_story in texts else 0
    there = set(stored.exercise_ids)
    kept = [each for each in found if each.slug in there and each.slug != old.exercise_id]
    may = [replace(each, block=old.block) if each.story == story else each for each in found if each.slug not in there]
    new = [each for each in may if each.slug not in stored.replaced]
    seed = content_hash(seed_of(stored.parameters, stored.requirement_stories), str(slot))
    return another(new, old.block, story, kept, seed) or another(may, old.block, story, kept, seed)


def now_as_stored() -> datetime:
    """MongoDB keeps milliseconds: what was just written reads the same, and has the same ETag."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def _worded(exercise: RoutineExercise, clip: Clip) -> RoutineExercise:
    """With what its clip says: the catalogue in memory has no room for that."""
    told = {"how_to": clip.how_to, "benefits": clip.benefits, "counteracts": clip.counteracts}
    return exercise.model_copy(update={name: text for name, text in told.items() if text})


def _log_planned(planned: Planned, started: float) -> None:
    parameters, blocks = planned.parameters, Counter[str](story.block or "anywhere" for story in planned.stories)
    log.info(
        "routine_parameters",
        target_duration=parameters.target_duration,
        intensity_level=parameters.intensity_level,
        format=parameters.format,
        equipment=None if parameters.equipment is None else len(parameters.equipment),
        limits=len(parameters.limits),
        sources=parameters.sources,
        ms=_ms(started),
    )
    log.info("routine_stories", stories=len(planned.stories), degraded=len(planned.degraded), **blocks)


def _ms(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
