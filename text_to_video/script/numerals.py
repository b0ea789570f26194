"""PURE: the numbers a text states, in digits or words, whatever the country: 40,000 and 40.000 and "forty thousand" are one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from text_to_video.script.phrases import primary

_NEAR = 25  # characters before and after a number in which its unit may stand

_UNITS: Mapping[str, str] = {
    "%": r"[%٪]|per ?cent\b|prozent|por ciento|por cento|pour cent|procent|процент|відсотк|パーセント",
    "$": r"\$|\busd\b|dollar|dólar|доллар|долар|美元|ドル",
    "€": r"€|\beuros?\b|\beur\b|евро|євро|欧元|ユーロ",
    "£": r"£|\bgbp\b|\bpounds?\b",
    "₹": r"₹|\binr\b|rupee|₨|\brs\b|रुप",
    "¥": r"[¥円元]|\b(?:jpy|cny|rmb|yen|yuan)\b",
    "year": r"\b(?:years?|yrs?|jahre?n?|años?|ans|années?|anni|anno|anos?|jaar|jaren|lat|rok|roku|lata)\b|\bгод|\bлет\b|\bрок|[年년]",
    "month": r"\b(?:months?|monate?n?|mes|meses|mois|mesi|mese|maand|maanden|miesi\w+)\b|месяц|місяц|ヶ月|か月|个月|個月|개월",
    "week": r"\b(?:weeks?|wochen?|semanas?|semaines?|settiman[ae]|week|weken|tydzień|tygodni\w*)\b|недел|тиж|[周週]|주",
    "day": r"\b(?:days?|tage?n?|días?|jours?|giorn[oi]|dias?|dag|dagen|dni|dzień)\b|\bдн[еяі]|\bдень|[日天일]",
    "hour": r"\b(?:hours?|hrs?|h|stunden?|horas?|heures?|ore|uur|uren|godzin\w*)\b|час|годин|時間|小时|시간",
    "minute": r"\b(?:minutes?|mins?|minuten|minutos?|minut[ioay]?)\b|минут|хвилин|分",
}
_UNIT = {unit: re.compile(pattern) for unit, pattern in _UNITS.items()}
MONEY = frozenset("$€£₹¥")
PERIODS = frozenset({"year", "month", "week", "day", "hour"})

_SCALES: tuple[tuple[str, float], ...] = (
    (r"k\b|\s?thousand|\s?tausend|\s?tsd|\s?mil\b|\s?mille\b|\s?mila\b|\s?tys|\s?тыс|\s?тис|\s?bin\b|[千천]|हज़ार", 1e3),
    (r"mm?\b|mn\b|\s?million|\s?mio\b|\s?millon|\s?milion|\s?milhõ|\s?mln|\s?млн|\s?миллион|\s?мільйон|百万|백만", 1e6),
    (r"bn?\b|\s?billion|\s?milliard|\s?mrd|\s?bilhõ|\s?miliard|\s?миллиард|\s?млрд|十亿|십억", 1e9),
    (r"[万萬만]", 1e4),
    (r"[億亿억]", 1e8),
    (r"\s?lakh|\s?लाख", 1e5),
    (r"\s?crore|\s?करोड़", 1e7),
)
_SCALE = tuple((re.compile(pattern), factor) for pattern, factor in _SCALES)
_DIGITS = re.compile(r"\d+(?:[.,'’\u00a0\u202f ]\d{3})*(?:[.,]\d+)?(?!\d)|\d+")
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+")
_MAYBE_A_SCALE = re.compile(r"[mb]\b")
_BETWEEN = re.compile(r"^(?:k|mm?|mn|bn?|[万億亿만억]|\s?thousand|\s?million|\s?billion)?\s?\+?\s?(?:or more |full )?[-\s]?")
_TO_ANOTHER = re.compile(r"[^\d]{0,4}(?:-|–|—|~|〜|to|bis|a|à|до|至|到)\s*[^\d\s]{0,3}(?=\d)")

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ENGLISH = {word: float(i) for i, word in enumerate(_ONES.split())} | {word: 10.0 * i for i, word in enumerate(_TENS.split(), 2)}
_ENGLISH |= {"dozen": 12.0, "twice": 2.0, "double": 2.0, "triple": 3.0, "half": 0.5}
_TIMES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_OTHERS: Mapping[str, str] = {
    "de": "zwei 2 drei 3 vier 4 fünf 5 sechs 6 sieben 7 acht 8 neun 9 zehn 10 elf 11 zwölf 12 zwanzig 20 dreißig 30 fünfzig 50 hundert 100",
    "es": "dos 2 tres 3 cuatro 4 cinco 5 seis 6 siete 7 ocho 8 nueve 9 diez 10 once 11 doce 12 veinte 20 treinta 30 cincuenta 50 cien 100",
    "fr": "deux 2 trois 3 quatre 4 cinq 5 sept 7 huit 8 dix 10 onze 11 douze 12 quinze 15 vingt 20 trente 30 cinquante 50 cent 100",
    "it": "due 2 tre 3 quattro 4 cinque 5 sette 7 otto 8 nove 9 dieci 10 undici 11 dodici 12 venti 20 trenta 30 cinquanta 50 cento 100",
    "pt": "dois 2 duas 2 três 3 quatro 4 cinco 5 seis 6 sete 7 oito 8 nove 9 dez 10 onze 11 doze 12 vinte 20 cinquenta 50 cem 100",
    "nl": "twee 2 drie 3 vier 4 vijf 5 zes 6 zeven 7 acht 8 negen 9 tien 10 elf 11 twaalf 12 twintig 20 dertig 30 vijftig 50 honderd 100",
    "pl": "dwa 2 dwie 2 dwóch 2 trzy 3 trzech 3 cztery 4 pięć 5 sześć 6 siedem 7 osiem 8 dziewięć 9 dziesięć 10 dwadzieścia 20 sto 100",
    "ru": "два 2 две 2 двух 2 три 3 трёх 3 трех 3 четыре 4 пять 5 шесть 6 семь 7 восемь 8 девять 9 десять 10 двадцать 20 сто 100",
    "uk": "два 2 дві 2 двох 2 три 3 трьох 3 чотири 4 п'ять 5 шість 6 сім 7 вісім 8 десять 10 двадцять 20 сто 100",
    "tr": "iki 2 üç 3 dört 4 beş 5 altı 6 yedi 7 sekiz 8 dokuz 9 on 10 yirmi 20 yüz 100",
}
"""Those that mean nothing else: French "six" is said as in English, "neuf" is also new, Italian "sei" also you are."""
_HAN = {sign: i for i, sign in enumerate("〇一二三四五六七八九")}
_HAN_TIMES = {"十": 10, "百": 100, "千": 1000}
_HAN_NUMBER = re.compile(r"[一二三四五六七八九十百千]+(?=[年月日人名つ個个件社店倍週周歳分时時円元万萬億亿種种家位])")


@dataclass(frozen=True)
class Number:
    """`values`: what it may mean ("5 m" is 5 or 5,000,000). `unit`: right at it; `units`: all that stand near."""

    text: str
    values: frozenset[float]
    unit: str | None
    units: frozenset[str]

    def stated_in(self, others: Iterable[Number]) -> bool:
        """Whether one of `others` is the same number, of the same thing where this one says of what."""
        return any(self.values & other.values and (self.unit is None or self.unit in other.units) for other in others)


def numbers_in(text: str, language: str) -> Iterator[Number]:
    """Every number of `text` but "one", which may be anybody. Words are read in English and in `language` (BCP 47)."""
    text = _HAN_NUMBER.sub(lambda match: str(_han(match[0])), unicodedata.normalize("NFKC", text)).casefold()
    for match in _DIGITS.finditer(text):
        yield _number(text, match.start(), match.end(), _value(match[0]))
    yield from _in_words(text, primary(language))


def _value(digits: str) -> float:
    """Marks between groups of three are for the eye; another last mark is the decimal one."""
    plain = re.sub(r"[\u00a0\u202f ’']", "", digits)
    if _GROUPED.fullmatch(digits):
        return float(re.sub(r"[.,]", "", plain))
    whole, mark, fraction = plain.replace(",", ".").rpartition(".")
    return float(f"{whole.replace('.', '')}.{fraction}") if mark else float(plain)


def _number(text: str, start: int, end: int, value: float) -> Number:
    before, after = text[max(0, start - _NEAR) : start], text[end : end + _NEAR]
    scaled = _scaled(value, after)
    values = scaled if scaled and not _MAYBE_A_SCALE.match(after) else {value} | scaled
    if another := _TO_ANOTHER.match(after):  # "80–95k": the thousands are both's
        high = _DIGITS.match(after, another.end())
        values |= _scaled(value, text[end + high.end() :][:_NEAR]) if high else set()
    return Number(text[start:end], frozenset(values), _unit_at(before, after), _units_near(before, after))


def _scaled(value: float, after: str) -> set[float]:
    return {value * factor for pattern, factor in _SCALE if pattern.match(after)}


def _unit_at(before: str, after: str) -> str | None:
    """Of what the number is, by the sign before it or the word after it: "€ 5", "5 %", "5+ years", "five or more years"."""
    sign = re.search(r"([$€£₹¥])\s?$", before)
    if sign:
        return sign[1]
    rest = _BETWEEN.sub("", after, count=1)
    return next((unit for unit, pattern in _UNIT.items() if pattern.match(rest)), None)


def _units_near(before: str, after: str) -> frozenset[str]:
    return frozenset(unit for unit, pattern in _UNIT.items() if pattern.search(before) or pattern.search(after))


def _in_words(text: str, language: str) -> Iterator[Number]:
    words = list(re.finditer(r"[^\W\d_]+(?:'[^\W\d_]+)?", text))
    told = _OTHERS.get(language, "").split()
    table = dict(zip(told[::2], map(float, told[1::2]), strict=True))
    at = 0
    while at < len(words):
        length, value = _english(words, at, text)
        if length == 0 and words[at][0] in table:
            length, value = 1, table[words[at][0]]
        if length:
            yield _number(text, words[at].start(), words[at + length - 1].end(), value)
        at += max(1, length)


def _english(words: list[re.Match[str]], at: int, text: str) -> tuple[int, float]:
    """How many words from `at` on say a number, and which; "one" alone says none."""
    total = group = 0.0
    length = 0
    for i in range(at, len(words)):
        word = words[i][0]
        if i > at and text[words[i - 1].end() : words[i].start()] not in (" ", "-"):
            break
        if word in _ENGLISH and _fits(_ENGLISH[word], group):
            group += _ENGLISH[word]
        elif word in _TIMES and not (i == at and re.search(r"\d\s$", text[: words[i].start()][-2:])):  # "1.5 million" is told by its digits
            group = max(group, 1) * _TIMES[word]
            if _TIMES[word] > 100:
                total, group = total + group, 0.0
        elif not (word == "and" and i > at and i + 1 < len(words) and words[i - 1][0] in _TIMES and words[i + 1][0] in _ENGLISH):
            break
        length = i - at + 1
    return (0, 0.0) if length == 1 and words[at][0] == "one" else (length, total + group)


def _fits(value: float, group: float) -> bool:
    """Whether a word can follow what was said: "five" after "twenty" or "hundred", "twenty" after "hundred" only."""
    return group % 100 == 0 or (group % 10 == 0 and group % 100 >= 20 and value < 10)


def _han(signs: str) -> int:
    """ "三十五" is 35."""
    total = digit = 0
    for sign in signs:
        if sign in _HAN_TIMES:
            total, digit = total + max(digit, 1) * _HAN_TIMES[sign], 0
        else:
            digit = _HAN[sign]
    return total + digit
