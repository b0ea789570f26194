"""Looking at clips in the background: those whose time has come, and whatever an operator asks for.

Every process of the service looks and works; a unique index lets one of them ask for what is due, a lease one of them do it, and the
lease's end another go on where it stopped.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial

from services.video.availability.asking import Answer, ask_all, silent
from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import clip_checks
from shared.mongo.client import Database, Doc, translated
from shared.mongo.clip_checks import Look, Origin, origin_of
from shared.mongo.indexes import create_indexes
from shared.mongo.long_tasks import Held, LongTasks
from shared.schemas.clips import Clip
from shared.settings import Settings
from shared.storage.playback import Playbacks

log = get_logger(__name__)

_AT_ONCE = 8
_BATCH = 100
_LOOK_S = 60.0
_RETRY_S = 1.0
_FLAGS = {True: "available", False: "unavailable"}


async def follow(db: Database, playbacks: Playbacks, settings: Settings, *, look_s: float = _LOOK_S) -> None:
    """Look at clips for ever. The database and providers going away and coming back is borne."""
    tasks = LongTasks(db, clip_checks.COLLECTION, lease_s=settings.queue.lease_s)
    interval = timedelta(hours=settings.clips.clip_check_interval_hours)
    await _prepare(db)
    async with asyncio.TaskGroup() as both:
        both.create_task(_ask_what_is_due(partial(clip_checks.ask_due, db, tasks, interval, playbacks.configured), look_s))
        both.create_task(tasks.follow({clip_checks.KIND: Checking(db, playbacks).work}, settings.worker_id, poll_s=min(look_s, 5)))


async def _prepare(db: Database) -> None:
    """Without their indexes two processes could ask for the same."""
    while True:
        try:
            with translated():
                return await create_indexes(db, (clip_checks.COLLECTION, "clips"))
        except Unavailable as error:
            log.warning("clip_checks_waiting", error=error.message)
            await asyncio.sleep(_RETRY_S)


async def _ask_what_is_due(ask: Callable[[], Awaitable[object]], look_s: float) -> None:
    while True:
        try:
            with translated():
                await ask()
        except Unavailable as error:
            log.warning("clip_checks_waiting", error=error.message)
        await asyncio.sleep(look_s)


class Checking:
    """The work of the task: one pass over the clips it is about, in the order of their ids."""

    def __init__(self, db: Database, playbacks: Playbacks) -> None:
        self._db, self._playbacks = db, playbacks

    async def work(self, held: Held) -> Doc:
        """The task's result. Clips nobody could say anything about stay due, as do those of providers that this process has no settings of.
        Raises LeaseLost."""
        look = clip_checks.look_of(held.task)
        after, counts = str(held.task.state.get("after", "")), Counter(held.task.state.get("counts", {}))
        total = counts.total() + await clip_checks.count_due(self._db, look)
        resting, configured = await clip_checks.resting(self._db), self._playbacks.configured
        while clips := await clip_checks.due(self._db, look, after, resting, configured, _BATCH):
            answers = await self._look_at(clips)
            resting |= await self._judge(answers)
            after = clips[-1].clip_id
            counts.update(_FLAGS[answer.available] for answer in answers if answer.available is not None)
            await held.report({"done": counts.total(), "total": total}, state={"after": after, "counts": dict(counts)})
        return {"checked": counts.total(), **_counted(counts), **await self._left(look)}

    async def _left(self, look: Look) -> Doc:
        elsewhere = await clip_checks.count_not_configured(self._db, look, self._playbacks.configured)
        return {"unasked": await clip_checks.count_due(self._db, look), "not_configured": elsewhere}

    async def _look_at(self, clips: Sequence[Clip]) -> list[Answer]:
        down = await clip_checks.taken_down(self._db, clips)
        asked = await ask_all(self._playbacks, [clip for clip in clips if clip.clip_id not in down], _AT_ONCE)
        answers = [*asked, *(Answer(clip, available=False) for clip in clips if clip.clip_id in down)]
        await clip_checks.write(self._db, [(answer.clip, answer.available) for answer in answers if answer.available is not None])
        return answers

    async def _judge(self, answers: Sequence[Answer]) -> set[Origin]:
        """Origins that say nothing: they rest from here on. Those that answer are awake, and clips they say nothing about put off.

        What could not be asked for want of settings says nothing of its origin to other processes."""
        answers = [answer for answer in answers if answer.asked]
        quiet = silent(answers)
        alone = [answer.clip.clip_id for answer in answers if answer.available is None and origin_of(answer.clip) not in quiet]
        await clip_checks.put_off(self._db, alone)
        for origin, why in quiet.items():
            log.warning("clips_origin_rests", provider=origin.provider, host=origin.host, why=why)
            await clip_checks.rest(self._db, origin, why)
        await clip_checks.wake(self._db, {origin_of(answer.clip) for answer in answers} - set(quiet))
        return set(quiet)


def _counted(counts: Counter[str]) -> Doc:
    return {flag: counts[flag] for flag in _FLAGS.values()}
