"""PURE: what of the things a sentence mentions is wished for, and what is not: negations, exceptions, permissions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.backend.routines.complaints import CONNECTS
from services.backend.routines.mentions import Mention, Stance

_WISH = (
    r"(?:(?:do|does|can|will|must|should) not|never|without|not to) (?:\w+ ){0,2}?(?:forget|forgetting|skip|skipping"
    r"|leave out|leaving out|neglect"
    r"|neglecting|miss|missing|exclude|ignore|avoid)(?: about)?"
    r"|(?:(?:am|is|are) )?not (?:just|only)|nicht nur|no solo|no (?=\w+ (?:strength|flexibility|mobility|stamina"
    r"|endurance)\b(?! (?:training|work|exercises?)))|(?:(?:am|is|are) )?not (?:\w+ )?(?=flexib|mobil|strong"
    r"|supple|stable|balanced)|lack(?:s"
    r"|ing)?(?: of)?|can not (?:feel|activate|engage)"
)
_ALLOW = (
    r"(?:do|does|would) not (?:really )?mind|(?:do|does) not bother me|no (?:problems?|issues?|trouble"
    r"|fear)(?: at all)? (?:with|doing|in|when|of)"
    r"|(?<!not )(?:fine|ok|okay|happy|cool|good|comfortable|great) with|(?:nothing|(?:(?:am|is|are) )?not) (?:against|afraid of"
    r"|opposed to|averse to|scared of)"
    r"|can not (?:wait|get enough)(?: to| for| of)?|no objections? (?:to|against)|kein problem mit|nichts gegen"
    r"|no me importan?|nada en contra de"
)
_LACK = (
    r"(?:have|has|got|having|own|there is|there are)(?: \w+)? no|zero|(?:do|does|did) not (?:have|own"
    r"|suffer from)(?: got)?(?: any| access to| an?)?"
    r"|have not (?:got )?(?:any|a)|hardly any|never had(?: any| an?)?|habe keine?n?|no tengo|free of"
)
_NEUTRAL = r"(?:have|has|had|did|was|were) not(?: \w+)?|no(?: more| longer| less| later)? than|not (?:more|longer|less) than"
_AVOID = (
    r"no more(?! than)|not (?:really )?(?:want|wish|like|need|plan)(?: to| for)?(?: (?:do|use|have|see|train"
    r"|include))?|(?:am|is|are) not(?! (?:too|very|so|that|sure|yet|been|just|only)\b)|no(?! (?:need to (?:rush"
    r"|worry)|time|experience|limit|one|longer than|more than)\b)|not(?! (?:too|very|so|that|sure|yet|more|longer|less"
    r"|been|enough"
    r"|a (?:problem|beginner)|an issue)\b)|non|without|avoid\w*|skip(?:ping)?(?= (?!rope|ropes)\w)|exclud\w+|leav(?:e"
    r"|ing) out|omit\w*|minus|nothing|none of|hates?|dislikes?"
    r"|detest|(?:stay|staying|keep|keeping) (?:away|off|clear)(?: from| of)?|steer clear of|instead of|rather than"
    r"|unable to|allergic to|forbid\w+|prohibit\w+"
    r"|spare me|refrain from|away from|never(?! (?:trained|worked|exercised|done|tried|did|been|really|before"
    r"|again before))|less|minimal|as little|fewer"
    r"|(?:anything|everything|all) but|ohne|keine?[nrs]?|nicht|nichts|vermeide\w*|verzicht\w* auf|sin|evit\w+|nada de|ni"
)
_EXCEPT = r"except(?:ing)?(?: for)?|besides|apart from|aside from|other than|ausser|excepto|salvo|menos"
_CUE = re.compile(
    rf"\b(?:(?P<wish>{_WISH})|(?P<allow>{_ALLOW})|(?P<lack>{_LACK})|(?P<neutral>{_NEUTRAL})|(?P<excepting>{_EXCEPT})|(?P<avoid>{_AVOID}))\b"
)
_BOUNDARY = re.compile(
    r"[.;!?:()\[\]]|\b(?:but|aber|pero|sondern|sino|however|though|just|only|please|bitte|focus\w*|i want|i would"
    r"|i need|want to|give me|prefer|looking for"
    r"|work on|working on|target\w*|so that|because|instead)\b"
)
_EXCEPTED_FROM = re.compile(r"[.;!?]|\b(?:everything|anything|all|body|alles|todo) *$")
"""After "no equipment" an exception is there, after "everything" it is left out."""
_FOR_MY = re.compile(r" (?:for|on) (?:the sake of )?(?:my|the) ")
_OR = re.compile(r"\b(?:or|nor|oder|o|ni)\b|/")
_IS_WISHED = re.compile(r" (?:please|only|instead|day|work ?out|training|session|routine|focus|bitte|nur)\b")
_MOST_BETWEEN = 6  # words from a cue to what it is about
_MOST_AFTER_NO = 3
_BARE_NO = re.compile(r"(?:no|not|non|sin|ohne|nicht|keine?[nrs]?|ni|less|zero)")
_DENYING = ("no", "not", "am not", "is not", "are not", "kein", "keine", "keinen", "nicht", "sin")
_ENOUGH = re.compile(r"\b(?:enough|often|regularly|much|genug|oft)\b")
_NOT_AFTER = re.compile(
    r"(?: (?:exercises?|work|movements?|moves|stuff|training))?(?:-free\b| free\b(?! weights?| time)|(?: is| are|'s"
    r"|s)? (?:(?:definitely|absolutely|strictly|totally|also|both) )?"
    r"(?:not (?:ok|okay|fine|allowed|possible|an option|good|for me|recommended|included|needed|necessary|permitted"
    r"|required)|off[- ]limits|off the table"
    r"|an? no[- ]?go|no[- ]?go|out of the question|forbidden|impossible|verboten|tabu|prohibid\w+|banned|out\b))"
)
_FINE_AFTER = re.compile(
    r"(?: (?:exercises?|work|movements?|moves|stuff))? (?:is|are|ist|sind) (?:(?:totally|perfectly|absolutely|also|both|all) )?"
    r"(?:fine|ok|okay|welcome|great|allowed|no problem|good|healthy|possible|in ordnung|kein problem)\b"
)
_HURTS_WHEN = re.compile(
    r"\b(?:hurts?|pains?|aches?|sore|clicks?|bother\w*)\b[^.;]{0,20}\b(?:when|while|during|after|if|from|on)(?: (?:i"
    r"|doing|do|my|we|am|ever))*\s*$"
)


def with_stances(text: str, found: Sequence[Mention]) -> list[Mention]:
    turned = {each: each for each in found}
    cues = list(_CUE.finditer(text))
    for before, cue, after in zip([None, *cues], cues, [*cues[1:], None], strict=False):
        stance = _stance_of(text, before, cue)
        scope = _scope(text, cue, after)
        if stance is None or (cue.group() == "not" and _ENOUGH.search(text, cue.end(), scope)):
            continue
        for each in _meant(text, found, cue, scope):
            turned[each] = _taken(each, stance, cue.group())
    stood = [_by_what_is_near(text, turned[each]) for each in found]
    return [_for_its_sake(text, before, each) for before, each in zip([None, *stood], stood, strict=False)]


def _stance_of(text: str, before: re.Match[str] | None, cue: re.Match[str]) -> Stance | None:
    if cue["excepting"]:
        among = text[before.end() : cue.start()] if before and (before["avoid"] or before["lack"]) else "."
        return "avoided" if _EXCEPTED_FROM.search(among) else "wished"
    stances: dict[str, Stance | None] = {"wish": "wished", "allow": "allowed", "lack": "lacked", "neutral": None, "avoid": "avoided"}
    return stances[cue.lastgroup or "avoid"]


def _scope(text: str, cue: re.Match[str], after: re.Match[str] | None) -> int:
    begin = cue.end() + len(text[cue.end() :]) - len(text[cue.end() :].lstrip(": "))
    boundary = _BOUNDARY.search(text, begin)
    return min(boundary.start() if boundary else len(text), after.start() if after else len(text))


def _meant(text: str, found: Sequence[Mention], cue: re.Match[str], scope: int) -> Iterator[Mention]:
    """What a cue is about: the first mention that is near, and what is listed with it."""
    last: Mention | None = None
    for each in found:
        if each.start < cue.end() or each.start >= scope or each.kind == "habit":
            continue
        if last is None:
            gap = text[cue.end() : each.start]
            most = _MOST_AFTER_NO if _BARE_NO.fullmatch(cue.group()) else _MOST_BETWEEN
            if "," in gap or len(gap.split()) > most:
                return
        elif not _goes_on(text, last, each):
            return
        yield each
        last = each


def _goes_on(text: str, last: Mention, each: Mention) -> bool:
    """A list of one kind of thing, or one with "or" in it, or what stands together ("knee pain", "jump squats")."""
    gap = text[last.end : each.start]
    if gap.strip(" -") == "":
        return True
    if not CONNECTS.fullmatch(gap):
        return False
    if _OR.search(gap):
        return True
    if each.kind == "goal":
        return False
    if "," in gap:
        return each.kind == last.kind and not _IS_WISHED.match(text, each.end)
    return each.kind == last.kind or {each.kind, last.kind} <= {"equipment", "bare"}


def _taken(each: Mention, stance: Stance, cue: str) -> Mention:
    if stance == "lacked" and each.kind in ("movement", "care"):
        stance = "avoided"
    complaint = each.hurts or each.kind == "condition"
    if complaint and (stance == "lacked" or (stance == "avoided" and cue in _DENYING)):
        stance = "denied"
    if stance == "lacked" and each.kind in ("area", "goal"):
        stance = "wished"
    return replace(each, stance=stance, cue=cue)


def _for_its_sake(text: str, before: Mention | None, each: Mention) -> Mention:
    """ "No jumping for my knees"."""
    spared = before and (before.kind, before.stance, each.kind) == ("movement", "avoided", "area")
    return replace(each, hurts=True) if before and spared and _FOR_MY.fullmatch(text, before.end, each.start) else each


def _by_what_is_near(text: str, each: Mention) -> Mention:
    if each.kind == "movement" and _HURTS_WHEN.search(text[max(0, each.start - 60) : each.start]):
        return replace(each, stance="avoided", cue="hurts")
    if each.stance == "wished" and _NOT_AFTER.match(text, each.end):
        return replace(each, stance="avoided", cue="not")
    if each.stance == "wished" and each.kind != "goal" and _FINE_AFTER.match(text, each.end):
        return replace(each, stance="allowed", cue="fine")
    return each
