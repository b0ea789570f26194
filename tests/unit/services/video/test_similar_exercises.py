"""Which exercises are like which: a muscle in common, then the meaning, then the muscles; near ties fall the same way everywhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from services.video.playlists.likes import MOST, Likes, Profile


def unit(*numbers: float) -> NDArray[np.float32]:
    vector = np.array(numbers, np.float32)
    return vector / np.linalg.norm(vector)


def profile(slug: str, muscles: str, vector: NDArray[np.float32] | None = None) -> Profile:
    return Profile(slug, frozenset(muscles.split()), {} if vector is None else {"minilm": vector})


def test_the_nearest_in_meaning_of_those_for_the_same_muscle() -> None:
    likes = Likes(
        [
            profile("push-ups", "chest triceps", unit(1, 0)),
            profile("squat", "quadriceps", unit(1, 0)),
            profile("dips", "triceps", unit(1, 0.2)),
            profile("fly", "chest", unit(0, 1)),
            profile("bench", "chest", unit(1, 0.1)),
            profile("unembedded", "chest"),
            profile("against", "chest", unit(-1, 0)),
        ]
    )
    assert likes.of("push-ups") == ("bench", "dips", "fly", "unembedded", "against")
    assert likes.of("squat") == ()
    assert likes.of("unknown") == ()


def test_without_vectors_the_muscles_in_common_decide_and_then_the_slug() -> None:
    profiles = [
        profile("a", "chest triceps"),
        profile("c", "chest"),
        profile("b", "chest"),
        profile("d", "triceps chest"),
        profile("e", "chest"),
    ]
    assert Likes(profiles).of("a") == Likes(profiles[::-1]).of("a") == ("d", "b", "c", "e")


def test_vectors_of_another_embedder_do_not_count() -> None:
    other = Profile("other", frozenset(["chest"]), {"gemini": unit(1, 0, 0)})
    shorter = Profile("shorter", frozenset(["chest"]), {"minilm": unit(1, 0, 0)})
    likes = Likes([profile("a", "chest", unit(1, 0)), other, shorter, profile("far", "chest", unit(1, 5))])
    assert likes.of("a") == ("far", "other", "shorter")


def test_the_order_is_that_of_exact_numbers() -> None:
    """Computed a second time in Python's own whole numbers, which no machine rounds."""
    chance = np.random.default_rng(3)
    profiles = [profile(f"e{number}", "chest", unit(*chance.standard_normal(384))) for number in range(60)]
    whole = {each.slug: [round(float(x)) for x in each.vectors["minilm"] * np.float32(127)] for each in profiles}

    def exact(slug: str) -> tuple[int, int]:
        """The sign-keeping square of the cosine, but for what all have in common, as a fraction."""
        dot = sum(a * b for a, b in zip(whole["e0"], whole[slug], strict=True))
        return dot * abs(dot), sum(b * b for b in whole[slug])

    best = sorted((slug for slug in whole if slug != "e0"), key=lambda slug: exact(slug)[0] / exact(slug)[1], reverse=True)
    assert Likes(profiles).of("e0") == tuple(best[:MOST])
