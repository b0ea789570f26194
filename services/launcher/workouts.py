"""The workouts the demo has to show: the sample exercises, the clips of a first workout, and behind them those of all the others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from services.launcher.machine import Machine
from services.launcher.process import Command, output_of
from services.launcher.show import Show, curl
from shared.mongo import generation_queue
from shared.mongo.client import Database, translated
from shared.mongo.clip_requests import ask_for_clip
from shared.schemas.clips import MADE_KINDS, Archetype
from shared.schemas.generation import ACTIVE
from shared.settings import Queue

EXERCISES = Path(__file__).parents[1] / "samples" / "exercises.json"
FIRST = (
    *("marching-in-place", "cat-cow"),
    *("bodyweight-squat", "wall-push-up", "reverse-snow-angel", "forearm-plank"),
    *("kneeling-hip-flexor-stretch", "childs-pose"),
)
"""A beginner's first day: warm-up, main part and cool-down, with nothing at hand."""
PRESENTER: Archetype = "professional"
_LOCALE = "en"
_LOOK_EVERY_S = 0.5

PLAYLIST = {"workout_id": "first", "week": 1, "day": 1, "archetype": PRESENTER, "exercises": FIRST}
PLAN = {"user_id": "you", "goal": "get stronger", "weeks": 4, "days_per_week": 3, "level": "beginner", "equipment": [], "avoid": []}


async def show_workouts(machine: Machine, db: Database, settings: Queue, show: Show) -> None:
    """Import the exercises, have their clips made behind all that users wait for, and say what can be tried once the first workout's are.

    Raises ReelwrightError.
    """
    show.line(await import_exercises(machine))
    with translated():
        first, others = await ask_for_clips(db, FIRST, settings), await ask_for_clips(db, other_slugs(), settings)
        show.line(f"{len(first)} clips of a first workout to be made, {len(others)} of other exercises after them")
        await all_ended(db, first)
    show.line(f"\nPlay the first workout:\n\n  {curl(f'{machine.video_url}/playlists', PLAYLIST)}\n")
    show.line(f"Have a plan written, of the exercises that have clips by then:\n\n  {curl(f'{machine.backend_url}/plans', PLAN)}\n")


async def import_exercises(machine: Machine) -> str:
    """Import the project's own exercises as a user would. Returns what the import counted, in words."""
    command = Command.python("import", "-m", "services", "import-exercises", str(EXERCISES), "--json")
    counts = json.loads(await output_of(command, machine.environment))
    return "sample exercises: " + ", ".join(f"{counts[name]} {name}" for name in ("new", "changed", "unchanged", "rejected"))


def other_slugs() -> list[str]:
    slugs = [exercise["slug"] for exercise in json.loads(EXERCISES.read_text(encoding="utf-8"))]
    return [slug for slug in slugs if slug not in FIRST]


async def ask_for_clips(db: Database, slugs: Iterable[str], settings: Queue) -> list[str]:
    """Both clips of each of these exercises, asked for in this order; the jobs that make those that are missing."""
    asked = [await ask_for_clip(db, slug, kind, PRESENTER, _LOCALE, settings, priority="bulk") for slug in slugs for kind in MADE_KINDS]
    return [each.job_id for each in asked if each and each.job_id]


async def all_ended(db: Database, job_ids: Sequence[str]) -> None:
    """Wait until none of these jobs is active, however each of them ended."""
    for job_id in job_ids:
        while (job := await generation_queue.get(db, job_id)) and job.status in ACTIVE:  # noqa: ASYNC110 - a worker ends it
            await asyncio.sleep(_LOOK_EVERY_S)
