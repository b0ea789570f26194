"""What a language model writes of a posting's script: the words, but no fact, and nothing that the posting does not state."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from shared.llm.base import Prompt
from shared.schemas.base import Message
from shared.schemas.reels import ReelBrief
from text_to_video.script.answers import (
    LONGEST_LINE,
    Hooking,
    Restated,
    Told,
    at_most,
    check_different,
    check_language,
    from_context,
    repeats,
    source_of,
)
from text_to_video.script.base import READ_CHARACTERS, Line, Role, Script, weight
from text_to_video.script.claims import Source, grounded, money_in
from text_to_video.script.extractive import DUTIES, FEWEST_WORDS, MOST_WORDS
from text_to_video.script.facts import names_remote
from text_to_video.script.phrases import BARE, PHRASES, phrases_for, primary
from text_to_video.script.spoken import line_of

_SHORT_POSTING = 150
"""Words of a posting that need not fill a reel."""
_LENIENT = 10
"""Words that may be missing from what is asked for: nobody counts exactly, and spare lines help out where a voice is quick."""
_FACTS: tuple[Role, ...] = ("role", "place", "pay")
_RANK = re.compile(r"\b(?:senior|junior|principal|director|chief|vice president|vp|trainee|intern|apprentice)\b", re.IGNORECASE)
_COMPANY = re.compile(r"\b(?:we|we're|we'll|we've|our|ours|us|i|i'm|i'll|my|me)\b(?!\.)", re.IGNORECASE)
_INVITING = "tap apply now today application apply job role position posting details sounds like interested ready join start"
_LEAST_INVITING = 0.5


@dataclass(frozen=True)
class Facts:
    """What only the posting's fields may say, and the lines that say it."""

    brief: ReelBrief
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, brief: ReelBrief, draft: Script) -> Facts:
        """`draft`: a script of the brief by rules."""
        return cls(brief, tuple(line for line in draft.lines if line.role in _FACTS))

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    def told_by(self, line: str, source: Source) -> Iterator[str]:
        """What `line` says though it is the fields' to say, each as a sentence to whoever wrote it."""
        if money_in(line, source.language):
            yield "pay is said by a line of ours: leave money out"
        if names_remote(line) and not names_remote(self.text) and not self.brief.remote:
            yield "whether one works remotely is said by a line of ours: leave it out"
        places = [place.split(",", maxsplit=1)[0].strip() for place in self.brief.places] if len(self.brief.places) > 1 else []
        if named := next((place for place in places if place and place.casefold() in line.casefold()), None):
            yield f"the job is not in {named} only: leave places out"
        for rank in _RANK.findall(line):
            if rank.casefold() not in source.text:
                yield f"“{rank}” is not what the job is: leave it out"


def _facts(info: ValidationInfo) -> Facts:
    return from_context(info, "facts", Facts)


def _by_a_stranger(value: str, info: ValidationInfo) -> str:
    narrator = _COMPANY.search(value.replace("’", "'")) if primary(source_of(info).language) == "en" else None
    if narrator:
        raise ValueError(f"“{narrator[0]}”: the voice is not the company's; speak to the viewer")
    return value


def _leaves_facts(value: str, info: ValidationInfo) -> str:
    if problems := [*_facts(info).told_by(value, source_of(info))]:
        raise ValueError("; ".join(problems))
    return value


def _only_invites(value: str, info: ValidationInfo) -> str:
    source, phrases = source_of(info), phrases_for(source_of(info).language)
    usual = (*phrases.cta, phrases.cta_long, _INVITING if phrases is PHRASES["en"] else "")
    invites = grounded(value, Source.of_text(" ".join(usual), source.language)) > 0
    if phrases is not BARE and not (invites and grounded(value, source, usual) >= _LEAST_INVITING):
        raise ValueError("it only invites to apply")
    return value


def _no_pay(value: str, info: ValidationInfo) -> str:
    if money_in(value, source_of(info).language, paid=True):
        raise ValueError("pay is said by a line of ours: leave it out")
    return value


