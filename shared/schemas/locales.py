"""Languages by their tags (BCP 47): one spelling for each, and what is spoken where a language is missing."""

from __future__ import annotations

LOCALE_PATTERN = r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$"
LAST_RESORT = "en"


def canonical(locale: str) -> str:
    """In the case BCP 47 recommends: "EN_us" → "en-US", "zh-hant" → "zh-Hant"."""
    first, *more = locale.replace("_", "-").split("-")
    return "-".join((first.lower(), *(_subtag(each) for each in more)))


def _subtag(subtag: str) -> str:
    if len(subtag) == 2:
        return subtag.upper()
    return subtag.title() if len(subtag) == 4 and subtag.isalpha() else subtag.lower()


def language(locale: str) -> str:
    """The language alone: "en" of "en-US"."""
    return canonical(locale).partition("-")[0]


def fallbacks(locale: str) -> tuple[str, ...]:
    """What is looked for, the best first: the very tag, its language, English."""
    return tuple(dict.fromkeys((canonical(locale), language(locale), LAST_RESORT)))
