"""The selector that asks language models, and takes nothing from them but the ids they were offered."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import Field, ValidationError

from services.backend.routines.base import RulesSelector, Task
from services.backend.routines.blocks import BLOCKS
from services.backend.routines.candidates import Candidate
from services.backend.routines.selection import Selection, arranged, placed
from shared.errors import Unavailable
from shared.llm.base import LLM, Prompt
from shared.llm.repair import Unfit, parse
from shared.logging import get_logger
from shared.schemas.base import Message
from shared.schemas.plans import Block
from shared.text import clean_line

log = get_logger(__name__)

_MOST_SHOWN = 60


class Chosen(Message):
    """Ids of exercises by block."""

    warm_up: tuple[str, ...] = Field(default=(), max_length=20)
    main: tuple[str, ...] = Field(max_length=40)
    cool_down: tuple[str, ...] = Field(default=(), max_length=20)

    def of(self, block: Block) -> tuple[str, ...]:
        return {"warm_up": self.warm_up, "main": self.main, "cool_down": self.cool_down}[block]


class ModelSelector:
    """A Selector. The candidates are all it may choose from, and they keep to the limits already. Whoever gives the LLM closes it."""

    def __init__(self, llm: LLM) -> None:
        self._llm, self._rules = llm, RulesSelector()

    async def choose(self, task: Task) -> Selection:
        by_rules = await self._rules.choose(task)
        wanted = Counter(place.candidate.block for place in by_rules.places)
        offered = _offered(placed(task.candidates))
        try:
            answer = await self._llm.answer(_prompt(task, offered, wanted), Chosen, read=lambda text: _read(text, offered, wanted))
        except Unavailable as error:
            log.warning("routine_selection_degraded", code=error.code, error=error.message)
            return replace(by_rules, degraded=(f"selection: {error.code}, so the rules chose",))
        chosen = {block: [offered[block][slug] for slug in answer.value.of(block)] for block in BLOCKS}
        return await asyncio.to_thread(arranged, chosen, task.parameters, written_by=answer.hop)


Offered = Mapping[Block, Mapping[str, Candidate]]


def _offered(candidates: Sequence[Candidate]) -> Offered:
    """By block and slug; of one exercise found for several stories the best."""
    found: dict[Block, dict[str, Candidate]] = {block: {} for block in BLOCKS}
    for each in sorted(candidates, key=lambda each: (each.tier, -each.rank, each.slug)):
        found[each.block].setdefault(each.slug, each)
    return found


def _read(text: str, offered: Offered, wanted: Mapping[Block, int]) -> Chosen:
    """Raises Unfit for whatever the model may mend."""
    try:
        chosen = parse(text, Chosen, None)
    except ValidationError as error:
        raise Unfit([f"{error.error_count()} fields do not have the shape that was asked for"]) from None
    if problems := _problems(chosen, offered, wanted):
        raise Unfit(problems)
    return chosen


def _problems(chosen: Chosen, offered: Offered, wanted: Mapping[Block, int]) -> list[str]:
    """Ids that were not offered for their block, come twice, and wrong numbers of them."""
    told = []
    every = Counter(slug for block in BLOCKS for slug in chosen.of(block))
    told += [f"{json.dumps(slug[:_MOST_SHOWN])} comes {count} times" for slug, count in every.items() if count > 1]
    for block in BLOCKS:
        slugs = chosen.of(block)
        told += [f"{block}: {json.dumps(slug[:_MOST_SHOWN])} is not on its list" for slug in slugs if slug not in offered[block]]
        if len(slugs) != wanted[block]:
            told.append(f"{block}: {wanted[block]} are needed, there are {len(slugs)}")
    return told


def _prompt(task: Task, offered: Offered, wanted: Mapping[Block, int]) -> Prompt:
    numbers = ", ".join(f"{wanted[block]} for {block}" for block in BLOCKS)
    instructions = "\n- ".join(
        (
            "You choose the exercises of a workout from lists. All on the lists are safe for this person; nothing else is.",
            f"Give ids exactly as written, {numbers}; none twice.",
            "Serve all of the stories, prefer what serves them best, and vary muscles and movements.",
        )
    )
    stories = "\n".join(f"{number}. {story.text}" for number, story in enumerate(task.stories, start=1))
    lists = {f"{block}-list": "\n".join(map(_line, offered[block].values())) for block in BLOCKS if wanted[block]}
    return Prompt(instructions, {"stories": stories, **lists})


def _line(candidate: Candidate) -> str:
    known = candidate.known
    told = (known.slug, known.exercise.name, known.group, ", ".join(sorted(known.muscles)), f"story {candidate.story + 1}")
    return clean_line(" | ".join(told))
