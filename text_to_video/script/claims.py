"""PURE: what a script may not invent. A model writes well and makes things up: every claim is looked for in the text it was given."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from shared.schemas.reels import ReelBrief
from text_to_video.script.alphabets import alphabet_of
from text_to_video.script.base import READ_CHARACTERS
from text_to_video.script.numerals import MONEY, PERIODS, Number, numbers_in
from text_to_video.script.phrases import primary

_ADDRESS = re.compile(
    r"https?:|www\.|[\w.+-]+@[\w-]+\.\w+|\b[\w-]+\.[a-z]{2,4}/\S"
    r"|\+\d[\d\s()./-]{5,}\d|(?<!\d)\(?\d{3}\)?[-.\s]\d{3}[-.\s]\d{4}|(?<!\d)\d{3}[-.]\d{4}(?!\d)|(?:\d[\s()-]?){9,}"
    r"|\w+ (?:at|\(at\)|\[at\]) [\w-]+ (?:dot|\(dot\)|\[dot\]) \w+",
    re.IGNORECASE,
)
"""Web and mail addresses and phone numbers: nobody can follow one that is said, and a feed has its own button."""
_SITE = re.compile(r"\b[\w-]+\.(?:com|org|net|io|gov|edu|co|ai|app|dev|de|fr|es|it|nl|uk|jp|eu)\b|(?<!\w)@\w+", re.IGNORECASE)
"""It may be a company's name."""
_QUOTED = re.compile(r"[“„\"]([^“”„\"]+)[”“\"]|«([^«»]+)»|「([^「」]+)」|『([^『』]+)』")
_PROMISES = re.compile(
    r"\bguarant\w+|\bgarant\w+|\bgwarant\w+|гарант\w+|保証|保证|保證|보장|مضمون|ضمان|תוצאות מובטחות"
    r"|\b(?:risk[- ]free|no experience|easy money|get rich|dream (?:job|team|career|role)|once in a lifetime|life[- ]changing"
    r"|unlimited|unbeatable|unmatched|unparalleled|best[- ](?:paid|paying|in)|the best|top[- ](?:pay\w*|paid|notch|tier)|highest"
    r"|number one|world[- ](?:class|leading)|(?:market|industry)[- ]lead\w+|leading (?:company|provider|employer|firm|brand)"
    r"|award[- ]winning|fastest[- ]growing|prestigious|perfect (?:job|work[- ]life)|hired (?:today|now|immediately|on the spot|instantly)"
    r"|(?:start|apply) (?:today|tomorrow|immediately|right away) and|instant(?:ly)? (?:hire\w*|start|offer)|immediate (?:start|hire\w*)"
    r"|no (?:interviews?|c\.?v\.?|r[eé]sum[eé]s?|degree|questions)|free (?:training|meals?|food|housing|travel|lunch)|bonus\w*|commission"
    r"|equity|benefits|perks|visa|relocation|flexible (?:hours|schedule\w*|work\w*)|work from (?:home|anywhere)|six[- ]figure\w*"
    r"|(?:great|good|high|competitive|excellent|generous|attractive) (?:pay|salary|salaries|wage\w*|compensation|benefits)"
    r"|burns? (?:\w+ )?fat|(?:lose|losing) weight|weight loss|pain[- ]free|cures?|heals?|detox\w*"
    r"|hundreds|thousands|millions|billions|dozens|countless|limited (?:spots|places|time)|last chance|hurry|whatsapp|telegram|link in)\b",
    re.IGNORECASE,
)
"""What sells a job, or leads away from it, and how many there are of something: it has to be in the text."""
_NOUNS_HAVE_CAPITALS = frozenset({"de", "lb"})
_LATIN = r"[A-Za-z\u00aa\u00b5\u00ba\u00c0-\u024f\u1e00-\u1eff]"
_WORD = re.compile(rf"{_LATIN}(?:{_LATIN}|[\d'+#]|[.&-](?=\d|{_LATIN}))*|(?:(?!{_LATIN})[^\W\d_])(?:(?!{_LATIN})[\w']|-(?=\w))*")
"""In scripts without spaces, Latin words stand in the middle of others."""
_RUN = re.compile(rf"{_LATIN}+(?:'{_LATIN}+)?|(?:(?!{_LATIN})[^\W\d_])+")
_OPENS = re.compile(r"(?:^|[.!?:;。！？…¿¡]|\s[–—-])[\s\"'“”«»„‘(\[¿¡]*$")
_NOBODY = frozenset({"i", "i'm", "i'd", "i'll", "i've", "ok"})
_STEM, _LEAST_LETTERS = 5, 4
_SMALL = frozenset(
    "about across after also been both could each every from have here into just like make more most much need only other over same some "
    "such than that their them then there these they this those through under what when where which while will with within work would "
    "you'll your yours you're".split()
)


