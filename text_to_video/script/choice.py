"""Who writes the script of a reel made from the command line."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Literal

from shared.errors import InvalidInput, JobError, RetryableJobError

if TYPE_CHECKING:
    from shared.settings import Settings
    from text_to_video.briefs import Brief
    from text_to_video.script.base import Script

ScriptMode = Literal["auto", "extractive", "llm"]
"""auto: a model if there is a key, else or if none answers, the posting's own words. llm: a model or nothing."""

_KEYS = "GEMINI_API_KEY, OPENROUTER_API_KEY or OPENAI_API_KEY"


def written(brief: Brief, mode: ScriptMode, settings: Settings) -> Script | None:
    """What a model made of the brief; None: nobody is to be asked. Not to be called where an event loop runs.

    Raises PermanentJobError when the brief says nothing; with "llm", InvalidInput (field "script") without a key, and RetryableJobError
    (code "llm_unavailable") when no model gives a script that holds.
    """
    has_key = settings.language_models.has_key
    if mode == "extractive" or (mode == "auto" and not has_key):
        return None
    if not has_key:
        raise InvalidInput(f"no language model has a key: set {_KEYS}", field="script")
    import asyncio  # most reels are made without: it takes as long to load as a script to write

    try:
        script = asyncio.run(_by_a_model(brief, settings))
        if mode == "llm" and script.degraded:
            raise RetryableJobError("; ".join(script.degraded), code="llm_unavailable")
    except JobError as error:
        error.stage = "script"
        raise
    return script


async def _by_a_model(brief: Brief, settings: Settings) -> Script:
    from shared.llm.open import open_llm  # what only this needs takes time to load
    from shared.logging import configure_logging
    from text_to_video.script.llm import LLMWriter

    configure_logging(settings, service="text_to_video")
    llm = open_llm(settings)
    assert llm is not None, "there is a key"
    async with aclosing(llm):
        return await LLMWriter(llm).write(brief)
