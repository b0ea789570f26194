"""PURE: how hard a routine may be, by what people say of themselves and of the effort they look for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.schemas.clips import LEVELS, Level

_NOT_THE_EFFORT = (
    r"(?! (?:day|days|week|weeks|month|time|times|pain|job|work\b|shift|year|years|back pain|headache|meeting|stress"
    r"|floor|drive|surface|sleep|night))"
)
_WORDS: dict[Level, str] = {
    "beginner": r"(?:complete |absolute |total )?(?:beginners?|newbies?|novices?|starters?)|beginner'?s|anfanger\w*|einsteiger\w*"
    r"|neuling|untrainiert|principiantes?|novat[oa]"
    r"|new to (?:this|exercis\w*|work\w*|fitness|training|the gym|sports?|it|all|strength|lifting|yoga|mobility)"
    r"|(?:just )?(?:starting|getting started|begun|begin|start)"
    r"(?: out| with| to| working| exercising| training| over)|first (?:time|work ?out|ever)"
    r"|never (?:really )?(?:trained|worked out|exercised|done|tried|did|been|lifted|before)"
    r"|(?:have|has) not (?:\w+ )?(?:trained|exercised|worked out|moved|done (?:any )?(?:sports?|exercise|anything))"
    r"|(?:no|zero|little|without|hardly any|not much) (?:\w+ )?(?:experience|fitness|training background)"
    r"|out of shape|out of practice|unfit|deconditioned|couch potato|sedentary|rusty|not (?:\w+ )?(?:fit|in shape"
    r"|sporty|athletic|experienced|advanced)|inexperienced|unexperienced"
    r"|easy(?! on)|easier|gentle(?! (?:on|with|warm|cool))|gently|mild|(?:low|light)[- ]intensity|light (?:work ?out"
    r"|session|exercises?|routine|training|movement|activity)|effortless|take it slow"
    r"|seniors?|elderly|older adults?|grand(?:ma|pa|mother|father)|my (?:mum|mom|mother|dad)|(?:6|7|8"
    r"|9)\d[- ]years?[- ]old|over (?:6|7|8)\d|leicht\w*|sanft\w*|suave|facil|ligero"
    r"|(?:coming|getting|going) back (?:to|into) (?:exercise|training|fitness|it|working out|sport)|after (?:a|years"
    r"|months|\w+ (?:years|months)) (?:long )?(?:of )?(?:break|pause|off|without)",
    "intermediate": r"intermediates?|moderate(?:ly)?|medium(?:[- ](?:level|intensity|difficulty|effort|hard))?(?! (?:length|heat|size"
    r"|dumb|band))|some experience|some training|a bit of experience"
    r"|(?:fairly|reasonably|pretty|quite|somewhat|relatively) (?:fit|active|experienced|in shape)|(?:average"
    r"|decent) (?:fitness|level|shape)"
    r"|(?:train|work ?out|exercise|lift|run|go to the gym|gym) (?:regularly|(?:\w+ )?(?:once|twice|\d|two|three|four"
    r"|five)(?: times| x|x)?(?: a| per|/)? ?week)|regularly (?:train|work|exercis|go)\w*"
    r"|(?:been )?(?:training|lifting|working out|exercising) for (?:a|some|one|\d|six|several|many)"
    r"|used to (?:training|exercise|working out)|mittel\w*|geubt\w*|intermedi[oa]s?|moderad[oa]",
    "advanced": r"advanced(?! (?:age|warning|notice|pregnan))|experts?|(?<!former )(?<!ex )(?<!ex-)(?<!retired )athlet(?:es?"
    r"|ic)(?!'s)(?! foot)|elite|(?:very|super|extremely|really) fit|hard ?core(?! muscles?)"
    r"|(?:very|highly|an|more|am|are|already|quite) experienced(?! (?:an?|some|my|pain|knee|back|shoulder|hip))"
    r"|experienced (?:lifters?|athletes?|runners?|trainee|users?|level|gym\w*|crossfit\w*|exercisers?|yog\w*|movers?"
    r"|person|woman|man)"
    r"|(?:very |really |super |extremely )?(?:intense|intensive|intensely|tough|killer|brutal|challenging|insane"
    rf"|savage|gruelling|grueling|demanding|strenuous|vigorous|difficult){_NOT_THE_EFFORT}"
    r"|high[- ]intensity(?! interval)|challenge me"
    r"|hard(?=\s*(?:$|[,.;!)]|work ?outs?|training|sessions?|routines?|class|legs?\b|core|hiit|intervals?|cardio"
    r"|strength|full|ones?\b|exercises?|mode|levels?|circuits?|effort|and\b|but\b|please|enough|as\b|stuff))|harder"
    r"|(?:train|go|push) (?:really |very )?hard"
    r"|push me|destroy me|crush me|make me (?:suffer|sweat hard)|competitive|marathoner|crossfitter|fortgeschritten\w*"
    r"|profi\w*|anspruchsvoll\w*|hart(?:e[snr]?)?|intensiv\w*|schwer(?:e[snr]?)?\b(?! (?:gewicht|schwanger))"
    r"|avanzad[oa]s?|intens[oa]|exigente|expert[oa]|atleta",
}
_HARD_IS = re.compile(r"work(?:ed|ing|s)? (?:\w+ )?hard(?! out)|hard(?= to\b)|breath\w* hard|hard[- ]?boiled")
_TURNED = (
    r"(?P<turned>(?:not|no|nothing|never|without|isn't|nicht|nichts|keine?n?|zu|too|nada|demasiado|less)"
    r"(?: (?:a|an|too|very|so|that|really|anything|be|want|make it|exactly|quite|the|super|overly|overly|zu|eine?|just"
    r"|is|it|do|muy|really|being|feeling))* )?"
)
_PATTERN = re.compile(rf"\b{_TURNED}(?:{'|'.join(f'(?P<{level}>{words})' for level, words in _WORDS.items())})(?!\w)")
_PAST_TURN: dict[Level, Level] = {"beginner": "intermediate", "intermediate": "beginner", "advanced": "beginner"}
_JUST = re.compile(r"\bnot (?:just|only)\b")


@dataclass(frozen=True)
class Effort:
    level: Level
    note: str | None = None


def level_of(text: str) -> Effort | None:
    """The level folded text asks for; None: it does not say. "Not too hard" is for beginners, "not a beginner" intermediate; of two that
    contradict each other the gentler counts."""
    plain = _HARD_IS.sub(lambda match: " " * len(match.group()), text)
    matches = list(_PATTERN.finditer(plain))
    if not matches:
        return None
    if all(match["turned"] for match in matches) and any(match["beginner"] for match in matches):
        return Effort("intermediate")  # neither a beginner nor an expert
    found = dict.fromkeys(map(_level, matches))
    gentlest = min(found, key=LEVELS.index)
    others = [level for level in found if level != gentlest]
    return Effort(gentlest, f"intensity_level: {gentlest} rather than {' or '.join(others)}, the gentler" if others else None)


def _level(match: re.Match[str]) -> Level:
    said = next(level for level in LEVELS if match[level])
    turned = match["turned"]
    if not turned or _JUST.match(turned):
        return said
    return _PAST_TURN[said]
