"""The offline script writer: a reel said in the posting's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from shared.errors import PermanentJobError
from shared.fingerprint import content_hash
from shared.schemas.reels import ReelBrief
from text_to_video.script.alphabets import alphabet_of, foreign_alphabet
from text_to_video.script.base import READ_CHARACTERS, Line, Role, Script, weight
from text_to_video.script.duties import Duty, english_duties, others_than, plain_duties
from text_to_video.script.facts import is_role, is_talent_pool, pay_line, place_line, role_line, role_slots, short_title
from text_to_video.script.language import language_of
from text_to_video.script.phrases import PHRASES, phrases_for, primary
from text_to_video.script.phrases.base import Phrases
from text_to_video.script.requirements import plain_requirements, requirements
from text_to_video.script.sections import Section, sections
from text_to_video.script.spoken import line_of

DUTIES = 3
FEWEST_WORDS, MOST_WORDS = 65, 90
"""What is 20–40 s when spoken at the set rates."""
_USABLE_WORDS = 8
_SPARE = 2
_HOOK_WORDS = range(4, 11)


class ExtractiveWriter:
    def write(self, brief: ReelBrief) -> Script:
        """Hook, role and company, place and pay if stated, three things you would do, call to action.

        A posting that names few duties is filled up with what one needs. The same brief always gives the same script.
        Raises PermanentJobError (code "no_usable_text" or "unsupported_script").
        """
        _check_alphabet(brief)
        language = language_of(brief)
        parts = _in_one_alphabet(sections(brief.description[:READ_CHARACTERS]))
        duties, needs = _contents(parts, brief.title, primary(language))
        said = [block.text for part in parts if part.kind != "dropped" for block in part.blocks]
        if is_talent_pool(brief.title) or sum(map(weight, said)) < _USABLE_WORDS or not (duties or needs):
            raise PermanentJobError("the posting has no text that says what the job is", code="no_usable_text")
        lines, spare = _lines(brief, phrases_for(language), duties, needs)
        return Script(_spoken(lines, language), language, _spoken(spare, language))


def _check_alphabet(brief: ReelBrief) -> None:
    for text in (brief.title, short_title(brief.title, brief.places), brief.description[:READ_CHARACTERS]):
        if alphabet := foreign_alphabet(text):
            message = f"the posting is written in the {alphabet} script, which no font of ours has"
            raise PermanentJobError(message, code="unsupported_script")


def _in_one_alphabet(parts: Sequence[Section]) -> tuple[Section, ...]:
    """Without what a posting says again in another language's letters: one voice cannot read both."""
    main = alphabet_of("\n".join(block.text for part in parts for block in part.blocks))
    fitting = {None, main, *(("Chinese",) if main == "Japanese" else ())}
    kept = (replace(part, blocks=tuple(block for block in part.blocks if alphabet_of(block.text) in fitting)) for part in parts)
    return tuple(part for part in kept if part.blocks)


def _spoken(lines: Sequence[tuple[Role, str]], language: str) -> tuple[Line, ...]:
    return tuple(line_of(role, text, language) for role, text in lines)


def _contents(parts: Sequence[Section], title: str, language: str) -> tuple[list[Duty], list[str]]:
    """Duties and requirements, the best first. English is turned to the second person; the rest is taken as it stands."""
    if language != "en":
        return plain_duties(parts, language), plain_requirements(parts)
    duties, needs = english_duties(parts, title), requirements(parts)
    if len(duties) + len(needs) < DUTIES:
        of_the_job = [part for part in parts if part.kind == "duties" or re.search(r"role|job|position", part.heading, re.IGNORECASE)]
        duties += others_than(_neutral(of_the_job), duties)
    if not duties and not needs:  # nothing says that these are duties, but anyone could say them, or they begin as such
        duties = _neutral(parts) or english_duties([replace(part, kind="duties") for part in parts if part.kind == "other"], title)
    return duties, needs


def _neutral(parts: Sequence[Section]) -> list[Duty]:
    return [duty for duty in plain_duties(parts, "en") if duty.neutral]


