"""`python -m services demo`: starts everything, makes a reel that was missing, and says where to watch it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

from pydantic import SecretStr

from services.launcher.fetch import fetch
from services.launcher.logs import Console
from services.launcher.machine import Machine, one_machine, run
from services.launcher.process import Command, output_of
from services.launcher.show import Show, curl
from services.launcher.stopwatch import Stopwatch
from services.launcher.workouts import show_workouts
from shared.errors import ReelwrightError
from shared.logging import configure_logging
from shared.mongo import generation_queue
from shared.mongo.client import Database, open_mongo, translated
from shared.schemas.generation import ACTIVE, GenerationJob
from shared.settings import Settings

SAMPLES = Path(__file__).parents[1] / "samples" / "postings.json"
PROMPTS = (
    "repair wind turbines at sea",
    "C++ programmer for a game engine",
    "head pastry chef making chocolate and cakes",
    "nurse for birds and reptiles",
    "marine biologist planting seagrass",
    "teach fourth grade children",
    "site reliability engineer for cloud servers",
    "drive a lorry and be home every night",
)
URLS = ("playback_url", "mp4_url", "poster_url", "captions_url")
PATIENCE_S = 600.0
LOOK_EVERY_S = 0.1
INTERRUPTED = 130


class DemoFailed(ReelwrightError):
    code = "demo_failed"
    title = "The demo did not get to a playable reel"


def run_demo(settings: Settings, *, once: bool, as_json: bool) -> int:
    """Exit code: 0 once a playable reel was shown, 130 when interrupted before that, 1 otherwise. `once` stops then instead of serving on;
    with `as_json` stdout gets exactly one JSON object, the reel or {"error"}."""
    quiet = settings.process.model_copy(update={"log_level": "WARNING"})
    configure_logging(settings.model_copy(update={"process": quiet}), service="demo")
    demo = Demo(settings, Show(as_json=as_json), Stopwatch(), once=once)
    problem, code = "interrupted", INTERRUPTED  # unless there is another
    try:
        asyncio.run(run(one_machine(settings, Console(echo=False)), demo.run))
    except KeyboardInterrupt:
        pass  # before `run` takes care of it: nothing was started
    except ReelwrightError as error:
        problem, code = error.message, 1
    if demo.shown:
        return 0
    demo.show.failure(problem)
    return code


@dataclass(frozen=True)
class Found:
    """A search's answer, and what was asked."""

    prompt: str
    results: Sequence[dict[str, Any]]
    job_ids: Sequence[str]


