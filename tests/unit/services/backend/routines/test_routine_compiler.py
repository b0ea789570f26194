"""From parameters and stories to the places of a routine, without a database; parts away, models that lie, nothing that fits."""

from __future__ import annotations

import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.backend.routines.base import RulesSelector, Selector
from services.backend.routines.blocks import BLOCKS
from services.backend.routines.catalogue import Catalogue
from services.backend.routines.compiler import Compiled, RoutineEmpty, compile_routine
from services.backend.routines.model_selection import ModelSelector
from services.backend.routines.planner import Planned
from shared.llm.open import open_llm
from shared.schemas.routines import Story
from shared.settings import LanguageModels, Routines, Settings
from tests.planning import exercise, samples
from tests.routining import STORIES, WordEmbedder, catalogue_of, clip, parameters
from tests.stubs import openai_compatible
from tests.stubs.openai_compatible import KEY, OpenAIStub

CATALOGUE = catalogue_of(samples())
ANY = Routines(routine_score_threshold=0)


async def compiled(
    embedder: WordEmbedder | None = None,
    selector: Selector | None = None,
    stories: tuple[Story, ...] = STORIES,
    catalogue: Any = CATALOGUE,
    **wanted: Any,
) -> Compiled:
    planned = Planned(parameters(**wanted), stories, ("planner: away",), ("taken as it is",))
    return await compile_routine(planned, catalogue, embedder or WordEmbedder(), ANY, selector or RulesSelector())


def ids(made: Compiled) -> list[str]:
    return [each.exercise_id for each in made.exercises]


async def test_every_place_says_what_when_and_why() -> None:
    made = await compiled(target_duration=600, limits=("bad knees",))
    assert (made.degraded, made.notes[0]) == (("planner: away",), "taken as it is")
    assert any(note.startswith("limits: ") and note.endswith(" of 40 exercises are left out for bad knees") for note in made.notes)
    assert [each.slot for each in made.exercises] == list(range(len(made.exercises)))
    at = 0.0
    for each in made.exercises:
        assert (each.starts_at, each.ends_at - each.starts_at) == (at, each.duration)
        at = each.ends_at + each.rest_seconds
        assert each.requirement_story in {story.text for story in STORIES}
        assert 0 <= each.relevance_score <= 1
        assert each.cues
        assert each.loop == (each.end_time - each.start_time < each.work_seconds)
        gone = each.deletion_metadata
        assert (gone.exercise_id, gone.clip_id, gone.vector_id) == (each.exercise_id, each.clip_id, f"words-test:{each.exercise_id}")
    assert at == 600


async def test_the_same_input_and_catalogue_give_the_same_routine_in_any_order() -> None:
    again = catalogue_of(reversed(samples()))
    assert (await compiled()).exercises == (await compiled(catalogue=again)).exercises


async def test_a_story_whose_search_fails_leaves_the_others() -> None:
    made = await compiled(WordEmbedder(away=[STORIES[2].text]))
    assert "search: story 3 could not be embedded, so its words alone were searched" in made.degraded
    assert {each.requirement_story for each in made.exercises} >= {STORIES[1].text, STORIES[2].text}
    assert {each.relevance_score == 0 for each in made.exercises if each.requirement_story == STORIES[2].text} == {True}


async def test_without_an_embedder_words_alone_are_searched() -> None:
    made = await compiled(WordEmbedder(away=None))
    assert "search: no story could be embedded, so words alone were searched" in made.degraded
    assert len(made.exercises) > 4


async def test_exercises_without_a_vector_are_found_by_words_and_told() -> None:
    bare = Catalogue.of(samples(), [clip(one.slug) for one in samples()], {})
    made = await compiled(catalogue=bare)
    assert any("embedding_behind" in each for each in made.degraded)
    assert made.exercises[0].deletion_metadata.vector_id is None


async def test_nothing_that_fits_says_what_was_searched_and_why() -> None:
    with pytest.raises(RoutineEmpty) as caught:
        await compiled(catalogue=catalogue_of([exercise("planche", level="advanced"), exercise("bare")], [clip("planche")]))
    assert caught.value.fallen == {"clips": 1, "level": 1, "score": 0}
    assert (caught.value.status, caught.value.code) == (422, "routine_empty")
    assert STORIES[0].text in caught.value.message
    assert "of 2 exercises 1 have no clip that can be played, 1 are for a higher level" in caught.value.message
    planned = Planned(parameters(), STORIES)
    with pytest.raises(RoutineEmpty, match="are not near enough to any story"):
        await compile_routine(planned, CATALOGUE, WordEmbedder(), Routines(routine_score_threshold=1))
    with pytest.raises(RoutineEmpty, match="the catalogue has no exercises"):
        await compiled(catalogue=catalogue_of([]))


