"""PURE: which parts of the body somebody complains of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from services.backend.routines.mentions import Mention

CONNECTS = re.compile(
    r"(?: ?(?:exercises?|work|movements?|moves|stuff|training|things|machines?|pain|problems?))?"
    r"\s*(?:,\s*(?:and|or|nor|und|oder|y|o|ni)?|/|&|\+|\b(?:and|or|nor|und|oder|y|o|ni|as well as)\b)\s*"
    r"(?:(?:any|the|my|heavy|deep|other|also|a|an|of|both|left|right|no|kind of|more|hard|high|intense|in general"
    r"|resistance|painful|sore)\s+){0,2}"
)
"""What stands between the items of a list."""
_HURT_BEFORE = re.compile(
    r"\b(?:bad|sore|hurt(?:s|ing)?|injur\w+|painful|dodgy|broken?|broke|sprained|torn|tore|strain(?:ed|ing|s)?|ach(?:y"
    r"|ing|es?)|arthritic|problematic|fragile"
    r"|delicate|sensitive|unstable|swollen|operated|fractured|dislocated|frozen|damaged|inflamed|wonky|tweaked|twisted"
    r"|pulled|bruised|irritat\w+|aggravat\w+"
    r"|stress(?:ing|es)?|overload\w*|protect\w*|spar(?:e|es|ing)|sav(?:e|ing)|dicky|trick|bum|gammy|recovering|rehab\w*|surgery"
    r"|(?:pains?|problems?|issues?|trouble|injury|surgery|operation|arthritis|ache|tendonitis|strain|stress|pressure"
    r"|load|weight|impact|burden|tear|sprain|pinch\w*|bursitis"
    r"|schmerzen|probleme) (?:in|with|on|of|to|at|for|around|mit|im|in den|an)|(?:because of|due to|wegen|mindful of"
    r"|careful with|careful of|watch(?:ing)? out for|easy on|gentle on|gentle with|kind to"
    r"|soft on|considerate of|worried about)|schlechte[nrs]?|kaputte[nrs]?|schmerzende[nrs]?|dolor (?:de|en)"
    r"|lesion (?:de|en)|problemas (?:de|con|en)|operad[oa] de)"
    r"(?: (?:my|the|your|both|left|right|old|very|a|an|one|of|lower|upper|meine[nrs]?|den|dem|der|la|las|el|los|mis?"
    r"|from|really|inner|outer))*\s*$"
)
_WEAK_BEFORE = re.compile(r"\b(?:weak|schwache[nrs]?|bad|tired)(?: (?:my|left|right))*\s*$")
_HURT_AFTER = re.compile(
    r"(?:'s?)?[ -]?(?:joints? |muscles? |tendon |exercises? )?(?:(?:is|are|was|were|has been|have been|feels?|gets?) (?:\w+ ){0,3}?)?"
    r"(?:pains?|ach(?:es?|ing|y)|injur\w+|surger\w+|operation|replacements?|problems?|issues?|trouble|hurts?|hurting"
    r"|sore|painful|sprains?|strains?|tear|fractur\w+"
    r"|arthritis|arthrosis|tend[io]n\w*itis|bursitis|impingement|bad|broken|swollen|sprained|torn|inflamed|unstable"
    r"|act(?:s|ing)? up|kill(?:s|ing)? me|bother\w*|conditions?|complaints?"
    r"|friendly|recovering|healing|operated|dislocated|messed up|shot|not (?:great|good|happy|the best|ok|okay|right"
    r"|well)|not in (?:good|great) shape|schmerz\w*|probleme?|verletz\w*|weh|beschwerd\w*|kaputt|can not (?:take"
    r"|handle|stand)|(?:do|does|will) not like"
    r"|hates?|clicks?|cracks?|pop(?:s|ping)|(?:que )?(?:me )?duelen?|malas?|mal|lesionad[oa]s?)\b"
)
_STRENGTHEN = re.compile(r"\b(?:strengthen|stronger|strength|build up|kraftig)\w*\b")
_SORE_BEFORE = re.compile(r"\b(?:sore|ach(?:y|ing))(?: (?:my|the|left|right|very))*\s*$")
_SORE_AFTER = re.compile(r"(?: (?:is|are|feels?) (?:\w+ )?| )?(?:sore|ach(?:es?|ing|y))\b")
_TENSE = frozenset({"neck", "shoulders", "upper back"})
"""Sore from sitting they are tense, not injured."""
_MUSCULAR = frozenset(
    {
        "calves",
        "adductors",
        "abductors",
        "lats",
        "biceps",
        "triceps",
        "forearms",
        "core",
        "glutes",
        "legs",
        "arms",
        "back",
        "upper back",
        "chest",
        "upper body",
        "hamstrings",
        "quadriceps",
        "hips",
    }
)


def with_complaints(text: str, found: Sequence[Mention]) -> list[Mention]:
    """Who is sore from sitting is tense rather than injured."""
    from_sitting = any(each.kind == "habit" for each in found)
    return _shared(text, [replace(each, hurts=_hurts(text, each, from_sitting)) for each in found])


def _hurts(text: str, each: Mention, from_sitting: bool) -> bool:
    if each.kind != "area":
        return False
    before = text[max(0, each.start - 60) : each.start]
    muscular = each.value in _MUSCULAR
    tense = (muscular and each.value != "back") or (from_sitting and each.value in _TENSE)
    if tense and (_SORE_BEFORE.search(before) or _SORE_AFTER.match(text, each.end)):
        return False
    if not muscular and _WEAK_BEFORE.search(before) and not _STRENGTHEN.search(before):
        return True
    return bool(_HURT_BEFORE.search(before) or _HURT_AFTER.match(text, each.end))


def _shared(text: str, found: list[Mention]) -> list[Mention]:
    """ "bad knees and shoulders": both; so do the first of "knee and hip pain"."""
    hurting = list(found)
    for first, second in [*pairwise(range(len(found))), *((b, a) for a, b in pairwise(range(len(found))))]:
        one, other = hurting[first], hurting[second]
        gap = text[min(one.end, other.end) : max(one.start, other.start)]
        joined = CONNECTS.fullmatch(gap) and "," not in gap
        if one.hurts and other.kind == "area" and joined and (one.start < other.start or _HURT_AFTER.match(text, one.end)):
            hurting[second] = replace(other, hurts=True)
    return hurting