@dataclass(frozen=True)
class Source:
    """What a script may say: the text it is made from. `language`: BCP 47."""

    text: str
    words: frozenset[str]
    stems: frozenset[str]
    numbers: tuple[Number, ...]
    language: str

    @classmethod
    def of(cls, brief: ReelBrief, language: str) -> Source:
        return cls.of_text("\n".join([brief.title, brief.company, *brief.places, brief.pay or "", brief.description]), language)

    @classmethod
    def of_text(cls, text: str, language: str) -> Source:
        text = _plain(text[:READ_CHARACTERS])
        words = frozenset(part for match in _WORD.finditer(text) for part in _parts(match[0]))
        return cls(text, words, frozenset(_stems(text)), tuple(numbers_in(text, language)), language)


def inventions(text: str, source: Source) -> Iterator[str]:
    """What `text` claims though `source` does not state it, each as a sentence to whoever wrote it."""
    plain = _plain(text)
    if address := _ADDRESS.search(plain):
        yield f"“{address[0].strip()}” is an address or number to contact: leave it out"
    for site in _SITE.findall(plain):
        if site not in source.text:
            yield f"“{site}” is not in the text: leave it out"
    for number in numbers_in(text, source.language):
        if not number.stated_in(source.numbers):
            of_what = f" {number.unit}" if number.unit else ""
            yield f"the number “{number.text}{of_what}” is not in the text: leave it out"
    for quoted in filter(None, (part.strip(" .,;:!?") for found in _QUOTED.findall(plain) for part in found)):
        if quoted not in source.text:
            yield f"“{quoted}” is quoted but not in the text: quote nothing"
    for promise in _PROMISES.finditer(plain):
        if promise[0] not in source.text:
            yield f"“{promise[0]}” promises what the text does not: leave it out"
    for name in _names(text, source.language):
        if not _is_known(name, source):
            yield f"“{name}” is a name that is not in the text: leave it out"


def money_in(text: str, language: str, *, paid: bool = False) -> bool:
    """Whether `text` names an amount of money; with `paid`, one by the hour or the year."""
    amounts = (number for number in numbers_in(text, language) if number.units & MONEY)
    return any(not paid or number.units & PERIODS for number in amounts)


def grounded(text: str, source: Source, also: Collection[str] = ()) -> float:
    """Share of the words with a meaning in `text` that are in `source`, by their first letters, or in `also`; 1 where there are none."""
    stems = _stems(_plain(text))
    known = source.stems | {stem for each in also for stem in _stems(_plain(each))}
    return len(stems & known) / len(stems) if stems else 1.0


def _plain(text: str) -> str:
    """Lower case, one kind of apostrophe and of spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("’", "'").casefold().split())


def _parts(word: str) -> Iterator[str]:
    """A word, without its genitive, and the parts of a compound."""
    word = word.removesuffix("'s").strip(".&-'")
    yield from (word, word.strip("+#"), *re.split(r"[-.&]", word))


def _stems(plain: str) -> set[str]:
    """The beginnings of words, so that "bakes" and "baking" meet; of scripts that write none apart, each two signs."""
    found = set[str]()
    for run in _RUN.findall(plain):
        if re.search(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]", run):
            found |= {run[i : i + 2] for i in range(len(run) - 1)}
        elif len(run) >= _LEAST_LETTERS and run not in _SMALL:
            found.add(run[:_STEM])
    return found


def _names(text: str, language: str) -> Iterator[str]:
    """Words that name somebody or something, by their capitals; in other alphabets, by being written in Latin letters.

    A capital at the start of a sentence says nothing, nor do those of German nouns: there, only one within a word does.
    """
    text = unicodedata.normalize("NFKC", text).replace("’", "'")
    latin, shouted = alphabet_of(text) in (None, "Latin"), text.isupper()
    nouns_too = primary(language) in _NOUNS_HAVE_CAPITALS
    for match in _WORD.finditer(text):
        word = match[0]
        inner = word[1:] != word[1:].lower() and not shouted
        capital = word[0].isupper() and not nouns_too and not _OPENS.search(text[: match.start()])
        foreign = not latin and alphabet_of(word) == "Latin"
        if (inner or capital or foreign) and len(word) > 1 and word.casefold() not in _NOBODY:
            yield word


def _is_known(name: str, source: Source) -> bool:
    """Endings of cases do not matter: "Berlins" is "Berlin", "Москве" is "Москва"."""
    parts = re.split(r"[-.&]", name.casefold().removesuffix("'s").strip(".&-'"))
    return all(_is_word(part, source) for part in parts if len(part) > 1)


def _is_word(part: str, source: Source) -> bool:
    stem = part[: max(_LEAST_LETTERS, len(part) - 2)]
    return part in source.words or (len(part) > _LEAST_LETTERS and any(word.startswith(stem) for word in source.words))