def _lines(
    brief: ReelBrief, phrases: Phrases, duties: Sequence[Duty], needs: Sequence[str]
) -> tuple[list[tuple[Role, str]], list[tuple[Role, str]]]:
    """The lines of the reel, and spare ones made of what was left over."""
    slots = role_slots(brief)
    seed = int(content_hash(brief.company, brief.title, brief.description), 16)
    hook, rest = _hook(phrases, slots, duties, seed)
    facts: list[tuple[Role, str | None]] = [
        ("hook", hook),
        ("role", role_line(slots, phrases)),
        ("place", place_line(brief, phrases)),
        ("pay", pay_line(brief, phrases)),
    ]
    opening = [(role, text) for role, text in facts if text]
    closing = phrases.cta[seed % len(phrases.cta)]
    frame = _count(opening) + weight(closing)
    middle = _middle(phrases, rest, needs, fewest=FEWEST_WORDS - frame, most=MOST_WORDS - frame)
    if frame + _count(middle) < FEWEST_WORDS:
        closing = phrases.cta_long
    told = [sum(role == kind for role, _ in middle) for kind in ("duty", "requirement")]
    ending: list[tuple[Role, str]] = [("cta", closing)] if closing else []
    return [*opening, *middle, *ending], _spare(phrases, rest[told[0] :], needs[told[1] :], need_told=told[1] > 0)


def _spare(phrases: Phrases, duties: Sequence[Duty], needs: Sequence[str], *, need_told: bool) -> list[tuple[Role, str]]:
    more: list[tuple[Role, str]] = [
        ("duty", (phrases.duty[0] if duty.form == "verb" else phrases.item).format(duty=duty.text)) for duty in duties[:_SPARE]
    ]
    needed = [phrases.need_more if need_told or i else phrases.need for i in range(len(needs))]
    return [*more, *(("requirement", text.format(need=need)) for text, need in zip(needed, needs[:_SPARE], strict=False))]


def _count(lines: Sequence[tuple[Role, str]]) -> int:
    return sum(weight(text) for _, text in lines)


def _hook(phrases: Phrases, slots: dict[str, str], duties: Sequence[Duty], seed: int) -> tuple[str, Sequence[Duty]]:
    """A question made of a short, telling duty, where enough others are left; else of the title. And the duties not used up."""
    verbs = [duty for duty in duties if duty.form == "verb"] if phrases.hook_duty else []
    for duty in verbs if len(verbs) > DUTIES else ():
        if duty.words in _HOOK_WORDS and duty.telling:
            return phrases.hook_duty[seed % len(phrases.hook_duty)].format(duty=duty.text), [d for d in duties if d is not duty]
    if slots["title"] and (phrases is not PHRASES["en"] or (slots["a"] and is_role(slots["title"]))):
        return phrases.hook_role[seed % len(phrases.hook_role)].format(**slots), duties
    return phrases.hook, duties


def _middle(phrases: Phrases, duties: Sequence[Duty], needs: Sequence[str], *, fewest: int, most: int) -> list[tuple[Role, str]]:
    """Three duties and a requirement, as far as there are and fit; while that is too short, more of either."""
    n, m = min(len(duties), DUTIES), 1 if needs else 0
    while _count(_body(phrases, duties[:n], needs[:m])) > most and n + m > 1:
        n, m = (n, 0) if m else (n - 1, 0)
    for more_duties, more_needs in ((0, 1), (1, 0), (1, 0), (0, 1), (0, 1)):
        longer = _body(phrases, duties[: n + more_duties], needs[: m + more_needs])
        if _count(_body(phrases, duties[:n], needs[:m])) < fewest and _count(longer) <= most:
            n, m = min(len(duties), n + more_duties), min(len(needs), m + more_needs)
    return _body(phrases, duties[:n], needs[:m])


def _body(phrases: Phrases, duties: Sequence[Duty], needs: Sequence[str]) -> list[tuple[Role, str]]:
    """Duties in the order of the posting. The last of several verbs is joined with "and", the first plain item gets a label."""
    lines: list[tuple[Role, str]] = []
    ordered = sorted(duties, key=lambda duty: duty.order)
    label = next((duty for duty in ordered if duty.form == "item"), None)
    for duty in ordered:
        if duty.form == "verb":
            text = phrases.duty[len(ordered) > 1 and duty is ordered[-1]]
        else:
            text = phrases.plain_first if duty is label else phrases.item
        lines.append(("duty", text.format(duty=duty.text)))
    for need in needs:
        lines.append(
            ("requirement", (phrases.need_more if lines[-1:] and lines[-1][0] == "requirement" else phrases.need).format(need=need))
        )
    return lines
