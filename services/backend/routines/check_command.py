"""`python -m services check-routines`: the product's own compiler over any catalogue and sentences, checked by rules written apart."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.backend.postings.files import content_of
from services.backend.routines.catalogue import Catalogue
from services.backend.routines.check import Checker, Expectation, Violation, counted
from services.backend.routines.check_files import own_sentences, read_exercises, read_sentences
from services.backend.routines.compiler import RoutineEmpty, compile_routine
from services.backend.routines.keeping import new_routine
from services.backend.routines.planner import plan_by_rules
from services.backend.routines.schemas import RoutineRequest
from shared.embeddings.base import Embedder, embed_documents
from shared.embeddings.open import open_embedder
from shared.logging import configure_logging
from shared.schemas.clips import ARCHETYPES, MADE_KINDS, Clip
from shared.schemas.exercises import Exercise
from shared.settings import Routines, Settings

_BATCH = 32
_CLIP_S = 12.0
_SHOWN = 100


@dataclass(frozen=True)
class Checked:
    """One sentence. `refused`: why nothing could be chosen, which is an answer, too. `ms` of reading and compiling it."""

    sentence: str
    violations: tuple[Violation, ...]
    ms: float
    exercises: int = 0
    refused: str | None = None


def run_check_routines(settings: Settings, catalogue: Path, sentences: Path | None, *, as_json: bool) -> int:
    """Print violations by rule; exit code 1 when there are any. Raises InvalidInput for files that cannot be used."""
    quiet = settings.process.model_copy(update={"log_level": "ERROR"})
    configure_logging(settings.model_copy(update={"process": quiet}), service="check")
    exercises = read_exercises(content_of(catalogue))
    asked = read_sentences(content_of(sentences) if sentences else own_sentences())
    checked = asyncio.run(_check(settings, exercises, asked))
    console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
    console.print(json.dumps(summary(checked, len(exercises))) if as_json else "\n".join(_words(checked, len(exercises))))
    return 1 if any(each.violations for each in checked) else 0


async def _check(settings: Settings, exercises: Sequence[Exercise], asked: Sequence[Expectation]) -> list[Checked]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        reading = progress.add_task("exercises", total=len(exercises))
        compiling = progress.add_task("sentences", total=len(asked))
        embedder = await asyncio.to_thread(open_embedder, settings, threads=2)
        try:
            catalogue, checker = await over(exercises, embedder, lambda done: progress.advance(reading, done))
            return await checked_all(asked, catalogue, checker, embedder, settings.routines, lambda: progress.advance(compiling))
        finally:
            await embedder.aclose()


async def over(exercises: Sequence[Exercise], embedder: Embedder, told: Callable[[int], None]) -> tuple[Catalogue, Checker]:
    """The compiler's catalogue of these exercises with stand-in clips, and a checker of it. `told` hears how many more are embedded."""
    vectors = {}
    for start in range(0, len(exercises), _BATCH):
        batch = exercises[start : start + _BATCH]
        made = await embed_documents(embedder, [exercise.document for exercise in batch])
        vectors.update({exercise.slug: vector for exercise, vector in zip(batch, made, strict=True)})
        told(len(batch))
    clips = [clip for exercise in exercises for clip in stand_ins(exercise)]
    catalogue = await asyncio.to_thread(Catalogue.of, exercises, clips, vectors, embedder_id=embedder.embedder_id)
    by_slug = {exercise.slug: exercise for exercise in exercises}
    return catalogue, Checker(by_slug, {clip.clip_id: clip for clip in clips}, frozenset(by_slug))


def stand_ins(exercise: Exercise) -> list[Clip]:
    """A technique and an instruction of every archetype, as if they were there."""
    return [
        Clip(
            clip_id=f"{exercise.slug}:{kind}:{archetype}",
            exercise_slug=exercise.slug,
            kind=kind,
            archetype=archetype,
            provider="local",
            asset=f"clips/{exercise.slug}/{kind}/{archetype}.mp4",
            duration=_CLIP_S,
            available=True,
            created_at=exercise.created_at,
            updated_at=exercise.updated_at,
        )
        for kind in MADE_KINDS
        for archetype in ARCHETYPES
    ]


async def checked_all(
    asked: Iterable[Expectation], catalogue: Catalogue, checker: Checker, embedder: Embedder, settings: Routines, told: Callable[[], None]
) -> list[Checked]:
    found = []
    for expected in asked:
        found.append(await checked_one(expected, catalogue, checker, embedder, settings))
        told()
    return found


async def checked_one(expected: Expectation, catalogue: Catalogue, checker: Checker, embedder: Embedder, settings: Routines) -> Checked:
    request = RoutineRequest(user_id="check", user_requirements=expected.sentence)
    started = time.perf_counter()
    planned = await asyncio.to_thread(plan_by_rules, request)
    try:
        compiled = await compile_routine(planned, catalogue, embedder, settings)
    except RoutineEmpty as error:
        return Checked(expected.sentence, (), _ms(started), refused=error.message)
    ms = _ms(started)
    routine = new_routine(request, "check", compiled, datetime.now(UTC))
    violations = await asyncio.to_thread(checker.violations, routine, expected)
    return Checked(expected.sentence, tuple(violations), ms, len(compiled.exercises))


def summary(checked: Sequence[Checked], exercises: int) -> dict[str, Any]:
    found = [violation for each in checked for violation in each.violations]
    return {
        "sentences": len(checked),
        "exercises": exercises,
        "compiled": sum(each.refused is None for each in checked),
        "refused": [{"sentence": each.sentence, "why": each.refused} for each in checked if each.refused],
        "violations": len(found),
        "by_rule": counted(found),
        "found": [{"sentence": each.sentence, **asdict(violation)} for each in checked for violation in each.violations],
        "p50_ms": round(median(each.ms for each in checked), 2),
    }


def _words(checked: Sequence[Checked], exercises: int) -> list[str]:
    told = summary(checked, exercises)
    rules = "  ".join(f"{rule} {count}" for rule, count in told["by_rule"].items())
    return [
        "  ".join(f"{name} {told[name]}" for name in ("sentences", "exercises", "compiled", "p50_ms"))
        + f"  refused {len(told['refused'])}",
        f"violations {told['violations']}" + (f": {rules}" if rules else ""),
        *(f'  {each["rule"]}: {each["told"]}  ("{each["sentence"][:_SHOWN]}")' for each in told["found"]),
        *(f'  refused: {each["why"]}  ("{each["sentence"][:_SHOWN]}")' for each in told["refused"]),
    ]


def _ms(started: float) -> float:
    return (time.perf_counter() - started) * 1000
