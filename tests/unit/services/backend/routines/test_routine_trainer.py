"""What a trainer would say of routines over the sample catalogue, which is small: what is where, for how long, and what is told."""

from __future__ import annotations

import pytest

from services.backend.plans.movements import role
from services.backend.routines.catalogue import Catalogue
from services.backend.routines.compiler import Compiled, compile_routine
from services.backend.routines.favours import favours
from services.backend.routines.planner import plan_by_rules
from services.backend.routines.schemas import RoutineRequest
from shared.schemas.plans import Block
from shared.schemas.routines import RoutineExercise
from shared.settings import Routines
from tests.planning import exercise, samples
from tests.routining import WordEmbedder, catalogue_of, parameters

CATALOGUE = catalogue_of(samples())
SENTENCES = (
    "45 min leg day, no jumping",
    "20 minutes, tight hips from sitting all day, beginner, no equipment",
    "half an hour full body with dumbbells, bad knees, intermediate",
    "15 minutes stretching to relax",
    "60 min upper body strength with dumbbells, intermediate",
    "8 min full body",
    "2 hours for my legs, advanced",
)


async def compiled(sentence: str, catalogue: Catalogue = CATALOGUE) -> Compiled:
    planned = plan_by_rules(RoutineRequest(user_id="ann", user_requirements=sentence))
    return await compile_routine(planned, catalogue, WordEmbedder(), Routines(routine_score_threshold=0))


def of(made: Compiled, block: Block) -> list[RoutineExercise]:
    return [each for each in made.exercises if each.block == block]


def roles(made: Compiled, block: Block, catalogue: Catalogue = CATALOGUE) -> set[str]:
    return {role(catalogue.known[catalogue.rows[each.exercise_id]].exercise) for each in of(made, block)}


@pytest.mark.parametrize("sentence", SENTENCES)
async def test_it_begins_with_what_moves_and_ends_with_what_is_held_within_a_fifth_of_the_time_each(sentence: str) -> None:
    made = await compiled(sentence)
    assert roles(made, "warm_up") <= {"mobility", "cardio"}
    assert roles(made, "cool_down") == {"stretch"}
    for block in ("warm_up", "cool_down"):
        seconds = sum(each.duration + each.rest_seconds for each in of(made, block))
        assert 0 < seconds <= 0.2 * made.parameters.target_duration


@pytest.mark.parametrize("sentence", ["45 min leg day, no jumping", "12 minutes chest, intermediate", "12 minutes core"])
async def test_more_sets_of_what_was_named_come_before_what_was_not(sentence: str) -> None:
    made = await compiled(sentence)
    named = favours(made.parameters)
    assert all(named.names(CATALOGUE.known[CATALOGUE.rows[each.exercise_id]]) for each in of(made, "main"))
    assert any(each.sets > 1 for each in of(made, "main"))
    assert not any(note.startswith("body_areas: ") for note in made.notes)


async def test_what_fills_the_time_for_want_of_better_is_told() -> None:
    made = await compiled("2 hours for my legs, advanced")
    [note] = [note for note in made.notes if note.startswith("body_areas: ")]
    main = of(made, "main")
    named = [each for each in main if favours(made.parameters).names(CATALOGUE.known[CATALOGUE.rows[each.exercise_id]])]
    assert 0 < len(named) < len(main)
    assert note == f"body_areas: {len(named)} of {len(main)} places in main are for legs; nothing else for it fits, so others fill the time"


async def test_a_part_that_nothing_is_for_is_told() -> None:
    made = await compiled("10 minute core workout, advanced, no floor work")
    assert "body_areas: nothing for core passes the limits" in made.degraded
    assert not any(told.startswith("body_areas") for told in (await compiled("10 minute core workout, advanced")).degraded)


async def test_whoever_wants_to_stretch_stretches_most_of_the_time() -> None:
    made = await compiled("15 minutes stretching to relax")
    assert roles(made, "main") <= {"stretch", "mobility"}
    stretched = sum(
        each.duration for each in made.exercises if role(CATALOGUE.known[CATALOGUE.rows[each.exercise_id]].exercise) == "stretch"
    )
    assert stretched > made.parameters.target_duration / 2


