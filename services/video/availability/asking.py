"""Asking providers whether they have clips, and what their answers say about the providers themselves."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from shared.errors import InvalidInput, Unavailable
from shared.logging import get_logger
from shared.mongo import clip_checks
from shared.mongo.client import Database
from shared.mongo.clip_checks import Origin, origin_of
from shared.schemas.clips import Clip
from shared.storage.playback import NOT_CONFIGURED, TIMED_OUT, Playback, Playbacks

log = get_logger(__name__)

_SEVERAL = 3
"""One clip alone may be the trouble: a bucket we may not list denies what is not there."""


@dataclass(frozen=True)
class Answer:
    """`available` None: nobody could say, and `why`. Not `asked`: this process lacks what it takes to ask."""

    clip: Clip
    available: bool | None
    why: str = ""
    asked: bool = True


async def settle(db: Database, playback: Playback, clip: Clip) -> bool | None:
    """Whether a playlist may take this clip of the provider behind `playback`. One nobody has looked at costs one question, whose answer
    is kept. None: nobody can say, this time. An origin that let a question time out is asked nothing for a while."""
    if clip.available is not None:
        return clip.available
    origin = origin_of(clip)
    if origin in await clip_checks.resting(db):
        return None
    try:
        available = await _exists(playback, clip)
    except Unavailable as error:
        log.warning("clip_not_settled", clip_id=clip.clip_id, provider=clip.provider, error=error.message)
        if error.code == TIMED_OUT:  # a playlist waits for one silent provider once; a quick no costs it nothing
            await clip_checks.rest(db, origin, error.message)
        return None
    await clip_checks.wake(db, [origin])
    await clip_checks.write(db, [(clip, available)])
    return available


async def ask_all(playbacks: Playbacks, clips: Iterable[Clip], at_once: int) -> list[Answer]:
    """One answer a clip, in order; so many questions are open at a time."""
    turns = asyncio.Semaphore(at_once)

    async def ask(clip: Clip) -> Answer:
        async with turns:
            return await _answer(playbacks, clip)

    return list(await asyncio.gather(*(ask(clip) for clip in clips)))


async def _answer(playbacks: Playbacks, clip: Clip) -> Answer:
    try:
        return Answer(clip, await _exists(playbacks.of(clip.provider), clip))
    except InvalidInput as error:  # a provider this process does not know, another may
        return Answer(clip, None, error.message, asked=False)
    except Unavailable as error:
        return Answer(clip, None, error.message, asked=error.code != NOT_CONFIGURED)


async def _exists(playback: Playback, clip: Clip) -> bool:
    """Raises Unavailable. An asset the provider refuses, such as a URL on a host no longer allowed, cannot be played."""
    try:
        return await playback.exists(clip)
    except InvalidInput as error:
        log.warning("clip_refused", clip_id=clip.clip_id, provider=clip.provider, error=error.message)
        return False


def silent(answers: Collection[Answer]) -> dict[Origin, str]:
    """PURE: the origins that left several questions, and most of theirs, without an answer; each with a reason."""
    asked = Counter(origin_of(answer.clip) for answer in answers)
    whys = [(origin_of(answer.clip), answer.why) for answer in answers if answer.available is None]
    unanswered = Counter(origin for origin, _ in whys)
    return {origin: why for origin, why in whys if unanswered[origin] >= _SEVERAL and 2 * unanswered[origin] > asked[origin]}