async def test_what_was_asked_for_and_is_not_there_is_named() -> None:
    square = catalogue_of(samples(), [clip(one.slug, format="vertical") for one in samples()])
    made = await compiled(catalogue=square, format="square", limits=("quux",), equipment=("trapeze", "gym"))
    assert "limits: nothing could be left out for quux, which is not known here" in made.degraded
    assert "equipment: no exercise uses trapeze" in made.degraded
    assert f"format: {len(made.exercises)} of {len(made.exercises)} clips are not square, and there are no others" in made.degraded


async def test_an_unanswered_story_and_a_missing_end_are_told() -> None:
    unanswerable = Story(text="zzz qqq", block="main")
    catalogue = catalogue_of([one for one in samples() if one.category == "strength"])
    made = await compiled(WordEmbedder(away=None), catalogue=catalogue, stories=(*STORIES, unanswerable))
    assert 'stories: nothing that fits answers "zzz qqq"' in made.notes
    assert "cool_down: there is none; end with some minutes of easy walking and slow breathing" in made.notes
    made = await compiled(stories=STORIES[1:2])
    assert not any(note.startswith(("warm_up", "cool_down")) for note in made.notes), "nobody asked for them"


async def test_each_step_is_told_in_the_log_without_words_of_the_user() -> None:
    with capture_logs() as logs:
        await compiled(stories=(Story(text="my very private story", block="main"), *STORIES))
    assert [each["event"] for each in logs] == ["routine_clips", "routine_selected"]
    assert all("ms" in each for each in logs)
    assert "private" not in json.dumps(logs)


class Asking:
    """A model behind a stub that speaks OpenAI's wire format."""

    def __init__(self) -> None:
        self.stub = OpenAIStub()

    async def choosing(self, *answers: Any, **wanted: Any) -> Compiled:
        self.stub.says(*(openai_compatible.answer(each if isinstance(each, str) else json.dumps(each)) for each in answers))
        async with self.stub.listening() as url:
            models = LanguageModels.model_validate({"openai_api_key": KEY, "openai_base_url": f"{url}/v1"})
            llm = open_llm(Settings(language_models=models))
            assert llm
            try:
                return await compiled(selector=ModelSelector(llm), **wanted)
            finally:
                await llm.aclose()


async def offered(**wanted: Any) -> dict[str, list[str]]:
    """As many of each block as the rules take, though others."""
    by_rules = await compiled(**wanted)
    return {block: [each.exercise_id for each in by_rules.exercises if each.block == block] for block in BLOCKS}


async def test_a_model_chooses_among_what_was_found() -> None:
    wanted = await offered()
    wanted["main"].reverse()
    asking = Asking()
    made = await asking.choosing(wanted)
    assert sorted(ids(made)) == sorted(slug for block in wanted.values() for slug in block)
    assert made.degraded == ("planner: away",)
    told = json.dumps(asking.stub.asked[0].body)
    assert wanted["main"][0] in told


async def test_a_model_cannot_leave_the_list_whatever_it_is_told() -> None:
    by_rules = await compiled()
    good = await offered()
    answers = [
        {**good, "main": ["rm-rf", *good["main"][1:]]},
        {**good, "main": [good["main"][0], *good["main"][:-1]]},
        {**good, "main": good["main"][:-1]},
        {**good, "cool_down": good["main"][: len(good["cool_down"])]},
        "I will not",
        {"main": [{"id": 1}]},
    ]
    for answer in answers:
        made = await Asking().choosing(answer, answer)
        assert ids(made) == ids(by_rules)
        assert "selection: llm_unavailable, so the rules chose" in made.degraded


async def test_what_does_not_hold_may_be_mended() -> None:
    good = await offered()
    asking = Asking()
    made = await asking.choosing({**good, "main": ["moon-walk", *good["main"][1:]]}, good)
    assert "selection" not in str(made.degraded)
    assert 'main: \\"moon-walk\\" is not on its list' in json.dumps(asking.stub.asked[1].body["messages"][-1]["content"])
