"""What a language model writes of an exercise's clip: all of it, but nothing that the instructions do not state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, ValidationInfo, model_validator

from shared.llm.base import Prompt
from shared.schemas.base import Message
from shared.schemas.clips import Archetype, ClipBrief
from text_to_video.script.answers import LONGEST_LINE, Hooking, Restated, Told, at_most, check_different, check_language, source_of
from text_to_video.script.base import weight
from text_to_video.script.claims import Source
from text_to_video.script.clips import FEWEST_WORDS, MOST_STEPS, MOST_WORDS

_MANNERS: Mapping[Archetype, str] = {
    "professional": "a professional coach: calm and exact, short instructions, no small talk",
    "mentor": "a patient mentor: warm and encouraging, says why a detail matters where the text does",
    "peer": "a friend who trains along: easy, cheerful, everyday words",
}
_LENGTH = Field(max_length=LONGEST_LINE)
_Hook = Annotated[Hooking, at_most(14), _LENGTH]
_Step = Annotated[Restated, at_most(22), _LENGTH]
_Closing = Annotated[Told, at_most(10), _LENGTH]


class ClipLines(Message):
    """An answer; its validation needs context["source"]."""

    hook: _Hook = Field(description="names the exercise and opens, in 4 to 12 words")
    steps: list[_Step] = Field(min_length=1, max_length=MOST_STEPS, description="in order, each a full sentence of 5 to 16 words")
    closing: _Closing = Field(description="sends the viewer off to do it, in 3 to 8 words")

    @model_validator(mode="after")
    def _is_a_clip(self, info: ValidationInfo) -> ClipLines:
        source = source_of(info)
        lines = [self.hook, *self.steps, self.closing]
        check_different(self.steps, source.language)
        check_language("\n".join(lines), source)
        words = sum(map(weight, lines))
        fewest = min(FEWEST_WORDS, weight(source.text))
        if not fewest <= words <= MOST_WORDS:
            raise ValueError(f"the lines have {words} words together; write {fewest} to {MOST_WORDS}")
        return self


def clip_source(brief: ClipBrief, language: str) -> Source:
    return Source.of_text("\n".join([brief.exercise, *brief.instructions]), language)


def clip_prompt(brief: ClipBrief, language: str) -> Prompt:
    what = "what makes the difference between doing it well and badly" if brief.kind == "technique" else "the steps, in their order"
    instructions = f"""\
You write what a presenter says in a short vertical video about one exercise. It is heard once, in half a minute, and shown as captions.
The presenter is {_MANNERS[brief.archetype]}. Say {what}.

Write in the language of the instructions ({language}), to the viewer, in sentences one would say aloud: no capitals but those that grammar
asks for, no quotation marks, no emoji, no markup.
State only what the instructions state, in their own words where you can. Every number must stand in them. Promise no effect on body or
health, and give no medical advice.
All lines together have {FEWEST_WORDS} to {MOST_WORDS} words. In scripts without spaces two signs count as one word."""
    return Prompt(instructions, {"exercise": brief.exercise, "instructions": "\n".join(brief.instructions)})
