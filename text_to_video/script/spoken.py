"""From what captions show to what a voice should say: "$95k" is spoken "95 thousand dollars".

Only what speech engines read wrongly is rewritten; plain words and numbers pass through.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from text_to_video.script.alphabets import alphabet_of
from text_to_video.script.base import JOINT, Line, Role, tokens
from text_to_video.script.phrases import primary
from text_to_video.script.readings import kana
from text_to_video.script.segments import segmented
from text_to_video.script.spoken_words import SPOKEN_WORDS, SYMBOLS, SpokenWords

NBSP = "\u00a0"
SILENT = "–"
"""The spoken form of a token with nothing to say: voices make a short pause of it."""

_PERIODS = {
    **dict.fromkeys(("h", "hr", "hour", "stunde", "hora", "heure"), "hour"),
    **dict.fromkeys(("day", "tag", "día", "jour"), "day"),
    **dict.fromkeys(("wk", "week", "woche", "semana", "semaine"), "week"),
    **dict.fromkeys(("mo", "month", "monat", "mes", "mois"), "month"),
    **dict.fromkeys(("y", "yr", "year", "annum", "jahr", "año", "an"), "year"),
}

_ENGLISH = {
    "e.g.": "for example",
    "e.g": "for example",
    "i.e.": "that is",
    "i.e": "that is",
    "vs.": "versus",
    "vs": "versus",
    "w/": "with",
    "w/o": "without",
    "incl.": "including",
    "approx.": "approximately",
    "sr.": "senior",
    "jr.": "junior",
    "saas": "sass",
    "1:1": "one on one",
    "1:1s": "one on ones",
    "401(k)": "4 oh 1 k",
    "401k": "4 oh 1 k",
}
_EVERYWHERE = {"c++": "C plus plus", "c#": "C sharp", "f#": "F sharp", "24/7": "24 7"}

_SPELLED = frozenset(
    # Acronyms with a vowel, which engines read as a word though people spell them.
    "ABM AE AEC ACH AML AOV AR ARR ATS AUM AWS BI CAC CI CLI COO EA ECS ECU EDI EDR EEO EHR EKS EM EMR EMT EOD EPC ERP ESG ETA ETF ETL "
    "EV IAM IC ICP ICU IDE IPO IRA KYC NGO NYC OEM OKR OSS OTC OTE PA PTO QA ROI RFI SAP SEO SRE SEM TA UAT UAV UGC UI UX".split()
)
_SAID_AS_WORDS = frozenset("ASIC CAD GAN LAN NAS PIN RAG SIM SOC WAN".split())

_CURRENCY = r"(?:US\$|CA\$|C\$|A\$|AU\$|[$€£¥₹])"
_NUMBER = r"\d[\d.,'’]*"
_SCALE = r"k|K|m|M|mm|MM|bn|B"
_AMOUNT = re.compile(
    rf"(?P<before>{_CURRENCY})?(?P<low>{_NUMBER})(?P<low_scale>{_SCALE})?"
    rf"(?:[-–—](?P<between>{_CURRENCY})?(?P<high>{_NUMBER})(?P<high_scale>{_SCALE})?)?"
    rf"(?P<after>{_CURRENCY})?(?P<plus>\+)?(?:/(?P<per>[^\W\d]+))?"
)
_RANGE = re.compile(rf"(?P<low>{_NUMBER})[-–—~〜～](?P<high>\d\S*)")
_AFFIXES = re.compile(r"(?P<open>[\"'“‘«(\[{]*)(?P<core>.*?)(?P<close>[.,;:!?…\"'”’»)\]}।؟،]*)", re.DOTALL)
_URL = re.compile(r"https?://|www\.|\S+@\S+\.\w", re.IGNORECASE)


def line_of(role: Role, text: str, language: str) -> Line:
    """A line of a script from its text, which is segmented for the captions."""
    return spoken_line(role, segmented(text, language), language)


def spoken_line(role: Role, display: str, language: str = "en") -> Line:
    """A line of a script from the words captions show."""
    return Line(role, display, spoken(display, language))


def spoken(display: str, language: str = "en") -> str:
    """`display` as it is said, with the same number of `tokens`: words that one token becomes are joined by U+00A0, and no JOINT is left.

    Japanese is said as it is read, in kana, where its readings are known. Web and mail addresses are never spoken, nor are emoji and
    other symbols without a meaning of their own, nor words in letters that the language's voice cannot read.
    """
    shown = [token.rstrip(JOINT) for token in tokens(display)]
    language = primary(language)
    words = SPOKEN_WORDS.get(language, SYMBOLS)
    if language == "ja":
        shown = kana(shown) or shown
    said = ["" if _is_foreign(token, language) else _token(token, words, english=language == "en") for token in shown]
    for i in range(1, len(shown) - 1):
        if shown[i] in ("-", "–", "—") and _ends_in_number(shown[i - 1]) and re.match(rf"{_CURRENCY}?\d", shown[i + 1]):
            said[i] = words.to
    for i in range(len(shown) - 1 if language in _SCALES else 0):
        _move_currency(shown, said, i, _SCALES[language])
    return " ".join(NBSP.join(text.split()) or SILENT for text in said)


_READ_BY = {
    **dict.fromkeys(("ar", "fa", "ur"), ("Arabic",)),
    **dict.fromkeys(("hi", "mr", "ne"), ("Devanagari",)),
    "he": ("Hebrew",),
    "ja": ("Japanese", "Chinese"),
    "ko": ("Korean",),
    "ta": ("Tamil",),
    "th": ("Thai",),
    **dict.fromkeys(("yue", "zh"), ("Chinese",)),
}
"""Alphabets that only the voices of some languages read: others name each letter."""
_READ_BY_FEW = frozenset(alphabet for alphabets in _READ_BY.values() for alphabet in alphabets)


def _is_foreign(token: str, language: str) -> bool:
    alphabet = None if token.isascii() else alphabet_of(token)
    return alphabet in _READ_BY_FEW and alphabet not in _READ_BY.get(language, ())


def _ends_in_number(token: str) -> bool:
    return bool(re.search(rf"\d(?:{_SCALE})?(?:{_CURRENCY})?$", token))


_SCALES = {"en": frozenset({"thousand", "million", "billion"}), "hi": frozenset({"हज़ार", "लाख", "करोड़"})}
"""Words after a number that scale it."""


def _move_currency(shown: list[str], said: list[str], i: int, scales: frozenset[str]) -> None:
    """ "$1.2 million" is said "1.2 million dollars": the currency moves behind the token that scales the number."""
    following = _AFFIXES.fullmatch(shown[i + 1])
    if following and following["core"] in scales and re.fullmatch(rf"{_CURRENCY}{_NUMBER}(?:[-–—]{_NUMBER})?", shown[i]):
        said[i], currency = said[i].rsplit(maxsplit=1)
        said[i + 1] = f"{following['core']} {currency}{following['close']}"


def _token(token: str, words: SpokenWords, *, english: bool) -> str:
    if _URL.search(token):
        return ""
    table = {**_EVERYWHERE, **(_ENGLISH if english else {})}
    affixes = _AFFIXES.fullmatch(token)
    assert affixes is not None  # every part of the pattern may be empty
    body = token[len(affixes["open"]) :]
    for whole in (body, body.rstrip(",;:!?"), body.rstrip(".,;:!?"), affixes["core"]):
        if whole.lower() in table:
            return affixes["open"] + table[whole.lower()] + body[len(whole) :]
    return affixes["open"] + _core(affixes["core"], words, english=english) + affixes["close"]


def _core(core: str, words: SpokenWords, *, english: bool) -> str:
    if (amount := _AMOUNT.fullmatch(core)) and (amount["before"] or amount["between"] or amount["after"]):
        return _amount(amount, words)
    if span := _RANGE.fullmatch(core):
        return f"{_plain(span['low'], words)} {words.to} {_core(span['high'], words, english=english)}"
    if re.fullmatch(_NUMBER, core):
        return _plain(core, words)
    if "/" in core:
        return " ".join(_token(part, words, english=english) for part in core.split("/") if part)
    if "&" in core:
        return f" {words.and_} ".join(_token(part, words, english=english) for part in core.split("&")).strip()
    if english and (spelled := _spelled(core)):
        return spelled
    return words.currency.get(core) or _without_symbols(core, words)


def _amount(amount: re.Match[str], words: SpokenWords) -> str:
    """Money: the number or range, then its scale, then the currency ("$80–95k/year" → "80 to 95 thousand dollars a year")."""
    currency = words.currency[(amount["before"] or amount["between"] or amount["after"])[-1]]
    low_scale, high_scale = amount["low_scale"], amount["high_scale"]
    parts = [_number(amount["low"], None if amount["high"] and low_scale == high_scale else low_scale, currency, words)]
    if amount["high"]:
        parts += [words.to, _number(amount["high"], high_scale, currency, words)]
    if not parts[-1].endswith("\0"):
        parts.append(currency)
    parts += ["plus"] if amount["plus"] else []
    period = _PERIODS.get((amount["per"] or "").lower())
    parts += [words.per[period]] if period else [amount["per"]] if amount["per"] else []
    return " ".join(parts).replace("\0", "")


def _number(number: str, scale: str | None, currency: str, words: SpokenWords) -> str:
    """A number with its scale. Cents are said after the currency ("20 dollars 50"), which a final NUL tells the caller."""
    whole, _, cents = number.partition(".")
    if scale is None and len(cents) == 2 and cents.isdigit():
        return f"{_plain(whole, words)} {currency} {cents}\0"
    return f"{_plain(number, words)} {words.scale[_scale_name(scale)]}" if scale else _plain(number, words)


def _scale_name(scale: str) -> str:
    return {"k": "k", "m": "m", "mm": "m", "b": "bn", "bn": "bn"}[scale.lower()]


def _plain(number: str, words: SpokenWords) -> str:
    """Without the marks between thousands, which differ by country: 120,000 and 120.000 and 120'000 are all 120000."""
    grouped = re.fullmatch(r"\d{1,3}([.,'’]\d{3})+", number)
    return re.sub(r"[.,'’]", "", number) if grouped else re.sub(r"[.,](?=\d+$)", words.decimal, number)


def _spelled(core: str) -> str:
    """Letters apart, for acronyms an engine would read as a word and for their plurals, whose "s" it would swallow."""
    plural = re.fullmatch(r"([A-Z]{2,5})s", core)
    letters = plural[1] if plural else core
    if letters in _SAID_AS_WORDS or not (plural or letters in _SPELLED):
        return ""
    return ".".join(letters) + (".'s" if plural else "")


_SYMBOLS: dict[str, Callable[[SpokenWords], str]] = {
    "→": lambda words: words.to,
    "⇒": lambda words: words.to,
    "&": lambda words: words.and_,
    "~": lambda words: words.about,
    "≈": lambda words: words.about,
}


def _without_symbols(core: str, words: SpokenWords) -> str:
    number = re.fullmatch(r"#(\d+)", core)
    if number:
        return f"number {number[1]}"
    return "".join(f" {_SYMBOLS[c](words)} " if c in _SYMBOLS else c if _is_said(c) else " " for c in core)


def _is_said(character: str) -> bool:
    return (
        unicodedata.category(character)[0] in "LMN"
        or character in ".,;:!?'’-–—…+%=@#°、。，．！？；：،؛؟।\u200c\u200d"
        or unicodedata.category(character) == "Sc"
    )
