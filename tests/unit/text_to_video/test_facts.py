"""Role, place and pay say what the brief says, in words one can speak."""

import pytest

from shared.schemas.reels import ReelBrief
from text_to_video.script.facts import article, is_role, pay_line, place_line, role_line, role_slots, short_title
from text_to_video.script.phrases import PHRASES

ENGLISH = PHRASES["en"]


def brief(
    title: str = "Baker", company: str = "Acme", places: tuple[str, ...] = (), *, remote: bool = False, pay: str | None = None
) -> ReelBrief:
    return ReelBrief(title=title, company=company, description="", places=places, remote=remote, pay=pay)


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Senior Baker (m/f/d)", "Senior Baker"),
        ("SENIOR BAKER - Berlin | Remote", "Senior Baker"),
        ("Bäcker:in (m/w/d)", "Bäcker"),
        ("(Senior) Baker", "Senior Baker"),
        ("Engineer - Platform", "Engineer, Platform"),
        ("Platform: Engineer", "Engineer, Platform"),
        ("🔥 C++ Developer 🔥", "C++ Developer"),
        ("Part Time Baker", "Part Time Baker"),
        ("Baker - Part time", "Baker"),
        ("Baker - REQ12345", "Baker"),
        ("🍞", ""),
        ("Remote", ""),
    ],
)
def test_titles(title: str, short: str) -> None:
    assert short_title(title, ("Berlin, Germany",)) == short


def test_a_very_long_title_is_cut() -> None:
    assert len(short_title("Senior " * 60).split()) <= 9
    assert short_title("Coordinator for Storm Water, Street Trees, Culverts and the Repair of Drains") == "Coordinator for Storm Water"


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("Senior Baker", "Acme is hiring a Senior Baker."),
        ("Apprentice", "Acme is hiring an Apprentice."),
        ("Bakers", "Acme is hiring Bakers."),
        ("Head of Bread", "Acme is hiring a Head of Bread."),
        ("Vice President Bread", "Acme is hiring a Vice President Bread."),
        ("Customer Success", "Acme is hiring for Customer Success."),
        ("🍞", "Acme is hiring."),
    ],
)
def test_role_lines(title: str, line: str) -> None:
    assert role_line(role_slots(brief(title)), ENGLISH) == line


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        *(
            ("baker", "a"),
            ("engineer", "an"),
            ("SDR", "an"),
            ("UX designer", "a"),
            ("U.S. lead", "a"),
            ("NASA pilot", "a"),
            ("ML engineer", "an"),
        ),
        *(
            ("MLOps engineer", "an"),
            ("university dean", "a"),
            ("hourly cook", "an"),
            ("18-hour cook", "an"),
            ("European", "a"),
            ("HR lead", "an"),
        ),
    ],
)
def test_articles(words: str, expected: str) -> None:
    assert article(words) == expected


def test_a_field_is_no_role() -> None:
    assert is_role("Bakery Manager")
    assert is_role("Content & Community Strategist")
    assert not is_role("Call Center")
    assert not is_role("Talent Pool")


@pytest.mark.parametrize(
    ("places", "remote", "line"),
    [
        ((), False, None),
        ((), True, "The job is remote."),
        (("Remote",), False, "The job is remote."),
        (("Berlin",), False, "In Berlin."),
        (("Berlin",), True, "In Berlin, or remote."),
        (("Remote - US Only",), True, "Remote, in the US."),
        (("Remote, United States",), False, "Remote, in the United States."),
        (("Anywhere in France",), True, "Remote, in France."),
        (("Hybrid in Toronto",), False, "In Toronto."),
        (("Seoul (remote possible)",), False, "In Seoul, or remote."),
        (("Tel Aviv - IL",), False, "In Tel Aviv, IL."),
        (("Berlin", "Munich"), False, "In Berlin or Munich."),
        (("Berlin / Munich",), False, "In Berlin or Munich."),
        (("Berlin", "Munich", "Graz", "Berlin"), False, "In 3 cities."),
        (("Hybrid",), False, None),
        (("Acme HQ",), False, None),
        (("CET +/- 3",), False, None),
        (("UTC-5",), True, "The job is remote."),
        (("Remote - Eastern Time",), False, "The job is remote."),
        (("Eastern Cape",), False, "In Eastern Cape."),
        (("U.S.",), False, "In the U.S."),
    ],
)
def test_places(places: tuple[str, ...], line: str | None, *, remote: bool) -> None:
    assert place_line(brief(places=places, remote=remote), ENGLISH) == line


@pytest.mark.parametrize(
    ("pay", "line"),
    [
        (None, None),
        ("", None),
        ("—", None),
        ("$120,000 - $150,000 a year", "It pays $120,000–$150,000 a year."),
        ("€48–56k", "It pays €48–56k."),
        ("up to $25/hour.", "It pays up to $25/hour."),
        ("CHF 80'000", "It pays CHF 80'000."),
        ("competitive", "The pay: competitive."),
    ],
)
def test_pay(pay: str | None, line: str | None) -> None:
    assert pay_line(brief(pay=pay), ENGLISH) == line