@pytest.mark.parametrize(
    ("kept", "warm_up", "cool_down"),
    [
        (("push-up", "bodyweight-squat", "forearm-plank", "childs-pose"), {"strength"}, {"stretch"}),
        (("push-up", "bodyweight-squat", "arm-circles", "childs-pose", "kneeling-hip-flexor-stretch"), {"mobility"}, {"stretch"}),
        (("push-up", "goblet-squat", "arm-circles", "cat-cow"), {"mobility"}, {"mobility"}),
        (("push-up", "goblet-squat", "childs-pose"), set(), {"stretch"}),
    ],
)
async def test_a_handful_of_exercises_is_put_where_it_belongs(kept: tuple[str, ...], warm_up: set[str], cool_down: set[str]) -> None:
    catalogue = catalogue_of([one for one in samples() if one.slug in kept])
    assert len(catalogue.known) == len(kept)
    made = await compiled("10 minutes full body, intermediate", catalogue)
    assert (roles(made, "warm_up", catalogue), roles(made, "cool_down", catalogue)) == (warm_up, cool_down)
    assert any(note.startswith("warm_up: ") for note in made.notes) == (not warm_up)


async def test_a_stretch_to_end_with_is_found_however_far_from_the_story() -> None:
    catalogue = catalogue_of(
        [exercise("squat", name="Squat"), exercise("fold", name="Forward fold", category="stretching", force="static")]
    )
    planned = plan_by_rules(RoutineRequest(user_id="ann", user_requirements="5 minutes legs"))
    scored = await compile_routine(planned, catalogue, WordEmbedder(), Routines(routine_score_threshold=0))
    far = min(each.relevance_score for each in scored.exercises if each.exercise_id == "fold")
    near = max(each.relevance_score for each in scored.exercises if each.exercise_id == "squat")
    assert far < near
    made = await compile_routine(planned, catalogue, WordEmbedder(), Routines(routine_score_threshold=(far + near) / 2))
    assert [each.exercise_id for each in of(made, "cool_down")] == ["fold"]


@pytest.mark.parametrize(
    ("fields", "story", "serves"),
    [
        ({"name": "Push-Up", "muscles": ("chest",)}, "squat, lunge", False),
        ({"name": "Push-Up", "muscles": ("chest",)}, "push-up, row with dumbbells", True),
        ({"name": "Goblet Squat", "muscles": ("quadriceps",)}, "anything", True),
        ({"name": "Jacks", "category": "cardio", "muscles": ("shoulders",)}, "cardio to raise the heart rate", True),
        ({"name": "Fold", "category": "stretching", "muscles": ("lats",), "secondary_muscles": ("Calves",)}, "back stretch", True),
        ({"name": "Dip", "muscles": ("triceps",), "secondary_muscles": ("Calves",)}, "leg press", False),
        ({"name": "Clean", "muscles": ("traps",)}, "legs", False),
    ],
)
def test_what_serves_a_wish_for_the_legs(fields: dict[str, object], story: str, serves: bool) -> None:
    [known] = catalogue_of([exercise("move", **fields)]).known
    assert favours(parameters(body_areas=("legs",))).serves(known, story) == serves
    assert favours(parameters()).serves(known, story), "nothing was named"


async def test_what_is_for_a_named_part_is_found_however_far_from_the_story() -> None:
    catalogue = catalogue_of([exercise("raise", name="Hanging knee lift", muscles=("abdominals",)), *samples()[:5]])
    planned = plan_by_rules(RoutineRequest(user_id="ann", user_requirements="10 minutes core, no floor work"))
    made = await compile_routine(planned, catalogue, WordEmbedder(away=None), Routines(routine_score_threshold=0))
    assert "raise" in {each.exercise_id for each in of(made, "main")}
    assert not any(told.startswith("body_areas") for told in made.degraded)
