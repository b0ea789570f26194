"""HTML left in what should be plain words: boards escape names and titles now and then."""

from __future__ import annotations

from shared.schemas.reels import ReelBrief
from shared.text import clean_line, html_to_text


def without_markup(brief: ReelBrief) -> ReelBrief:
    """The brief with title, company, places and pay as plain words; "<b>R&amp;D</b>" is "R&D"."""
    pay = _plain(brief.pay) if brief.pay else None
    places = tuple(map(_plain, brief.places))
    return brief.model_copy(update={"title": _plain(brief.title), "company": _plain(brief.company), "places": places, "pay": pay})


def _plain(text: str) -> str:
    """HTML is read only where there is some: "C < D" is no tag."""
    return clean_line(html_to_text(text)) if "<" in text or "&" in text else text
