"""Pay as a posting states it, in one short display form; nothing where it is not stated or not clear."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

Period = Literal["year", "month", "hour"]

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "CAD": "CA$", "AUD": "A$", "INR": "₹", "JPY": "¥"}
_CURRENCY = r"CA\$|C\$|A\$|AU\$|US\$|S\$|[$€£₹]|(?:USD|EUR|GBP|CAD|AUD|CHF|SEK|DKK|NOK|PLN)\s?\$?"
_AMOUNT = r"\d{1,3}(?:[,.]\d{3})+(?:\.\d{2})?|\d+(?:\.\d{1,2})?"
_RANGE = re.compile(
    rf"(?P<currency>{_CURRENCY})\s?(?P<low>{_AMOUNT})\s?(?P<low_k>[kK])?(?:\s?(?:USD|CAD|per (?:year|hour)|/ ?(?:yr|hr)))?"
    rf"\s?(?:-|–|—|\bto\b|and)\s?(?:{_CURRENCY})?\s?(?P<high>{_AMOUNT})\s?(?P<high_k>[kK])?(?!\s?(?:[mMbB]\b|million|billion|M\+|%|\d))"
)
_PAY_WORDS = re.compile(
    r"salar|compensation|\bpay\b|\bpaid\b|\bbase\b|\bOTE\b|\bwage|hour|annual|per year|gehalt|salaire|salario", re.IGNORECASE
)
_HOURLY = re.compile(r"hour|/ ?hr|\bhr\b", re.IGNORECASE)
_PERIODS: dict[Period, re.Pattern[str]] = {
    "hour": re.compile(r"hour|stunde|hora\b|heure|horaire", re.IGNORECASE),
    "month": re.compile(r"month|monat|mensu|\bmes\b|\bmois\b", re.IGNORECASE),
    "year": re.compile(r"annual|year|jahr|anual|\baño|annuel|\ban\b", re.IGNORECASE),
}
_NEAR = 90  # characters around a range in which a word about pay must stand
_PLAUSIBLE: dict[Period, tuple[float, float]] = {"year": (10_000, 2_000_000), "month": (500, 60_000), "hour": (7, 400)}
_WIDEST = 4  # a range wider than this is a table of levels or another number


class Pay(NamedTuple):
    """A range in whole currency units per `period`; `symbol` is written before the amount."""

    symbol: str
    low: float
    high: float
    period: Period

    def __str__(self) -> str:
        if self.low % 1000 == 0 and self.high % 1000 == 0:
            low, high, k = f"{self.low / 1000:.0f}", f"{self.high / 1000:.0f}", "k"
        else:
            low, high, k = _plain(self.low), _plain(self.high), ""
        amount = f"{low}–{high}{k}" if low != high else f"{low}{k}"
        return f"{self.symbol}{amount}" + ("" if self.period == "year" else f"/{self.period}")


def pay_from_ranges(ranges: Iterable[tuple[int, int, str, str]]) -> str | None:
    """Display form of a board's `pay_input_ranges` as (min_cents, max_cents, ISO currency, title); None unless they all agree.

    The board has no field for the period: its title says it, or the size of the amount.
    """
    pays = {
        Pay(_SYMBOLS.get(currency, currency + " "), low / 100, high / 100, _period(title, high / 100))
        for low, high, currency, title in ranges
    }
    return str(pays.pop()) if len(pays) == 1 else None


def _period(title: str, amount: float) -> Period:
    for period, words in _PERIODS.items():
        if words.search(title):
            return period
    return "hour" if amount < _PLAUSIBLE["hour"][1] else "year"


def pay_from_text(text: str) -> str | None:
    """Display form of the one pay range the text states; None when there is none, or several that differ."""
    pays = {pay for match in _RANGE.finditer(text) if (pay := _read(match, text))}
    return str(pays.pop()) if len(pays) == 1 else None


def _read(match: re.Match[str], text: str) -> Pay | None:
    around = text[max(0, match.start() - _NEAR) : match.end() + _NEAR]
    if not _PAY_WORDS.search(around):
        return None
    thousands = bool(match["high_k"] or match["low_k"])
    low, high = _number(match["low"]), _number(match["high"])
    if thousands:
        low, high = (low * 1000 if low < 1000 else low), (high * 1000 if high < 1000 else high)
    period: Period = "hour" if high < _PLAUSIBLE["hour"][1] and _HOURLY.search(text[match.end() : match.end() + _NEAR]) else "year"
    least, most = _PLAUSIBLE[period]
    if not least <= low <= high <= most or high > _WIDEST * low:
        return None
    return Pay(_symbol(match["currency"]), low, high, period)


def _symbol(written: str) -> str:
    sign = written.replace(" ", "").replace("US$", "$").replace("AU$", "A$")
    sign = {"C$": "CA$", "S$": "S$"}.get(sign, sign)
    code = sign.rstrip("$")
    return _SYMBOLS.get(code, sign if not code.isalpha() or sign.endswith("$") else code + " ")


def _number(text: str) -> float:
    if re.search(r"\.\d{3}(\.|$)", text):  # 48.000: a thousands separator
        text = text.replace(".", "")
    return float(text.replace(",", ""))


def _plain(amount: float) -> str:
    return f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.2f}"
