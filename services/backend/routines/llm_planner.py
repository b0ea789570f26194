"""The planner that asks language models: they fill in what the rules did not find in the sentence, and say what to search for.

Nothing they answer changes an explicit field, a number the sentence has, or a bound; what the rules found is to be avoided stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from services.backend.routines.parameters import Reading, read
from services.backend.routines.planner import Planned
from services.backend.routines.prohibitions import areas_of, without_parts
from services.backend.routines.schemas import LONGEST_S, SHORTEST_S, RoutineRequest
from services.backend.routines.stories import AROUND_FROM_S, FEWEST, MOST, stories_of
from shared.errors import Unavailable
from shared.llm.base import LLM, Prompt
from shared.logging import get_logger
from shared.schemas.base import Message
from shared.schemas.clips import Level
from shared.schemas.plans import Block
from shared.schemas.routines import Parameters, RoutineFormat, Source, Story
from shared.text import clean_line

log = get_logger(__name__)

_MOST_AREAS = 8
_INSTRUCTIONS = "\n- ".join(
    (
        "You read what somebody wants of a workout routine. Give:",
        f"target_duration in seconds, {SHORTEST_S} to {LONGEST_S}; intensity_level; format; equipment (an empty list: none at all). Null"
        " for whatever they do not say.",
        "body_areas they want to work on, in English words of muscles or joints. Never one that hurts or that they want left alone.",
        'limits: injuries, conditions and movements to be avoided, a few English words each, e.g. "bad knees", "jumping". None that they do'
        " not name.",
        f'stories: {FEWEST} to {MOST} things this person needs, each as search terms for exercises, at most 15 English words, e.g. "hip'
        ' flexor stretch after sitting". block is where it belongs: warm_up, main or cool_down. Begin with a warm-up, end with a cool-down'
        " where there are three minutes or more.",
    )
)


def _plain(text: str) -> str:
    """Words, not markup or links."""
    clean = clean_line(text)
    if len(clean) < 2 or "://" in clean or any(c in clean for c in "<>{}[]|\\"):
        raise ValueError("plain words only")
    return clean


Words = Annotated[str, Field(max_length=60), AfterValidator(_plain)]


class ModelStory(Message):
    text: Annotated[str, Field(min_length=3, max_length=160), AfterValidator(_plain)]
    block: Block


class ModelReading(Message):
    """What a model answers."""

    target_duration: int | None = Field(ge=SHORTEST_S, le=LONGEST_S)
    intensity_level: Level | None
    format: RoutineFormat | None
    equipment: tuple[Words, ...] | None = Field(max_length=20)
    body_areas: tuple[Words, ...] = Field(max_length=_MOST_AREAS)
    limits: tuple[Words, ...] = Field(max_length=12)
    stories: tuple[ModelStory, ...] = Field(min_length=FEWEST, max_length=MOST)


class ModelPlanner:
    """A Planner. Whoever gives the LLM closes it."""

    def __init__(self, llm: LLM) -> None:
        self._llm = llm

    async def plan(self, request: RoutineRequest) -> Planned:
        reading = await asyncio.to_thread(read, request)
        try:
            answer = await self._llm.answer(Prompt(_INSTRUCTIONS, _material(request)), ModelReading)
        except Unavailable as error:
            log.warning("routine_plan_degraded", code=error.code, error=error.message)
            return Planned(reading.parameters, stories_of(reading), (f"planner: {error.code}",), reading.notes)
        return merged(reading, answer.value)


def merged(reading: Reading, said: ModelReading) -> Planned:
    """PURE: the rules' reading with what a model adds to it."""
    parameters = _parameters(reading, said)
    taken = {name for name, source in parameters.sources.items() if source == "model"}
    notes = tuple(note for note in reading.notes if note.partition(":")[0] not in taken)
    return Planned(parameters, _stories(reading, parameters, said.stories), notes=notes)


def _material(request: RoutineRequest) -> Mapping[str, str]:
    return {"request": request.user_requirements}


def _parameters(reading: Reading, said: ModelReading) -> Parameters:
    own = reading.parameters
    names = ("target_duration", "intensity_level", "format", "equipment")
    filled = {name: value for name in names if name in reading.assumed and (value := getattr(said, name)) is not None}
    limits = _distinct((*own.limits, *said.limits))
    areas = without_parts(_distinct((*own.body_areas, *map(str.lower, said.body_areas))), areas_of(limits))[:_MOST_AREAS]
    sources: dict[str, Source] = {**own.sources, **dict.fromkeys(filled, "model")}
    for name, before, after in (("limits", own.limits, limits), ("body_areas", own.body_areas, areas)):
        if after and not before:
            sources[name] = "model"
    return own.model_copy(update={**filled, "limits": limits, "body_areas": areas, "sources": sources})


def _stories(reading: Reading, parameters: Parameters, said: Iterable[ModelStory]) -> tuple[Story, ...]:
    """The model's, in the order of a workout, with the rules' warm-up and cool-down where it forgot them."""
    by_rules = stories_of(Reading(parameters, reading.goals, reading.unwanted, reading.sits, reading.moves))
    found = [Story(text=story.text, block=story.block) for story in said]
    blocks: dict[Block, list[Story]] = {
        block: [story for story in found if story.block == block] or [story for story in by_rules if story.block == block]
        for block in ("warm_up", "main", "cool_down")
    }
    if parameters.target_duration < AROUND_FROM_S and len(blocks["main"]) >= FEWEST:
        return tuple(blocks["main"][:MOST])
    before, after = blocks["warm_up"][:1], blocks["cool_down"][:1]
    return (*before, *blocks["main"][: MOST - len(before) - len(after)], *after)


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    first: dict[str, str] = {}
    for word in words:
        first.setdefault(word.casefold(), word)
    return tuple(first.values())
