"""What a reel may say one needs: short, and of the kind one has or has not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from text_to_video.script.base import weight
from text_to_video.script.duties import plain_clause
from text_to_video.script.facts import article
from text_to_video.script.headings import has_address
from text_to_video.script.sections import Section
from text_to_video.script.shorten import shortened

_MOST_WORDS = 11
_LEAD = re.compile(
    r"(?:you(?:'ll)? (?:have|need|bring|hold|possess)|must have|have|has|holds?|possess(?:es)?|at least one of)\s+", re.IGNORECASE
)
_QUALITY = (
    r"(?:(?:strong|proven|solid|hands-on|previous|prior|practical|extensive|professional|deep|working|demonstrated|good|basic|excellent"
    r"|advanced)\s+)"
)
_STARTS = re.compile(
    r"(?:(?:at least|over|around|roughly)\s+)?(?:\d+\s*(?:\+|[-–]\s*\d+\+?|or more)?\s*(?:\+ )?years?\b"
    r"|an? (?:valid|current|degree|bachelor|master|driver|driving|licen[cs]e|certificat|portfolio)"
    r"|(?:bachelor|master)'?s?'? degree|(?:bs|ba|ms|msc|bsc|mba|phd|degree) in|valid |current |driver'?s? licen[cs]e|driving licen[cs]e"
    r"|certification"
    rf"|{_QUALITY}?(?:ability to|(?:experience|knowledge|command|proficiency|familiarity|fluency|background|track record|portfolio)"
    r"(?= (?:\([^()]*\) )?(?:of|in|with|on|at|for|from|about|across|as|and|or|that|[\w‐-]+ing)\b))\b"
    rf"|{_QUALITY}(?:[\w/+#-]+ ){{0,2}}(?:skills|understanding|foundation|grasp)\b"
    r"|fluent (?:in )?[A-Z])",
    re.IGNORECASE,
)
_TO_BE = re.compile(
    r"(?:(?:you are|you're|be) )?(?=(?:comfortable|skilled|proficient|adept|familiar|experienced|fluent) (?:with|in|at)\b)", re.IGNORECASE
)
_REQUIRED = re.compile(r",? (?:is |are )?(?:strictly )?(?:required|a must|mandatory)\.?$", re.IGNORECASE)
_FIRM = re.compile(r"\d|licen[cs]e|degree|certif|fluen|native", re.IGNORECASE)
_SOFT = re.compile(
    r"communicat|passion|team player|attitude|mindset|detail|interpersonal|self-|fast-paced|preferabl|preferred|ideally|bonus|a plus"
    r"|strong plus|beneficial|advantage|an asset|helpful|welcome"
    r"|valued|not required|desirable|nice to|\bour\b|\bwe\b|\bus\b|similar|related|equivalent|relevant",
    re.IGNORECASE,
)
_COUNTABLE = re.compile(
    r"(?:bachelor|master|degree|valid|current (?:driver|licen|certif)|driver|driving|certification|bs |ba |ms |msc |bsc |mba |phd "
    r"|(?:[\w-]+ ){0,2}(?:background|track record|portfolio|command|understanding|foundation|grasp)\b)",
    re.IGNORECASE,
)


def requirements(sections: Sequence[Section]) -> list[str]:
    """What follows "You'll need", the best first: "5+ years of experience in kitchens", "a valid driver's license"."""
    found = [need for section in sections if section.kind == "requirements" for block in section.blocks if (need := _need(block.text))]
    return sorted(dict.fromkeys(found), key=_worth, reverse=True)


def plain_requirements(sections: Sequence[Section]) -> list[str]:
    """Short bullets under a heading of requirements as they stand, for other languages; the shortest first."""
    bullets = [block.text for section in sections if section.kind == "requirements" for block in section.blocks if block.bullet]
    found = [need for text in bullets if (need := plain_clause(text)) and weight(need) <= _MOST_WORDS]
    return sorted(dict.fromkeys(found), key=weight)


def _need(text: str) -> str | None:
    if has_address(text):
        return None
    text = re.sub(r"^(?:a )?minimum(?: of)? (?=\d)", "at least ", _REQUIRED.sub("", text.replace("’", "'")), flags=re.IGNORECASE)
    text = re.sub(r"(?<=\d)\+(?= years)", "", text) if text.lower().startswith("at least") else re.sub(r"(?<=\d) \+(?= ?years)", "+", text)
    to_be = _TO_BE.match(text)
    body = text[to_be.end() :] if to_be else _LEAD.sub("", text, count=1) if _LEAD.match(text) else text
    if not (to_be or _STARTS.match(body)) or _SOFT.search(body[:80]):
        return None
    short = shortened(body, most=_MOST_WORDS)
    if not short or short[1] > 1 or _SOFT.search(short[0]):
        return None
    need = _REQUIRED.sub("", re.sub(r"\b(years?)'? (?!of\b)(?=(?:[\w-]+ ){0,2}experience)", r"\1 of ", short[0]))
    need = need if re.match(r"[A-Z]{2}", need) else need[0].lower() + need[1:].replace("s Degree", "s degree")
    return _determiner(need, to_be=to_be is not None) + need


def _determiner(need: str, *, to_be: bool) -> str:
    if to_be:
        return "to be "
    if re.match(r"(?:an?|the|at least) ", need):
        return ""
    if " ability to " in f" {need[:40]}":
        return "the "
    return f"{article(need)} " if _COUNTABLE.match(need) else ""


def _worth(need: str) -> float:
    """Hard facts first, then experience, then skills; the shorter the better."""
    return 1.0 * bool(_FIRM.search(need)) + 0.5 * ("experience" in need) - 0.05 * len(need.split())
