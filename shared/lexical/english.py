"""PURE once the lists are read: job titles and texts of other languages in English words, for what knows English only.

Not a translation to read: the right English words, in about the right order. Text whose language is not told, and every word that no
list has, stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from shared.lexical.glossary import Glossary, glossaries
from shared.lexical.plain import fold, plain_words, without_gender
from shared.lexical.word_lists import english_words, function_words, lines

_READ = 2_000  # characters; models read less
_TOLD_BY = 40  # words
_SHORT_FORM = re.compile(r"[^\W_]+(?:[&/'’-][^\W_]+)*\.?")


def in_english(text: str) -> str:
    """The beginning of `text` with its words in English, without marks of gender, and with short forms of titles written out."""
    text = without_gender(text[:_READ])
    glossary = told(plain_words(text))
    return written_out(text if glossary is None else glossary.translated(text))


def told(words: Sequence[str]) -> Glossary | None:
    """The word list of the language of these folded words: the one that knows most of them, and more than there are English function
    words. None for English, and for whatever else."""
    words = words[:_TOLD_BY]
    english = sum(word in function_words()["en"] for word in words)
    evidence = [(glossary.evidence(words, is_english), glossary) for glossary in glossaries()]
    most, glossary = max(evidence, key=lambda pair: pair[0])
    return glossary if most > english else None


def written_out(text: str) -> str:
    """ "Sr. HR Mgr" → "senior human resources manager"."""
    return _SHORT_FORM.sub(lambda form: _short_forms().get(fold(form.group()).rstrip("."), form.group()), text)


@lru_cache(65_536)
def is_english(word: str) -> bool:
    """Whether a folded word is on the English side of the lists, or one in the plural."""
    singulars = (word, word.removesuffix("s"), word.removesuffix("es"), f"{word[:-3]}y" if word.endswith("ies") else word)
    return any(singular in english_words() for singular in singulars)


@cache
def _short_forms() -> dict[str, str]:
    return {fold(form.strip()): full for full, short in lines("en") for form in short.split(",")}
