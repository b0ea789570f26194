"""Cutting a long English bullet where a clause or phrase ends, so that what is left is a whole sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from text_to_video.script.verbs import GERUND_NOUNS, NOUNS_TOO, VERBS, is_gerund

_LINKS = frozenset(
    "preferably ideally which who while so ensuring including such whether because through using as particularly especially where "
    "when plus with from to by e.g i.e".split()
)
_PHRASES = frozenset("across upon throughout through within via during alongside using under for with in on at by around over".split())
_TAKES_TO = frozenset(
    "ability able how what opportunity need needed order responsible ready want work works working time effort right willingness "
    "capacity efforts desire strive aim help helping due used according related way ways chance and or tools leading back up close "
    "next key access prior easy hard simple difficult likely free eager proud excited happy essential necessary critical important "
    "designed built expected contribute contributing respond responding adhere adhering report reporting adapt adapting present "
    "provide bring deliver sell moving move go going apply connect closely".split()
)
_TAKES_THAT = frozenset(
    "way ways time ensure ensures ensuring so such know believe means everything anything something demonstrate show prove all".split()
)
_TAKES_WITH = frozenset(
    "provide equip align arm integrate connect combine pair balance replace familiar interact equipping providing along".split()
)
_DANGLING = frozenset(
    "a an the and or but of to for with in on at by from as into our your their its his her that which who than very highly more most "
    "you both either between including such via is are be will not no any all each every & per using while across new key other".split()
)
_NEVER_LAST = frozenset("a an the and or of to & such including".split())
_TOGETHER = frozenset(
    "partnership collaboration conjunction line accordance compliance alignment coordination addition relation tandem".split()
)
"""Of "in partnership with" and its like."""
_ADJECTIVES = frozenset(
    "professional relevant related technical strategic operational commercial practical proven demonstrated strong solid deep advanced "
    "complex internal external global digital scalable reliable robust effective efficient innovative creative cross-functional "
    "high-quality high-impact large-scale end-to-end similar equivalent multiple several various critical essential important financial "
    "legal clinical regulatory industrial scientific functional senior junior early modern direct additional necessary hands-on "
    "real-world large small good great".split()
)
_ALONE = frozenset(
    "adapt apply change close collaborate compete contribute convert evolve excel expand finish function grow improve innovate invest "
    "iterate join launch learn lead market move operate perform play plan practice run scale sell ship speak start succeed train travel "
    "win work write".split()
)
"""Verbs that need nothing after them: "to grow", but not "to hit"."""
_EASY = frozenset("easy hard harder simple simpler difficult fun pleasant safe safer fast faster ready how what where when".split())
_LOOSE_END = re.compile(r"\b(?:in|across|for|on) (?:areas|ways|topics|fields|domains|things)$")
_OPENERS = frozenset(
    "work working partner partnering collaborate collaborating act serve closely directly participate contribute engage report".split()
)


def shortened(text: str, *, most: int, least: int = 3) -> tuple[str, int] | None:
    """`text` in at most `most` words, with what was lost: 0 nothing, 1 a clause, 2 a half-clause, 3 a phrase.

    Cuts only where the rest can be missed; of the places that lose least, the one that keeps most. None when there is none.
    """
    words = _first_sentence(_without_asides(text)).split()
    if least <= len(words) <= most and _bare(words[-1]) not in _NEVER_LAST and not lacks_object(words):
        return _ended(words), 0
    cuts = [(loss, -at) for loss, at in _cuts(words) if least <= at <= most and _stands(words[:at])]
    if not cuts:
        return None
    loss, negative = min(cuts)
    return _ended(words[:-negative]), loss


def _without_asides(text: str) -> str:
    """No brackets with what stands in them, no "etc."."""
    text = re.sub(r"\s*[(\[{][^()\[\]{}]*[)\]}]", "", text)
    text = re.sub(r"[()\[\]{}\"“”«»*]", "", text)
    text = re.sub(r",? (etc\.?|and (so on|so forth|more|beyond))(?=[\s.,;]|$)", "", text)
    text = re.sub(r"\b(to|the|a|and|of|in|with|for) \1\b", r"\1", re.sub(r"\s*/\s*", "/", text))
    return " ".join(re.sub(r"\s+([,.;:])", r"\1", text).split())


def _first_sentence(text: str) -> str:
    return re.split(
        r"(?<![A-Z]\.[A-Z])(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\bInc)[.!?]\s+(?=[A-Z\"“0-9])|;\s|\s[–—-]\s|[—]|:\s", text, maxsplit=1
    )[0]


def _cuts(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(loss, words kept) for every place where something ends."""
    for at in range(2, len(words)):
        before, word = words[at - 1], _bare(words[at])
        after_comma, previous = before.endswith(","), _bare(before)
        following = _bare(words[at + 1]) if at + 1 < len(words) else ""
        third = _bare(words[at + 2]) if at + 2 < len(words) else ""
        is_verb = following in VERBS and (following not in NOUNS_TOO or third in ("a", "an", "the", "our", "your"))
        joins_verb = word in ("and", "or", "then") and is_verb and previous not in VERBS
        participle = (word.endswith("ed") and following in _PHRASES | {"to", "as"}) or (is_gerund(word) and word not in GERUND_NOUNS)
        if after_comma and (word in _LINKS or participle or joins_verb):
            yield 1, at
        elif _ends_clause(previous, word, following) or (joins_verb and at > 3):
            yield 2, at
        elif word in _PHRASES and at >= 5 and not after_comma and not _needs(words[:at], word):
            yield 3, at