@dataclass
class Demo:
    settings: Settings
    show: Show
    watch: Stopwatch
    once: bool
    shown: bool = False

    async def run(self, machine: Machine) -> None:
        """From nothing to a playable reel. Raises ReelwrightError with the reason why not."""
        with self.watch.lap("start"):
            await machine.start()
        with self.watch.lap("import"):
            self.show.line(await import_samples(machine))
        user_id = f"demo-{uuid4().hex[:8]}"
        with self.watch.lap("search"):
            found = await search_for_missing(machine.backend_url, user_id)
        result = await self._made(machine, user_id, found) if found.job_ids else self._already_there(found)
        await check_playable(result["playback_url"])
        reel = {name: result[name] for name in ("video_id", *URLS)} | {"seconds": self.watch.stop()}
        self.show.reel(reel, curl(f"{machine.backend_url}/jobs/search", {"text_prompt": found.prompt, "user_id": "you"}))
        self.shown = True
        if not self.once:
            machine.say_where()
            await self._show_workouts(machine)
            await asyncio.Event().wait()

    async def _show_workouts(self, machine: Machine) -> None:
        """They take a while, and what is served meanwhile does not depend on them."""
        try:
            async with open_mongo(joined(self.settings, machine)) as db:
                await show_workouts(machine, db, self.settings.queue, self.show)
        except ReelwrightError as error:
            self.show.line(f"no workouts to show: {error.message}")

    async def _made(self, machine: Machine, user_id: str, found: Found) -> dict[str, Any]:
        """Wait for the reel the search asked for, and find it by the same search."""
        self.show.line(f'"{found.prompt}": {len(found.results)} reels there, {len(found.job_ids)} being made')
        async with open_mongo(joined(self.settings, machine)) as db:
            job = await self._first_ready(db, found.job_ids)
        self.watch.stages_of(job)
        with self.watch.lap("search_again"):
            again = await search(machine.backend_url, user_id, found.prompt)
        for result in again.results:
            if result["video_id"] == job.output_video_id:
                self.show.line(f'made: "{result["posting"]["title"]}", {result["posting"]["company_name"]}')
                return result
        raise DemoFailed(f"the reel {job.output_video_id} was made, but the next search does not find it")

    def _already_there(self, found: Found) -> dict[str, Any]:
        if not found.results:
            raise DemoFailed(f'"{found.prompt}" finds no posting: was the import complete?')
        self.show.line("every reel the demo would ask for is made already; here is one")
        return found.results[0]

    async def _first_ready(self, db: Database, job_ids: Sequence[str]) -> GenerationJob:
        """The first of the jobs that ends well. Raises DemoFailed when all fail, or none gets there in time."""
        failed = []
        for job_id in job_ids:
            job = await self._ended(db, job_id)
            if job.status == "ready":
                return job
            failed.append(job.error or job.status)
        raise DemoFailed(f"no reel could be made: {'; '.join(failed)}")

    async def _ended(self, db: Database, job_id: str) -> GenerationJob:
        give_up = time.monotonic() + PATIENCE_S
        with self.show.generation() as update:
            while time.monotonic() < give_up:
                with translated():
                    job = await generation_queue.get(db, job_id)
                if job is None:
                    raise DemoFailed(f"the generation job {job_id} is gone")
                update(job)
                if job.status not in ACTIVE:
                    return job
                await asyncio.sleep(LOOK_EVERY_S)
        raise DemoFailed(f"the generation job {job_id} did not end in {PATIENCE_S:g} s")


async def import_samples(machine: Machine) -> str:
    """Import the project's own postings as a user would. Returns what the import counted, in words."""
    command = Command.python("import", "-m", "services", "import", str(SAMPLES), "--json")
    counts = json.loads(await output_of(command, machine.environment))
    return "sample postings: " + ", ".join(f"{counts[name]} {name}" for name in ("new", "changed", "unchanged", "rejected"))


async def search_for_missing(backend_url: str, user_id: str) -> Found:
    """The first of the prompts for which a reel is being made; if none is missing, the last one that finds anything."""
    complete = None
    for prompt in PROMPTS:
        found = await search(backend_url, user_id, prompt)
        if found.job_ids:
            return found
        complete = found if found.results or complete is None else complete
    assert complete is not None
    return complete


async def search(backend_url: str, user_id: str, prompt: str) -> Found:
    answer = await fetch(f"{backend_url}/jobs/search", {"text_prompt": prompt, "user_id": user_id})
    if answer.status != 200:
        raise DemoFailed(f"the search answered {answer.status}: {answer.body.decode(errors='replace')[:300]}")
    found = answer.json()
    return Found(prompt, found["results"], found["generation_job_ids"])


async def check_playable(playback_url: str) -> None:
    """Follow the playlist to its first segment, as a player would. Raises DemoFailed naming what does not answer."""
    url = playback_url
    while True:
        answer = await fetch(url)
        if answer.status != 200 or not answer.body:
            raise DemoFailed(f"{url} answered {answer.status or answer.body.decode(errors='replace')}")
        if not answer.body.startswith(b"#EXTM3U"):
            return
        url = urljoin(url, next_uri(answer.body.decode()))


def next_uri(playlist: str) -> str:
    """The first URI of an HLS playlist: every line that is neither empty nor a tag is one (RFC 8216, 4.1)."""
    for line in playlist.splitlines():
        if line.strip() and not line.startswith("#"):
            return line.strip()
    raise DemoFailed("a playlist of the reel is empty")


def joined(settings: Settings, machine: Machine) -> Settings:
    """The settings of a process that belongs to the stack."""
    uri = SecretStr(machine.environment["MONGODB_URI"])
    return settings.model_copy(update={"mongo": settings.mongo.model_copy(update={"mongodb_uri": uri})})
