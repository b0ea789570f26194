"""What a company repeats in postings of every kind is boilerplate; what those of one trade share is not."""

import pytest

from shared.schemas.reels import ReelBrief
from text_to_video.script.board import repeated_lines, without_boilerplate, without_lines

MISSION = "We bring honest bread to every table in town."
KNEADING = "• Knead sourdough by hand before the town wakes up"


def board(*titles: str, shared: str = MISSION) -> list[tuple[str, str]]:
    return [(title, f"{shared}\n{title}: what this one is about, as no other is\nWhat you'll do") for title in titles]


def test_a_line_of_every_trade_is_boilerplate() -> None:
    assert repeated_lines(board("Baker", "Driver", "Accountant")) == {MISSION.casefold()}


def test_a_line_of_one_trade_is_not() -> None:
    assert repeated_lines(board("Night Baker", "Senior Baker", "Baker (Ghent)", "Baker", shared=KNEADING)) == frozenset()


def test_twice_is_not_often() -> None:
    assert repeated_lines(board("Baker", "Driver")) == frozenset()


def test_ranks_and_contracts_are_no_trade() -> None:
    assert repeated_lines(board("Senior Baker", "Senior Driver", "Senior Clerk"))


@pytest.mark.parametrize("heading", ["What you will be doing on our team", "📝 What would you do in this role?", "Duties"])
def test_headings_are_no_boilerplate(heading: str) -> None:
    assert repeated_lines(board("Baker", "Driver", "Accountant", shared=heading)) == frozenset()


def test_headings_stay() -> None:
    repeated = repeated_lines(board("Baker", "Driver", "Accountant"))
    assert without_lines(f"{MISSION}\nWhat you'll do\n{KNEADING}", repeated) == f"What you'll do\n{KNEADING}"


def test_bullets_and_capitals_make_no_other_line() -> None:
    postings = [(title, line) for title, line in zip(("Baker", "Driver", "Clerk"), (MISSION, f"• {MISSION}", MISSION.upper()), strict=True)]
    assert without_lines(f"•  {MISSION}", repeated_lines(postings)) == ""


def brief(description: str) -> ReelBrief:
    return ReelBrief(title="Baker", company="Crumb & Co", places=("Ghent",), description=description)


def test_a_posting_that_says_nothing_else_keeps_what_its_company_repeats() -> None:
    only = brief(f"What you'll do\n{KNEADING}")
    repeated = repeated_lines(board("Baker", "Driver", "Accountant", shared=KNEADING))
    assert without_boilerplate(only, repeated) == only
    more = brief(f"What you'll do\n{KNEADING}\n• Count the loaves and write the orders down every evening")
    assert KNEADING not in without_boilerplate(more, repeated).description
