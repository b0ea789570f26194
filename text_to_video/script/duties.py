"""Finding what a posting says one would do, the best first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from text_to_video.script.alphabets import foreign_alphabet
from text_to_video.script.base import weight
from text_to_video.script.headings import Kind, has_address
from text_to_video.script.second_person import is_duty, second_person
from text_to_video.script.sections import Section
from text_to_video.script.shorten import lacks_object, shortened
from text_to_video.script.verbs import NOUNS_TOO, VERBS

MOST_WORDS, _AT_WORST = 13, 20
_LABEL_WORDS = 4
_SAME = 0.7  # of the fewer words of two duties
_COMPARED = 40  # of the best; a reel takes four

_VAGUE = re.compile(
    r"\b(?:ensur\w+|various|best practices|stakeholders?|cross-functional\w*|day-to-day|high-quality|culture|standards|continuous\w*|needed"
    r"|appropriate|excellence|success\w*|align\w*|up-to-date|updated|trends|foster\w*|positive|environment|initiatives|strategic|drive"
    r"|solutions|opportunities|processes|values?|impact|mission|goals|objectives|efforts|growth|vision|roles?|team's|leverag\w+|utili[sz]\w+"
    r"|facilitat\w+|deep understanding|key role|take (?:\w+ )?(?:ownership|responsibility|initiative)|point of contact|additional|other)\b",
    re.IGNORECASE,
)
"""What every posting says of every job."""
_DULL_OPENERS = frozenset(
    "act be collaborate communicate contribute demonstrate ensure follow help keep learn liaise maintain meet participate partner "
    "perform play provide report serve show stay support understand work".split()
)
_POINTING = re.compile(r"\b(?:their|them|they|these|those|this|it|its|such|same|above|following|role|position)\b", re.IGNORECASE)
_CONCRETE = re.compile(r"\d|(?<=\s)[A-Z][\w+#.&/-]+")
_SMALL = frozenset("a an the and or of to for in on with at by from as your our you be is are senior junior lead staff head".split())


@dataclass(frozen=True)
class Duty:
    """`text` follows "You'll" if a verb, else stands alone: an item as of a list, or a sentence. `order`: its place in the posting."""

    text: str
    order: int
    score: float
    form: Literal["verb", "item", "sentence"]

    @property
    def words(self) -> int:
        return len(self.text.split())

    @property
    def telling(self) -> bool:
        """Whether it says something of its own: no phrase that every posting has."""
        return self.text.split()[0] not in _DULL_OPENERS and not _VAGUE.search(self.text) and not _POINTING.search(self.text)

    @property
    def neutral(self) -> bool:
        """Whether anyone could say it: no "we" or "our", no word that points at another sentence, no trait of the reader."""
        whole = is_duty(self.text) and not lacks_object(self.text.split())
        return whole and not _POINTING.search(self.text) and not _TRAIT.match(self.text)


def english_duties(sections: Sequence[Section], title: str) -> list[Duty]:
    """Distinct duties in the second person, the best first."""
    return _distinct([_scored(duty, title) for duty in _english(sections)])


def _english(sections: Sequence[Section]) -> Iterator[Duty]:
    order = 0
    for section in sections:
        for text, bullet, added in _each_sentence(section) if section.kind != "dropped" else ():
            order += 1
            turned = second_person(text, certain=_announced(section.kind, text, bullet=bullet))
            short = (shortened(turned, most=MOST_WORDS) or shortened(turned, most=_AT_WORST)) if turned else None
            if short and is_duty(short[0]):
                worth = _WORTH[section.kind] + (1.0 if section.kind == "duties" and bullet else 0.0) - (0.6 if added else 0.0)
                yield Duty(short[0], order, worth - 0.3 * short[1], "verb")


_WORTH = {"duties": 2.0, "other": 1.2, "requirements": 0.2}
"""Some postings list their duties under "Requirements"; what stands elsewhere is better."""


def _announced(kind: Kind, text: str, *, bullet: bool) -> bool:
    """Whether a statement counts as a duty without saying "you will": by its place and its first word."""
    first = text.split()[0].lower()
    if kind == "requirements":
        return bullet and first in VERBS and first not in NOUNS_TOO
    return bullet or (kind == "duties" and first in VERBS)


def _statements(section: Section) -> Iterator[tuple[str, bool]]:
    """Bullets whole, paragraphs sentence by sentence; without those that give an address to go or write to."""
    for block in section.blocks:
        if block.bullet and not has_address(block.text):
            yield block.text, True
        elif not block.bullet:
            yield from ((sentence, False) for sentence in _SENTENCE_END.split(block.text) if sentence.strip() and not has_address(sentence))


def _each_sentence(section: Section) -> Iterator[tuple[str, bool, bool]]:
    """As `_statements`, and what follows the first sentence of a bullet, sentence by sentence; and whether that one tells more than it."""
    for text, bullet in _statements(section):
        first, *rest = _SENTENCE_END.split(text)
        yield text, bullet, False
        for sentence in rest if bullet else ():
            if sentence.strip():
                yield sentence, False, len(first.split()) > _LABEL_WORDS


_SENTENCE_END = re.compile(r"(?<=\w\w\w[.!?])\s+(?=[A-Z\u0400-\u042f\u0590-\u0fff])|(?<=[。！？।؟])\s*")


def _scored(duty: Duty, title: str) -> Duty:
    words = duty.words
    score = duty.score - 0.03 * duty.order
    score += 0.8 if 6 <= words <= 11 else 0.3 if words in (5, 12, 13) else -0.4 if words == 4 else -1.0
    score += min(1.2, 0.6 * len(_stems(duty.text) & _stems(title)))
    score += -0.8 if _is_headline(duty.text) else min(0.8, 0.4 * len(_CONCRETE.findall(duty.text)))
    score -= 0.5 * len(_VAGUE.findall(duty.text)) + 0.6 * len(_POINTING.findall(duty.text))
    score -= 0.9 if duty.text.split()[0] in _DULL_OPENERS else 0
    return replace(duty, score=score)


def _is_headline(text: str) -> bool:
    """Whether most words have capitals, and are no list of names: "run and Win the Sales Process"."""
    words = [word for word in text.split()[1:] if len(word) > 3]
    return "," not in text and len(words) > 1 and sum(map(str.istitle, words)) > len(words) / 2


def _stems(text: str) -> set[str]:
    """The first letters of each word that carries meaning, so that "baker", "baking" and "bakery" meet."""
    return {word[:5] for word in re.findall(r"[^\W_]{3,}", text.lower()) if word not in _SMALL}


def _distinct(duties: list[Duty]) -> list[Duty]:
    """Best first; one that opens with a verb already taken, or says much the same, falls behind."""
    left, chosen = sorted(duties, key=lambda duty: -duty.score)[:_COMPARED], list[Duty]()
    while left:
        best = max(left, key=lambda duty: duty.score - _repetition(duty, chosen))
        left.remove(best)
        chosen.append(replace(best, score=best.score - _repetition(best, chosen)))
        left = [duty for duty in left if _overlap(duty, best) < _SAME]
    return chosen


def _repetition(duty: Duty, chosen: Sequence[Duty]) -> float:
    same_verb = duty.form == "verb" and any(duty.text.split()[0] == other.text.split()[0] for other in chosen)
    return 1.2 * same_verb + 1.5 * max((_overlap(duty, other) for other in chosen), default=0.0)


def _overlap(one: Duty, other: Duty) -> float:
    a, b = _stems(one.text), _stems(other.text)
    return len(a & b) / max(1, min(len(a), len(b)))


def others_than(duties: Sequence[Duty], told: Sequence[Duty]) -> list[Duty]:
    """Those of `duties` that say something `told` does not."""
    return [duty for duty in duties if all(_overlap(duty, other) < _SAME for other in told)]


def plain_duties(sections: Sequence[Section], language: str) -> list[Duty]:
    """What the posting lists or says in its own words: for other languages, and where nothing can be turned.

    Bullets under duty headings first, then other bullets, then sentences. Infinitives of languages that address the reader
    with them ("Diseñar servicios") are verbs.
    """
    found: list[Duty] = []
    statements = (
        (section, *statement) for section in sections if section.kind in ("duties", "other") for statement in _statements(section)
    )
    for order, (section, text, bullet) in enumerate(statements):
        short = plain_clause(text)
        if short:
            score = 2.0 * (section.kind == "duties") + bullet - 0.02 * order - 0.3 * (short != text.rstrip(".;, "))
            infinitive = language in _INFINITIVE and _INFINITIVE[language].match(short)
            if infinitive:
                found.append(Duty(short[0].lower() + short[1:], order, score, "verb"))
            else:
                found.append(
                    Duty(short[0].upper() + short[1:], order, score, "item" if bullet and not _PERSON.match(short) else "sentence")
                )
    return _distinct(found)


_TRAIT = re.compile(
    r"(?:you(?:'re|’re| are| enjoy| love| want| dislike| like| thrive| might| may| have| know)|can|have|has|are|is|excels?|bonus|must"
    r"|strong|excellent|proven|experience|imagine|comfortable|proficient|familiar|tell|send|join|apply|below|free|unlimited|your choice"
    r"|understanding|comfort|track record|built|crave|take pride|uncapped|meaningful|occasional|based|portfolio|mission|a little|team(?=:)"
    r"|(?:non-negotiable|tech signal)s)\b|.*(?:…|\.\.)$|\W*(?:\S+\s+){0,2}\S+$",
    re.IGNORECASE,
)
"""Of the reader, not of the work; or too few words to tell anything."""
_PERSON = re.compile(r"(?:you|we|the|this|du|sie|ihr|wir|als|tu|vous|nous|il|elle|usted|tú|você|\w+[aei]rás)\b", re.IGNORECASE)
_INFINITIVE = {
    "es": re.compile(r"[^\W\d]{2,}(?:ar|er|ir)(?:se)?\b", re.IGNORECASE),
    "fr": re.compile(r"(?!premier|dernier|cher\b|notre|votre)[^\W\d]+(?:er|ir|dre|uire|ivre|aire|ettre)\b", re.IGNORECASE),
}


def plain_clause(text: str) -> str | None:
    """`text`, or its first sentence or clause, in 3–16 words; up to 22 where there is nothing shorter."""
    text = " ".join(re.sub(r"\s*[(\[{（【［][^()\[\]{}（）【】［］]*[)\]}）】］]", "", text).split())
    if foreign_alphabet(text):
        return None
    parts = [text, *(re.split(ends, text)[0] for ends in _ENDS)]
    for most, part in (*((16, part) for part in parts), (22, parts[0]), (22, parts[1])):
        if 3 <= weight(part) <= most and not has_address(part) and not re.search(r"[?¿@？؟]", part):
            return part.rstrip(".;,:!–，；：、。।،؛ ")
    return None


_ENDS = (r"(?<=\w\w\w[.!?])\s|[;。；।؛！]", r"[;:。；：।]\s*|\s[–—-]\s", r"，")
"""Of sentences, of clauses, and of clauses in Chinese."""
