"""PURE: how long a routine is to be, by the times a sentence has in it, in digits or words (English, German, Spanish)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from services.backend.routines.schemas import LONGEST_S, SHORTEST_S

DEFAULT_S = 300
"""Of a routine of which nobody says how long it is."""
QUICK_S, LONG_S = DEFAULT_S, 1800
"""What "a quick stretch" and "a long session" are taken for."""

_ONES = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
    "eine": 1, "einer": 1, "einem": 1, "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "fuenf": 5, "sechs": 6, "sieben": 7, "acht": 8,
    "neun": 9, "zehn": 10, "zwolf": 12, "zwoelf": 12, "funfzehn": 15, "fuenfzehn": 15, "funfundzwanzig": 25, "funfundvierzig": 45,
    "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10, "doce": 12,
    "quince": 15, "veinticinco": 25,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "zwanzig": 20, "dreissig": 30, "vierzig": 40, "funfzig": 50, "fuenfzig": 50, "sechzig": 60, "neunzig": 90, "veinte": 20,
    "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "noventa": 90,
}  # fmt: skip
_WORDS = rf"(?:(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(list(_ONES)[:9])})\b)?|{'|'.join(sorted(_ONES, key=len, reverse=True))})"
_NUMBER = (
    r"(?>\d{1,3} 1/2|\d{1,3} and a half|1/[234]|3/4|\d{1,9}(?:[.,]\d{1,2})?|(?:a )?hundred|couple(?: of)?|few"
    rf"|{_WORDS}(?: and a half)?)"
)
_HOUR = r"(?:hours?|hrs?|hr|h|stunden?|std|horas?)(?![a-z])"
_MINUTE = r"(?:minut\w*|mins?|(?<=\d)(?<!\d\d\d)m(?! (?:sprint|run|dash|swim|row|race))|')(?!\w)"
_SECOND = r"(?:seconds?|secs?|sec|sekunden?|sek|segundos?|(?<=\d)s|''|\")(?!\w)"
_UNIT = rf"(?:{_HOUR}|{_MINUTE}|{_SECOND})"
_GAP = (
    r"(?:-?ish|\+)?(?:[ -]{0,2}|[ -](?:easy|short|gentle|hard|intense|good|solid|quick|full|whole|light|little|nice"
    r"|relaxed|relaxing|spare|free)[ -])"
)

_EXACT = (
    (
        rf"(?:{_NUMBER}|an|a) {_HOUR}(?:,? and)? (?:a )?(?:1/2|half)|(?:an?|one|1) {_HOUR} and a half|hour and a half"
        r"|hora y media|eineinhalb stunden?|anderthalb stunden?",
        5400,
    ),
    (rf"(?:an?|one|1) {_HOUR} and a quarter", 4500),
    (r"(?:three|3)[ -]quarters? of an hour|three[ -]quarter hours?|dreiviertelstunden?|drei ?viertel ?stunden?|tres cuartos de hora", 2700),
    (r"(?:a )?quarter(?: of an|-| of)? ?hours?|viertel ?stunden?|(?:un )?cuarto de hora", 900),
    (r"hour[ -]long|stundige[nrs]?", 3600),
    (r"half[ -](?:an[ -])?hours?|half of an hour|halbe?n? ?stunden?|media hora", 1800),
)
_CLOCK = rf"(?P<hours>\d):(?P<sixtieths>[0-5]\d)(?: ?{_HOUR})|(?P<whole>\d{{1,2}}):(?P<seconds>[0-5]\d) ?(?:minutes?|mins?|min)\b"
_HOURS_MINUTES = (
    rf"(?P<h>{_NUMBER}|an|a){_GAP}{_HOUR}(?:,? and| und| y)? ?(?P<m>{_NUMBER})(?:{_GAP}{_MINUTE}|\b(?![ -]?(?:{_SECOND}"
    r"|times|x|sets|rounds|reps|exercises)))"
)
_MINUTES_SECONDS = (
    rf"(?P<mm>{_NUMBER}){_GAP}{_MINUTE},?(?: and| und| y)? ?(?P<ss>{_NUMBER}){_GAP}{_SECOND}(?! (?:rest|pause|hold|each|on|off|break))"
)
_RANGE = (
    rf"(?P<between>between )?(?P<low>{_NUMBER})(?:{_GAP}(?P<low_unit>{_UNIT}))? ?(?:-|to|or|bis|oder|a|o|(?(between)and"
    rf"|to)) ?(?P<high>{_NUMBER}){_GAP}(?P<high_unit>{_UNIT})"
)
_PLAIN = rf"(?P<n>{_NUMBER}|an|a){_GAP}(?P<unit>{_UNIT})"

_QUICK = re.compile(
    r"\b(?:quick|short|brief|express|fast|kurze?[nrs]?|schnelle?[nrs]?|rapid[oa]|cort[oa]|breve)(?:er|ie)? (?:[\w-]+ ){0,2}?"
    r"(?:work ?outs?|sessions?|routines?|training|ones?|stretch\w*|class|video|yoga|break|practice|flow|exercises?"
    r"|warm|core|abs|hiit|cardio"
    r"|burn|blast|move|mobility|fix|einheit|pause|rutina|entrenamiento|sesion)"
    r"|\bsomething (?:\w+ )?(?:quick|short|brief|fast)\b|\b(?:short|pressed|tight) (?:on|of|for) time|\b(?:no|not much"
    r"|little|hardly any) time\b"
    r"|\bquickie\b|\b(?:wenig|keine) zeit\b|\bpoco tiempo\b"
)
_LONG = re.compile(
    r"(?<!no )(?<!not )(?<!too )\blong(?:er|e|es)? (?:[\w-]+ ){0,1}?(?:work ?out|session|routine|training|one|stretch\w*|class|video|yoga"
    r"|practice|flow|einheit)\b|\bsomething (?:\w+ )?long\b|\b(?:rutina|sesion) larga\b|\blange einheit\b"
)
_NOT_BEFORE = re.compile(
    r"\b(?:(?:sit|sits|sat|sitting|desk|driv\w+|drove|slept|sleep\w*|stand|stood|standing|work|works|worked|working"
    r"|walked|ran|hold|holds|holding"
    r"|commut\w+|typing|shifts?|flight|flights|flying|travel\w*|lying|computer|laptop|screens?|chair|office|car)"
    r"|(?:rest|pause|after|every|last|past|usually|normally|used to(?: \w+)?|yesterday|previously|break of|rests? of|pauses? of|pausen? von"
    r"|intervals? of|rounds? of|sets? of|holds? of|holding(?: \w+)? for|each)|sitze|sitzen|sentad[oa])"
    r"(?: (?:for|about|around|over|up to|all|my|me|roughly|some|almost|nearly|at|in|a|the|more than|it|them|each"
    r"|position|stretch|pose|per|day|week"
    r"|bis zu|etwa|unos|unas))*[ :]*$"
)
_NOT_AFTER = re.compile(
    r"^[ -]*(?:(?:a day|per day|daily|every day|a week|each day|straight|everyday) )?(?:ago\b|(?:of )?(?:rest|pauses?"
    r"|breaks?|recovery|holds?|holding|intervals?|plank|sprints?|sitting|sleep|driving|commut\w+|standing"
    r"|walking|desk|computer|gaming|screen|shifts?|flights?|drives?|meetings?|nap)\b|per (?:side|set|exercise|leg|arm"
    r"|pose|stretch|move|round)"
    r"|each\b|(?:on|off)\b(?! (?:my|the|a))|a side|apart|(?:for|on) each|in between|between (?:sets|exercises|rounds)"
    r"|at (?:my|a|the) (?:desk|computer|office)|in (?:the|a|my) (?:car|chair|office)|before (?:bed|the meeting))"
)
_PART = re.compile(
    r"^[ -]*(?:of |for |fur |zum |de )?(?:a |the |some |my )?(?:light |easy |gentle |short )?(?:warm|cool|aufwarm"
    r"|abkuhl|calentamiento|finisher|mobility|stretch\w*|dehn\w*|core|abs|legs?|cardio|hiit|strength|arms?"
    r"|main|glutes?|hips?|back)\b(?!\s?(?:routine|session|work ?out|class|flow|video|training))"
)
_LAST_WORD = re.compile(
    r"(?:make (?:it|that)|no wait|actually|sorry|rather|better|only have|only got|just have|only|lieber|mejor|instead|but)(?: \w+)?[ :,]*$"
)
_TO = re.compile(r" ?(?:-|to|or|bis|oder|a|o) ?")
_NEGATED = re.compile(
    r"\b(?:not|no|without|don'?t have|nicht|keine?|instead of|rather than)(?: (?:have|got|for|a|an|want|need|do|full"
    r"|whole|quite|even))*[ -]*$"
)
_UPPER_BOUND = re.compile(r"\b(?:not|no|nicht) (?:more|longer|mehr|langer)(?: than| als)? *$")
_DIGITS = re.compile(r"\d{1,3} 1/2|\d+(?:[.,]\d+)?|1/[234]|3/4")


@dataclass(frozen=True)
class Length:
    """`seconds` as it was said, within no bounds. `weak`: a hint such as "quick"."""

    seconds: float
    said: str
    weak: bool = False
    note: str | None = None


@dataclass(frozen=True)
class _Time:
    start: int
    end: int
    seconds: float
    is_range: bool = False


def length_of(text: str) -> Length | None:
    """How long the routine is to be by folded text (sentence.py); None: it does not say.

    Times that are not its own (sitting 8 hours, 30 s of rest, an hour ago) are left aside. Of a range the middle is taken, so that a tenth
    more or less stays within; of several parts (5 min warm-up, 10 min core) their sum; of several times the first, unless a later one takes
    it back ("make it 15").
    """
    times = [time for time in _times(text) if _is_of_the_routine(time, text)]
    longer = [time for time in times if time.seconds >= SHORTEST_S]
    if times := longer or times:
        return _chosen(times, text)
    if found := _QUICK.search(text):
        return Length(QUICK_S, found.group(), weak=True)
    found = _LONG.search(text)
    return Length(LONG_S, found.group(), weak=True) if found else None


def bounded(length: Length) -> tuple[int, str | None]:
    """Seconds a routine can have, and what is to be told of it."""
    seconds = round(min(max(length.seconds, SHORTEST_S), LONGEST_S))
    if seconds > length.seconds:
        return seconds, f'target_duration: "{length.said}" is less than a routine has, so it is {seconds} s'
    if seconds < round(length.seconds):
        return seconds, f'target_duration: "{length.said}" is more than a routine has, so it is {seconds} s'
    return seconds, length.note


def _chosen(times: Sequence[_Time], text: str) -> Length:
    whole = [time for time in times if not _PART.match(text[time.end :])]
    if not whole:
        said = ", ".join(text[time.start : time.end] for time in times)
        total = Length(sum(time.seconds for time in times), said)
        return replace(total, note=f"target_duration: {said} together") if len(times) > 1 else total
    if len(whole) > 1 and _TO.fullmatch(text[whole[0].end : whole[1].start]):
        whole[0] = _Time(whole[0].start, whole[1].end, (whole[0].seconds + whole[1].seconds) / 2, is_range=True)
        del whole[1]
    corrected = [time for time in whole if _LAST_WORD.search(text[: time.start])]
    time = corrected[-1] if corrected else whole[0]
    said = text[time.start : time.end].strip()
    if time.is_range:
        return Length(time.seconds, said, note=f"target_duration: the middle of {said.removeprefix('between ')}")
    others = {other.seconds for other in whole if other.seconds != time.seconds}
    return Length(time.seconds, said, note=f'target_duration: of several times it is "{said}"' if others else None)


def _is_of_the_routine(time: _Time, text: str) -> bool:
    before, after = text[max(0, time.start - 60) : time.start], text[time.end : time.end + 40]
    if _UPPER_BOUND.search(before):
        return True
    return not (_NEGATED.search(before) or _NOT_BEFORE.search(before) or _NOT_AFTER.match(after))


def _times(text: str) -> list[_Time]:
    """In order, none within another."""
    found: list[_Time] = []
    end = 0
    for match in _any_time().finditer(text):
        if match.start() >= end:
            found.append(_Time(match.start(), match.end(), _seconds(match), match["low"] is not None))
            end = match.end()
    return found


@cache
def _any_time() -> re.Pattern[str]:
    exact = "|".join(f"(?P<exact{place}>{pattern})" for place, (pattern, _) in enumerate(_EXACT))
    return re.compile(rf"(?<![\w/])(?<!\d[.,])(?:{exact}|{_CLOCK}|{_RANGE}|{_HOURS_MINUTES}|{_MINUTES_SECONDS}|{_PLAIN})")


def _seconds(match: re.Match[str]) -> float:
    told = match.groupdict()
    for place, (_, seconds) in enumerate(_EXACT):
        if told[f"exact{place}"]:
            return _hour_and_a_half(match.group(), seconds)
    if told["hours"]:
        return int(told["hours"]) * 3600 + int(told["sixtieths"]) * 60
    if told["whole"]:
        return int(told["whole"]) * 60 + int(told["seconds"])
    if told["low"]:
        high = _unit(told["high_unit"])
        low = _unit(told["low_unit"]) if told["low_unit"] else high
        return (_number(told["low"]) * low + _number(told["high"]) * high) / 2
    if told["h"]:
        return _number(told["h"]) * 3600 + _number(told["m"]) * 60
    if told["mm"]:
        return _number(told["mm"]) * 60 + _number(told["ss"])
    return _number(told["n"]) * _unit(told["unit"])


def _hour_and_a_half(said: str, seconds: int) -> float:
    """ "two hours and a half" is more than an hour and a half."""
    first = re.match(rf"{_NUMBER}(?= )", said)
    return _number(first.group()) * 3600 + 1800 if first and seconds == 5400 else seconds


def _unit(said: str) -> int:
    if said[0] == "h" or said.startswith("st"):
        return 3600
    return 60 if said[0] == "m" or said == "'" else 1


def _number(said: str) -> float:
    said = said.strip()
    if said.endswith("and a half"):
        return _number(said.removesuffix("and a half")) + 0.5
    if _DIGITS.fullmatch(said):
        return sum(map(_digits, said.split()))
    if said in ("a", "an"):
        return 1
    if said.endswith("hundred"):
        return 100
    if said.startswith(("couple", "few")):
        return 2 if said.startswith("couple") else 5
    return sum({**_ONES, **_TENS}[word] for word in re.split(r"[- ]", said))


def _digits(said: str) -> float:
    over, _, under = said.replace(",", ".").partition("/")
    return float(over) / float(under or 1)
