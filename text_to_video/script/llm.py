"""The writer that asks a language model, and has the rules to fall back on."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from shared.errors import Unavailable
from shared.llm.base import LLM
from shared.schemas.clips import ClipBrief
from shared.schemas.reels import ReelBrief
from text_to_video.briefs import Brief, drafted, without_html
from text_to_video.script.base import Script
from text_to_video.script.claims import Source
from text_to_video.script.clip_lines import ClipLines, clip_prompt, clip_source
from text_to_video.script.clips import clip_script
from text_to_video.script.headings import gives_orders
from text_to_video.script.posting_lines import Facts, PostingLines, posting_prompt, posting_script


class LLMWriter:
    """A ScriptWriter. Whoever gives the LLM closes it."""

    def __init__(self, llm: LLM) -> None:
        self._llm = llm

    async def write(self, brief: Brief) -> Script:
        """What the rules would write, in a model's words, in the language of the brief's text.

        When no model gives a script that holds, that of the rules, `degraded`. Raises PermanentJobError as the rules do: no model is asked
        about a text that says nothing.
        """
        brief = without_html(brief)
        draft = await asyncio.to_thread(drafted, brief)
        try:
            return await (self._clip(brief, draft) if isinstance(brief, ClipBrief) else self._posting(brief, draft))
        except Unavailable as error:
            return replace(draft, degraded=(*draft.degraded, f"script: {error.message}"))

    async def _posting(self, brief: ReelBrief, draft: Script) -> Script:
        kept = "\n".join(line for line in brief.description.split("\n") if not gives_orders(line))
        brief = brief.model_copy(update={"description": kept})
        facts, source = Facts.of(brief, draft), await asyncio.to_thread(Source.of, brief, draft.language)
        answer = await self._llm.answer(posting_prompt(facts, source), PostingLines, context={"source": source, "facts": facts})
        return posting_script(answer.value, draft, facts)

    async def _clip(self, brief: ClipBrief, draft: Script) -> Script:
        source = clip_source(brief, draft.language)
        answer = await self._llm.answer(clip_prompt(brief, draft.language), ClipLines, context={"source": source})
        return clip_script(answer.value.hook, answer.value.steps, answer.value.closing, draft.language)
