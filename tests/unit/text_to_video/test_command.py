"""The command's own decisions: the verb that may be left out, the template nobody asked for."""

import pytest

from shared.schemas.reels import TEMPLATE_IDS
from text_to_video.__main__ import template_for, with_default


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


def test_a_title_always_gets_the_same_template_and_titles_get_them_all() -> None:
    assert template_for("Sommelier") == template_for("Sommelier")
    assert {template_for(f"Job {n}") for n in range(100)} == set(TEMPLATE_IDS)