def _ends_clause(previous: str, word: str, following: str) -> bool:
    if word == "able":
        return following == "to"
    if word == "to":
        return following in VERBS and previous not in _TAKES_TO and previous not in VERBS
    if word in ("that", "which", "who"):
        return previous not in _TAKES_THAT | VERBS
    if word == "by":
        return is_gerund(following)
    if word in ("in", "so", "as") and following in ("order", "that", "well", "needed", "required"):
        return True
    if word.endswith("ed") and following in _PHRASES:
        return not previous.endswith(("ly", "ed", "ing")) and previous not in _DANGLING | VERBS
    return word in ("while", "ensuring", "including", "enabling", "leveraging", "using", "whether", "where", "when") or (
        word == "such" and following == "as"
    )


def _needs(kept: Sequence[str], word: str) -> bool:
    """Whether the phrase that `word` opens completes what stands before it ("provide customers | with bread")."""
    bare = [_bare(each) for each in kept]
    if bare[-1] in _TOGETHER:
        return True
    if word == "with" and any(each in _TAKES_WITH for each in bare):
        return True
    if bare[-1] in VERBS or is_gerund(bare[-1]) or bare[-1] in _OPENERS or bare[-1].endswith(("ed", "ly")):
        return True
    return bare[0] in _OPENERS and not any(each in _PHRASES or each in ("to", "as") for each in bare[1:])


def _stands(words: Sequence[str]) -> bool:
    """Whether the first words of a sentence are whole: no loose end, and no list broken off in the middle."""
    if lacks_object(words):
        return False
    if _bare(words[-1]) in _DANGLING or _bare(words[-2]) in ("are", "is", "be", "been") or words[-1].endswith(("-", "/", "&")):
        return False
    if (_bare(words[-1]) in _ADJECTIVES and _wants_noun(_bare(words[-2]))) or _LOOSE_END.search(" ".join(words).rstrip(",.;:")):
        return False
    before, comma, after = " ".join(words).rstrip(",.;:").rpartition(",")
    if not comma or re.search(r"\b(?:and|or|then|but|not)\b|&", after):
        return True
    first = after.split()[0].lower()
    if is_gerund(first):  # a phrase of its own, unless it goes on a list: "by baking bread, serving guests"
        return not any(is_gerund(word) and _bare(word) not in GERUND_NOUNS for word in before.split()[1:])
    return first not in VERBS and bool(re.search(r",\s*(?:and|or)\b", before))


def lacks_object(words: Sequence[str]) -> bool:
    """Whether the end is a verb that nobody leaves alone: "close new business to hit", not "easy to use" nor "from start to finish"."""
    if len(words) < 3 or _bare(words[-2]) != "to" or _bare(words[-1]) not in VERBS - _ALONE:
        return False
    before = [_bare(word) for word in words[-6:-2]]
    return not (before[-1].endswith("ier") or before[-1] in _EASY or "from" in before)


def _wants_noun(word: str) -> bool:
    """Whether an adjective after `word` needs a noun: "build technical …", "years of professional …", not "fast and reliable"."""
    return word in VERBS or (word in _DANGLING and word not in ("and", "or", "more", "most", "very", "highly", "is", "are", "be", "as"))


def _bare(word: str) -> str:
    return word.strip(",.;:").lower()


def _ended(words: Sequence[str]) -> str:
    return " ".join(words).rstrip(",.;:!?–—- ")
