"""PURE: a query's misspelt words mended by what postings and word lists know."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from string import ascii_lowercase

from shared.lexical.english import is_english
from shared.lexical.forms import Language, forms, parts
from shared.lexical.glossary import Glossary, glossaries
from shared.lexical.plain import WORD, fold, parted, plain_words, without_gender
from shared.lexical.word_lists import function_words

_SHORTEST = 4  # letters of a word that may be mended; what it becomes has more
_COMPOUND = 9
_ENDINGS = ("s", "es", "er", "r", "or", "ing", "ed", "d", "ist", "ly", "al", "ers", "rs", "ors", "ings", "ry")


def mended(query: str, titles: Mapping[str, int], english: Collection[str]) -> str:
    """`query` with each unknown word replaced by one a slip away from it: the most frequent such word of `titles` (folded words, with
    how many titles have them), else one of the word list of the query's language. A word is known that is in titles, lists or `english`.

    A slip is a letter too many, too few, wrong, or two in the wrong order; the first letter is taken to be right.
    """
    text = parted(without_gender(query))
    words = plain_words(text)
    pieces, end = [], 0
    for match in WORD.finditer(text):
        word = fold(match.group())
        if _may_be_mended(word) and not _is_known(word, titles, english) and (better := _better(word, words, titles)):
            pieces += [text[end : match.start()], better]
            end = match.end()
    return "".join([*pieces, text[end:]]) if pieces else query


def _may_be_mended(word: str) -> bool:
    return len(word) >= _SHORTEST and word.isascii() and word.isalpha()


def _is_known(word: str, titles: Mapping[str, int], english: Collection[str]) -> bool:
    return (
        word in titles
        or word in english
        or is_english(word)
        or any(word in words for words in function_words().values())
        or _is_derived(word, english)
        or any(glossary.meaning(word) for glossary in glossaries())
    )


def _is_derived(word: str, english: Collection[str]) -> bool:
    """ "fixer" of "fix", "molding" of "mold", "plannings" of "plan"."""
    stems = (word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending))
    return any(
        stem in english or f"{stem}e" in english or (stem[-1] == stem[-2] and stem[:-1] in english) for stem in stems if len(stem) > 2
    )


def _better(word: str, query: Sequence[str], titles: Mapping[str, int]) -> str | None:
    near = [other for other in _slips(word) if len(other) > _SHORTEST]
    found = [other for other in near if other in titles]
    if found:
        best = max(found, key=lambda other: titles[other])
        return None if word.rstrip("s") == best.rstrip("s") else best
    others = [other for other in query if other != word]
    spoken = (glossary for glossary in glossaries() if not others or glossary.evidence(others, is_english))
    return next((other for glossary in spoken if (other := _listed(word, near, glossary))), None)


def _listed(word: str, near: Sequence[str], glossary: Glossary) -> str | None:
    """A word of the list; not one that is nearly English, as rare English words look like it ("toxicology", "toxicólogo")."""
    language: Language = glossary.grammar.language
    known = (other for other in near if any(form in glossary.words for form in forms(other, language)))
    found = next((other for other in known if (glossary.meaning(other) or "")[:_SHORTEST] != word[:_SHORTEST]), None)
    if found is None and language == "de" and len(word) >= _COMPOUND:
        return next((other for other in near if parts(other, glossary.words)), None)
    return found


def _slips(word: str) -> Iterator[str]:
    """Every word one slip away, likelier slips first; some more than once."""
    splits = [(word[:place], word[place:]) for place in range(1, len(word) + 1)]
    yield from (before + after[1] + after[0] + after[2:] for before, after in splits if len(after) > 1)
    yield from (before + letter + after for before, after in splits for letter in ascii_lowercase)
    yield from (before + after[1:] for before, after in splits if after)
    yield from (before + letter + after[1:] for before, after in splits if after for letter in ascii_lowercase)
