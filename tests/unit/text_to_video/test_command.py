"""The command's own decisions: the verb that may be left out, the template nobody asked for."""

import pytest

from shared.schemas.clips import ClipBrief
from shared.schemas.reels import POSTING_TEMPLATE_IDS, ReelBrief
from text_to_video.__main__ import with_default
from text_to_video.briefs import template_for


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        (["job.json", "-o", "out"], ["reel", "job.json", "-o", "out"]),
        (["-", "-o", "out"], ["reel", "-", "-o", "out"]),
        (["-o", "out", "job.json"], ["reel", "-o", "out", "job.json"]),
        (["reel", "job.json"], ["reel", "job.json"]),
        (["voices"], ["voices"]),
        (["--help"], ["--help"]),
        (["-h"], ["-h"]),
        ([], []),
    ],
)
def test_the_verb_may_be_left_out(given: list[str], understood: list[str]) -> None:
    assert with_default(given, ["reel", "voices"]) == understood


def posting(title: str) -> ReelBrief:
    return ReelBrief(title=title, company="Oak & Ember", description="")


def test_a_title_always_gets_the_same_template_and_titles_get_them_all() -> None:
    assert template_for(posting("Sommelier")) == template_for(posting("Sommelier"))
    assert {template_for(posting(f"Job {n}")) for n in range(100)} == set(POSTING_TEMPLATE_IDS)


def test_an_exercise_gets_the_coach() -> None:
    assert template_for(ClipBrief(exercise="Plank", kind="instruction", archetype="peer", instructions=("Hold.",))) == "coach"
