"""What boards write carelessly, as people write it: names and titles with HTML in them, a company by its address."""

from __future__ import annotations

import re
from collections import Counter

from shared.schemas.reels import ReelBrief
from shared.text import clean_line, html_to_text


def without_markup(brief: ReelBrief) -> ReelBrief:
    """The brief with title, company, places and pay as plain words; "<b>R&amp;D</b>" is "R&D", "first-bakery" is "First Bakery"."""
    pay = plain(brief.pay) if brief.pay else None
    places = tuple(map(plain, brief.places))
    company = as_in_text(plain(brief.company), brief.description)
    return brief.model_copy(update={"title": plain(brief.title), "company": company, "places": places, "pay": pay})


def as_in_text(company: str, text: str) -> str:
    """A company's name that is all small letters, as of its board's address, the way `text` writes it most often; else as it is."""
    if not re.search("[a-z]", company) or company != company.lower() or " " in company:
        return company
    letters = re.sub(r"\.(?:com|ai|io|xyz|club|org|net|app|dev)$|[-.]", "", company)
    name = r"[ .-]?".join(map(re.escape, letters))
    spelled = Counter(re.findall(rf"(?<![\w./@-]){name}(?![\w-]|\.\w)", text, re.IGNORECASE))
    return spelled.most_common(1)[0][0] if spelled else company


def plain(text: str) -> str:
    """The text as plain words. HTML is read only where there is some: "C < D" is no tag."""
    return clean_line(html_to_text(text)) if "<" in text or "&" in text else text