_SPEAKER = AfterValidator(_by_a_stranger)
_NO_FACTS = AfterValidator(_leaves_facts)
_LENGTH = Field(max_length=LONGEST_LINE)
_Hook = Annotated[Hooking, _SPEAKER, _NO_FACTS, at_most(14), _LENGTH]
_Duty = Annotated[Restated, _SPEAKER, AfterValidator(_no_pay), at_most(18), _LENGTH]
_Requirement = Annotated[Restated, _SPEAKER, _NO_FACTS, at_most(18), _LENGTH]
_Cta = Annotated[Told, _SPEAKER, _NO_FACTS, AfterValidator(_only_invites), at_most(12), _LENGTH]


class PostingLines(Message):
    """An answer; its validation needs context["source"] and context["facts"]. Role, place and pay are said by the posting's fields."""

    hook: _Hook = Field(
        description="a question or statement of 4 to 12 words that makes the right person stop: something concrete of the work"
    )
    duties: list[_Duty] = Field(min_length=1, max_length=DUTIES, description="what one would do, each a full sentence of 6 to 14 words")
    requirement: _Requirement | None = Field(
        description="what decides, as a full sentence of at most 14 words; null if nothing is required"
    )
    cta: _Cta = Field(description="invites to apply with a tap, in at most 10 words")

    @property
    def lines(self) -> list[str]:
        return [self.hook, *self.duties, *([self.requirement] if self.requirement else []), self.cta]

    @model_validator(mode="after")
    def _is_a_reel(self, info: ValidationInfo) -> PostingLines:
        source, frame = source_of(info), weight(_facts(info).text)
        check_different([self.hook, *self.duties], source.language)
        check_language("\n".join(self.lines), source)
        words = sum(map(weight, self.lines))
        fewest, most = _room(frame, source)
        if not fewest - _LENIENT <= words <= most:
            raise ValueError(f"the lines have {words} words together; write {fewest} to {most}")
        return self


def _room(frame: int, source: Source) -> tuple[int, int]:
    """Fewest and most words of the model's lines beside `frame` words of ours."""
    fewest = FEWEST_WORDS - frame if weight(source.text) >= _SHORT_POSTING else 1
    return max(1, fewest), MOST_WORDS - frame


def posting_prompt(facts: Facts, source: Source) -> Prompt:
    fewest, most = _room(weight(facts.text), source)
    instructions = f"""\
You write the words of a short vertical video about a job posting. They are heard once, in half a minute, and shown as captions.

Write in the language of the posting ({source.language}), to the viewer, in sentences one would say aloud: concrete, active, everyday
words, no capitals but those that grammar asks for, no quotation marks, no emoji, no markup.
State only what the posting states, in its own words where you can. Every number and every name must stand in it. Say nothing of pay,
place, benefits or how good the company is, promise nothing, give no address. The voice is not the company's: never "we".
After your hook come lines of ours, given as our_lines: do not say again what they say.
The duties are the most telling ones, of different kinds, and fewer than {DUTIES} where the posting names fewer. In English they begin
with "You'll".
Your lines together have {fewest} to {most} words. In scripts without spaces two signs count as one word."""
    posting = f"{facts.brief.title}\n{facts.brief.company}\n\n{facts.brief.description[:READ_CHARACTERS]}"
    return Prompt(instructions, {"posting": posting, "our_lines": facts.text})


def posting_script(written: PostingLines, draft: Script, facts: Facts) -> Script:
    """The model's lines around ours. Spare are those of the draft that say something else."""
    language = draft.language
    duties = tuple(line_of("duty", duty, language) for duty in written.duties)
    needs = (line_of("requirement", written.requirement, language),) if written.requirement else ()
    told = "\n".join(written.lines)
    spare = tuple(each for each in _left_over(draft) if not repeats(each.text, told, language, most=0.4))
    hook, cta = line_of("hook", written.hook, language), line_of("cta", written.cta, language)
    return Script((hook, *facts.lines, *duties, *needs, cta), language, spare)


def _left_over(draft: Script) -> Iterator[Line]:
    """Its duties and requirements but the last duty of several: "And you'll …" would not read on from the model's."""
    last = phrases_for(draft.language).duty[1].split("{", maxsplit=1)[0]
    for line in (*draft.lines, *draft.spare):
        if line.role in ("duty", "requirement") and not (last and line.display.startswith(last)):
            yield line
