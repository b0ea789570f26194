"""The models, each against arithmetic done another way; and the blend of them."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp  # type: ignore[import-untyped]

from services.recommendation import measures
from services.recommendation.learning import follow, learn
from services.recommendation.models import popularity
from services.recommendation.models.blend import Latent, Linear
from services.recommendation.models.climbing import Table, surely
from services.recommendation.models.ease import ease
from services.recommendation.models.factors import Pull, directions, gram, taste
from services.recommendation.models.factors import learn as learn_factors
from services.recommendation.models.interactions import NO_FADING, Interactions, Log, latest
from services.recommendation.models.neighbours import alike, following, strongest, strongest_of
from services.recommendation.models.recipe import DEFAULT, Recipe
from services.recommendation.models.tuning import trusted, tune


def of(*events: tuple[int, int, float]) -> Interactions:
    columns = np.array(events)
    users, items = columns[:, 0].astype(np.int32), columns[:, 1].astype(np.int32)
    return latest(users, items, columns[:, 2], int(users.max()) + 1, int(items.max()) + 1)


def log_of(users: int = 40, items: int = 12, seed: int = 0) -> Log:
    random = np.random.default_rng(seed)
    taken = np.argwhere(random.random((users, items)) < 0.3)
    return Log.of(taken[:, 0], taken[:, 1], random.random(len(taken)) * 1e6, users, items)


def drawn() -> Interactions:
    return log_of().seen


def test_cosine_with_shrinkage() -> None:
    weights = alike(of((0, 0, 1), (0, 1, 2), (1, 0, 1), (1, 1, 2), (2, 0, 1), (2, 2, 2)), 1).toarray()
    assert weights[0, 1] == pytest.approx(2 / (np.sqrt(3 * 2) + 1))
    assert weights[0, 2] == pytest.approx(1 / (np.sqrt(3 * 1) + 1))
    assert weights[1, 2] == 0
    assert np.allclose(weights, weights.T)
    assert not weights.diagonal().any()


def test_what_follows_counts_forward_and_by_nearness() -> None:
    weights = following(of((0, 0, 1), (0, 1, 2), (0, 2, 3), (1, 2, 1)), 0).toarray()
    assert weights[0, 1] == pytest.approx(1)
    assert weights[0, 2] == pytest.approx(0.7 / np.sqrt(2))
    assert weights[1, 0] == weights[2, 1] == 0


def test_the_strongest_of_each_row_by_magnitude() -> None:
    dense = np.array([[0, 3, -5, 1], [2, 0, 0, 0], [0, 0, 0, 0]], np.float32)
    kept = [[0, 3, -5, 0], [2, 0, 0, 0], [0, 0, 0, 0]]
    assert strongest(sp.csr_array(dense), 2).toarray().tolist() == kept
    assert strongest_of(dense, 2).toarray().tolist() == kept
    assert strongest_of(dense, 9).toarray().tolist() == dense.tolist()


def test_ease_is_the_ridge_regression_of_each_item_by_the_others() -> None:
    seen = drawn()
    weights, taken = ease(seen, 3.0), seen.taken.toarray()
    for item in range(seen.n_items):
        others = [other for other in range(seen.n_items) if other != item]
        x = taken[:, others]
        direct = np.linalg.solve(x.T @ x + 3.0 * np.eye(len(others)), x.T @ taken[:, item])
        assert np.allclose(weights[others, item], direct, atol=1e-4)
        assert weights[item, item] == 0


def test_als_comes_to_what_solving_each_side_in_turn_comes_to() -> None:
    seen, pull = drawn(), Pull(5, 2)
    items = learn_factors(seen, pull, 60, 4)
    taken = seen.taken.toarray()
    users = np.array([solved(items, row, pull) for row in taken])
    again = np.array([solved(users, column, pull) for column in taken.T])
    assert np.allclose(items @ users.T, again @ users.T, atol=0.02)
    assert np.allclose(taste(seen.taken, items, pull, gram(items, pull)), users, atol=1e-3)


def solved(
    other: np.ndarray[tuple[int, int], np.dtype[np.float32]], taken: np.ndarray[tuple[int], np.dtype[np.float32]], pull: Pull
) -> object:
    trust = pull.confidence * taken
    gram = other.T @ other + pull.regularisation * np.eye(other.shape[1]) + (other.T * trust) @ other
    return np.linalg.solve(gram, other.T @ (taken + trust))


def test_who_took_nothing_and_what_nobody_took_have_no_factors() -> None:
    items = learn_factors(latest(np.array([0, 0]), np.array([0, 2]), np.array([1.0, 2.0]), 2, 4), Pull(5, 2), 3, 4)
    assert not items[[1, 3]].any()
    assert np.isfinite(directions(items)).all()


def test_trending_fades_and_knows_nothing_of_what_is_to_come() -> None:
    seen = of((0, 0, 0), (1, 1, 10), (2, 1, 20), (0, 2, 30))
    shares = popularity.trending(seen, np.array([20.0, -1.0, 30.0]), 10)
    assert shares[0] == pytest.approx(np.array([0.25, 1.5, 0]) / 1.75)
    assert shares[1].tolist() == [0, 0, 0]
    assert shares[2] == pytest.approx(np.array([0.125, 0.75, 1]) / 1.875)
    assert popularity.popular(seen).tolist() == pytest.approx([1 / 3, 2 / 3, 1 / 3])


def test_lively_is_what_is_taken_now_beside_ever() -> None:
    told = popularity.lively(of((0, 0, 0), (1, 0, 1), (2, 1, 100), (3, 2, 100), (0, 2, 0)), np.array([100.0]), 5)[0]
    assert told[0] < 0.01 < told[2] < told[1]


def test_a_blend_adds_its_parts_by_weight_over_scale() -> None:
    seen = drawn()
    recipe = DEFAULT.model_copy(
        update={"weights": {"popular": 2.0, "alike": 1.0, "factors": 0.5}, "scales": {"popular": 4.0, "alike": 0.5}}
    )
    blend = follow(seen, recipe)
    scored = blend.scored(seen)
    assert isinstance(blend.parts["alike"], Linear)
    assert isinstance(blend.parts["factors"], Latent)
    assert scored["alike"] == pytest.approx(2 * blend.parts["alike"].scores(seen))
    assert scored["popular"] == pytest.approx(0.5 * popularity.popular(seen)[None, :])
    assert blend.scores(seen) == pytest.approx(scored["alike"] + scored["popular"] + scored["factors"])


def test_large_catalogues_do_without_ease() -> None:
    assert "ease" not in follow(drawn(), DEFAULT, ease_items=11).parts
    assert "ease" in follow(drawn(), DEFAULT, ease_items=12).parts
    assert "ease" not in tune(log_of(), 11).scales


def test_too_few_users_take_the_default() -> None:
    assert tune(log_of(users=15), 100) == DEFAULT


@pytest.mark.parametrize("events", [[(0, 0, 1.0)], [(0, 0, 1.0), (1, 0, 1.0)], [(user, user % 2, 1.0) for user in range(50)]])
def test_next_to_nothing_can_be_learned_from(events: list[tuple[int, int, float]]) -> None:
    columns = np.array(events)
    users, items = columns[:, 0].astype(np.int32), columns[:, 1].astype(np.int32)
    log = Log.of(users, items, columns[:, 2], int(users.max()) + 1, int(items.max()) + 1)
    assert np.isfinite(learn(log).scores(log.seen)).all()


def test_a_recipe_survives_being_stored() -> None:
    recipe = tune(log_of(users=60), 100)
    assert Recipe.model_validate_json(recipe.model_dump_json()) == recipe
    assert recipe.half_lives["popular"] == NO_FADING


def test_climbing_finds_the_part_that_tells_and_leaves_what_is_noise() -> None:
    random = np.random.default_rng(0)
    wanted = sp.csr_array((random.random((200, 60)) < 0.1).astype(np.float32))
    table = Table.of(
        {
            "popular": random.random((200, 60)).astype(np.float32),
            "alike": (wanted.toarray() + random.random((200, 60))).astype(np.float32),
        },
        wanted,
    )
    weights = table.climb([{"popular": 1.0, "alike": 0.0}])
    assert weights["alike"] > 5 * weights["popular"]
    assert table.gains(weights).mean() > table.gains({"popular": 1.0, "alike": 0.0}).mean()


def test_surely_better_is_more_than_chance() -> None:
    old = np.zeros(100, np.float32)
    assert surely(old + 0.1, old)
    assert not surely(old, old)
    assert not surely(np.where(np.arange(100) < 51, 1, -1).astype(np.float32), old)


def test_few_users_are_trusted_less() -> None:
    found = {"popular": 2.0, "alike": 0.0}
    default = {"popular": 1.0, "alike": 3.0, "ease": 9.0}
    assert trusted(found, default, 1_000) == {"popular": 1.0, "alike": 0.0}  # type: ignore[arg-type]
    assert trusted(found, default, 250) == pytest.approx({"popular": 0.625, "alike": 0.375})  # type: ignore[arg-type]


def test_measures_against_hand() -> None:
    hits = np.array([[True, False, True], [False, False, False]])
    judged = measures.judged(hits, np.array([4, 1]))
    assert judged.recall.tolist() == [0.5, 0]
    assert judged.ndcg[0] == pytest.approx((1 + 1 / np.log2(4)) / (1 + 1 / np.log2(3) + 1 / np.log2(4)))
    wanted = sp.csr_array(np.array([[1, 0, 1, 0], [0, 0, 0, 1]], np.float32))
    assert measures.hits(np.array([[2, 1, -1], [0, 3, 1]]), wanted).tolist() == [[True, False, False], [False, True, False]]


def test_the_best_are_in_order_and_ties_by_number() -> None:
    assert measures.best(np.array([[0.1, 0.5, 0.5, 0.9], [1, 0, 1, 0]], np.float32), 3).tolist() == [[3, 1, 2], [0, 2, 1]]
    assert measures.best(np.zeros((1, 2), np.float32), 5).tolist() == [[0, 1]]
