"""PURE once its list is read: the words of one language in English, phrases and compounds included, in about English order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from shared.lexical.forms import Language, cognate, forms, parts, stem
from shared.lexical.plain import WORD, fold, parted
from shared.lexical.word_lists import english_words, function_words, meanings

_SENTENCE = 12  # words: a longer run is a sentence, whose words keep their order
_LONGEST_PHRASE = 7
_REMEMBERED = 200_000  # words
_BOUNDARY = re.compile(r"[,;:|()\[\]/–—•!?\n\"]+|\.(?=\s|$)|(?<=\s)-(?=\s)")
_COMPOUND = 7  # letters at least

Unit = tuple[str, str]
"""What a word or phrase is, and its English: "known", "other" (as it stands) or "linking" (nothing)."""


@dataclass(frozen=True)
class Grammar:
    """`linking` words put what follows before what stands in front ("Ingenieur für Software": software engineer); `dropped` ones have no
    English word; `plain` ones always mean the same. `head_first`: nouns stand before what describes them."""

    language: Language
    linking: frozenset[str]
    dropped: frozenset[str]
    plain: Mapping[str, str]
    head_first: bool


_GRAMMARS = (
    Grammar(
        "de",
        frozenset("fur im in der des von vom bei beim zur zum an am auf".split()),
        frozenset("die das den dem ein eine einen einem einer als".split()),
        {"und": "and", "u": "and", "oder": "or", "mit": "with", "ohne": "without"},
        head_first=False,
    ),
    Grammar(
        "es",
        frozenset("de del en para a al por".split()),
        frozenset("el la los las un una unos unas".split()),
        {"y": "and", "e": "and", "o": "or", "u": "or", "con": "with", "sin": "without"},
        head_first=True,
    ),
    Grammar(
        "fr",
        frozenset("de du des en pour a au aux d".split()),
        frozenset("le la les un une l".split()),
        {"et": "and", "ou": "or", "avec": "with", "sans": "without"},
        head_first=True,
    ),
)


@dataclass(frozen=True, eq=False)
class Glossary:
    """`words` and `phrases` as `meanings` gives them; `openings`: the stems phrases begin with."""

    grammar: Grammar
    words: Mapping[str, str]
    phrases: Mapping[str, str]
    openings: frozenset[str]
    _remembered: dict[str, str | None] = field(default_factory=dict)

    def translated(self, text: str) -> str:
        clauses = (self._clause(WORD.findall(piece)) for piece in _BOUNDARY.split(parted(text)))
        return ", ".join(dict.fromkeys(filter(None, clauses)))  # "Koch/Köchin" is one cook

    def meaning(self, word: str) -> str | None:
        """English for one folded word, known as it is, by its base form, or by its parts."""
        if word not in self._remembered:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[word] = self._looked_up(word)
        return self._remembered[word]

    def _looked_up(self, word: str) -> str | None:
        known = next((form for form in forms(word, self.grammar.language) if form in self.words), None)
        return self.words[known] if known is not None else self._by_parts(word) or cognate(word, self.grammar.language)

    def _by_parts(self, word: str) -> str | None:
        """English words may be among the parts; where all are, it is an English compound."""
        if self.grammar.language != "de" or len(word) < _COMPOUND:
            return None
        found = " ".join(parts(word, self.words, english_words()) or ())
        return found if found.replace(" ", "") != word else None

    def evidence(self, words: Sequence[str], is_english: Callable[[str], bool]) -> int:
        """How much speaks for this language among folded words: those of the list, alone and in phrases, that are not English, and function
        words, of which one alone says nothing."""
        known, functions, start = 0, 0, 0
        while start < len(words):
            phrase, length = self._phrase(words[start : start + _LONGEST_PHRASE])
            own = [word for word in words[start : start + length] if not is_english(word)]
            if phrase:
                known += len(own)
            elif own:
                known += self.meaning(own[0]) is not None
                functions += own[0] in function_words()[self.grammar.language]
            start += length
        return known + functions if known or functions > 1 else 0

    def _clause(self, words: Sequence[str]) -> str:
        units = list(self._units(words))
        if len(words) <= _SENTENCE:
            units = _turned_round(units) if self.grammar.head_first else _linked_first(units)
        return " ".join(english for _, english in units if english)

    def _units(self, words: Sequence[str]) -> Iterator[Unit]:
        folded, start = [fold(word) for word in words], 0
        while start < len(words):
            phrase, length = self._phrase(folded[start : start + _LONGEST_PHRASE])
            yield ("known", phrase) if phrase else self._unit(words[start], folded[start])
            start += length

    def _phrase(self, folded: Sequence[str]) -> tuple[str, int]:
        """The longest phrase these words begin with, and its length in words; "" and 1 where they begin with none."""
        if stem(folded[0]) not in self.openings:
            return "", 1
        stems = [stem(word) for word in folded]
        for length in range(len(stems), 1, -1):
            if phrase := self.phrases.get(" ".join(stems[:length])):
                return phrase, length
        return "", 1

    def _unit(self, word: str, folded: str) -> Unit:
        if folded in self.grammar.plain:
            return "other", self.grammar.plain[folded]
        if folded in self.grammar.linking:
            return "linking", ""
        if folded in self.grammar.dropped:
            return "other", ""
        english = self.meaning(folded)
        return ("other", word) if english is None or english == folded else ("known", english)


def _turned_round(units: Sequence[Unit]) -> list[Unit]:
    """Words that are not on the list, mostly English already, keep their order among themselves."""
    runs: list[list[Unit]] = []
    for unit in units:
        if runs and unit[0] == runs[-1][0][0] == "other":
            runs[-1].append(unit)
        else:
            runs.append([unit])
    return [unit for run in reversed(runs) for unit in run]


def _linked_first(units: Sequence[Unit]) -> list[Unit]:
    segments: list[list[Unit]] = [[]]
    for unit in units:
        if unit[0] == "linking":
            segments.append([])
        else:
            segments[-1].append(unit)
    return [unit for segment in reversed(segments) for unit in segment]


@cache
def glossaries() -> tuple[Glossary, ...]:
    return tuple(map(_read, _GRAMMARS))


def _read(grammar: Grammar) -> Glossary:
    words, phrases = meanings(grammar.language)
    return Glossary(grammar, words, phrases, frozenset(phrase.partition(" ")[0] for phrase in phrases))
