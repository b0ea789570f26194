"""The script of an exercise's clip, in the words of its instructions, opened and closed in the presenter's voice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shared.errors import PermanentJobError
from shared.schemas.clips import Archetype, ClipBrief, MadeKind
from text_to_video.script.alphabets import foreign_alphabet
from text_to_video.script.base import SENTENCE_ENDS, Script, weight
from text_to_video.script.facts import said
from text_to_video.script.language import language_of
from text_to_video.script.phrases import primary
from text_to_video.script.spoken import line_of

MOST_WORDS, FEWEST_WORDS = 105, 35
ENOUGH_WORDS = 68
"""Take 20 s to say: the two clips of an exercise say the same things no longer than that."""
MOST_STEPS = 8
_LONGEST_STEP = 26
_USABLE_WORDS = 8

_FLUFF = re.compile(
    r"(?:this|that) (?:will be|is) (?:the|your) (?:starting|start) position|repeat (?:for|the (?:movement|exercise|motion)|this|as)"
    r"|(?:for a )?variations?:|caution:|note:|as mentioned|(?:see|watch) the (?:video|picture|image)",
    re.IGNORECASE,
)
"""What every exercise says, or what needs to be looked up."""
_FORM = re.compile(
    r"^tip:|\b(?:keep|keeping|avoid|don't|do not|never|always|only|slow\w*|control\w*|straight|breath\w*|inhale|exhale|squeez\w*|pause|hold"
    r"|make sure|ensure|should|without|tight|aligned)\b",
    re.IGNORECASE,
)
"""How, not what."""


class _Voice(NamedTuple):
    """`{exercise}` is a slot."""

    openings: Mapping[MadeKind, str]
    closing: str


_VOICES: Mapping[Archetype, _Voice] = {
    "professional": _Voice(
        {"technique": "{exercise}: how to do it well.", "instruction": "{exercise}, step by step."},
        "Now it's your turn.",
    ),
    "mentor": _Voice(
        {"technique": "Let's look at your form. {exercise}.", "instruction": "Let me walk you through it. {exercise}."},
        "Take your time, and do it well.",
    ),
    "peer": _Voice(
        {"technique": "{exercise} time. Here's how it feels right.", "instruction": "Let's do this one together. {exercise}."},
        "Your turn. Let's go!",
    ),
}


def write_clip(brief: ClipBrief) -> Script:
    """Opening, what to do in the instructions' own words, closing: 35–105 words as far as there are. Always the same for the same brief.

    Raises PermanentJobError with code "no_usable_text", or "unsupported_script" for letters that no font of ours has.
    """
    text = "\n".join(brief.instructions)
    if alphabet := foreign_alphabet(brief.exercise) or foreign_alphabet(text):
        raise PermanentJobError(f"the exercise is written in the {alphabet} script, which no font of ours has", code="unsupported_script")
    language = language_of(brief)
    voice, exercise = _VOICES[brief.archetype], said(brief.exercise)
    ours = primary(language) == "en"
    opening = voice.openings[brief.kind].format(exercise=exercise) if ours else f"{exercise}."
    closing = voice.closing if ours else ""
    steps = _steps(brief, weight(opening) + weight(closing))
    if not exercise or sum(map(weight, steps)) < _USABLE_WORDS:
        raise PermanentJobError("the exercise has no instructions that say what to do", code="no_usable_text")
    return clip_script(opening, steps, closing, language)


def _steps(brief: ClipBrief, around: int) -> list[str]:
    """Sentences in their order: of a technique those about form, of an instruction what to do; of the others only what it takes to make
    a reel. Where not all fit, the first of each step stay. `around`: words of the opening and the closing."""
    found: list[tuple[int, str]] = []
    for instruction in brief.instructions:
        sentences = [sentence for each in re.split(r"(?<=[\w)][.!?])\s+|(?<=[。！？।])", instruction) if (sentence := _sentence(each))]
        found += enumerate(sentences)
    ranked = sorted(range(len(found)), key=lambda i: (not _belongs(brief.kind, *found[i]), found[i][0], i))
    taken, words = set[int](), around
    for i in ranked:
        more = weight(found[i][1])
        wanted = words < ENOUGH_WORDS or _belongs(brief.kind, *found[i])
        if wanted and words + more <= MOST_WORDS and len(taken) < MOST_STEPS:
            taken.add(i)
            words += more
    return [found[i][1] for i in sorted(taken)]


def _belongs(kind: MadeKind, place: int, sentence: str) -> bool:
    """Whether a clip of this kind is about it. The first sentence of a step says what to do, whatever else it says."""
    about_form = bool(_FORM.search(sentence))
    return about_form if kind == "technique" else place == 0 or not about_form


def _sentence(text: str) -> str:
    """A sentence without brackets and "Tip:"; empty where it says nothing of its own or goes on too long to be followed."""
    text = said(re.sub(r"^(?:\d+[.)]|tips?:)\s*", "", re.sub(r"\s*\([^()]*\)", "", text.strip()), flags=re.IGNORECASE))
    if _FLUFF.search(text) or not 3 <= weight(text) <= _LONGEST_STEP:
        return ""
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith(SENTENCE_ENDS) else '.'}"


def clip_script(hook: str, steps: Sequence[str], closing: str, language: str) -> Script:
    ending = (line_of("cta", closing, language),) if closing else ()
    return Script((line_of("hook", hook, language), *(line_of("step", step, language) for step in steps), *ending), language)
