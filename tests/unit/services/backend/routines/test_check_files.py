"""Files of sentences in all their forms, the project's own fifty, and catalogues that cannot be read."""

from __future__ import annotations

import json

import pytest

from services.backend.routines.check import Expectation
from services.backend.routines.check_files import own_sentences, read_exercises, read_sentences
from services.backend.routines.planner import plan_by_rules
from services.backend.routines.schemas import RoutineRequest
from shared.errors import InvalidInput

ENTRY = {"sentence": "20 minutes, hips", "duration": 1200, "equipment": [], "exclusions": ["jumping", "knee"]}
READ = Expectation(sentence="20 minutes, hips", duration=1200, equipment=(), exclusions=("jumping", "knee"))
FORMS = {
    "list": json.dumps([ENTRY]),
    "object": json.dumps({"sentences": [ENTRY]}),
    "lines": json.dumps(ENTRY),
    "others' names": json.dumps(
        [{"user_requirements": "20 minutes, hips", "target_duration": 1200, "equipment": [], "avoid": ["jumping", "knee"]}]
    ),
    "beside": json.dumps([{"text": "20 minutes, hips", "id": 7, "expectations": {**ENTRY, "sentence": "20 minutes, hips"}}]),
    "tsv": "sentence\tduration\tequipment\texclusions\tareas\n20 minutes, hips\t1200\tnone\tjumping; knee\t\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_forms(form: str) -> None:
    assert read_sentences(FORMS[form].encode()) == [READ]


def test_several_lines() -> None:
    assert [each.sentence for each in read_sentences(b'{"sentence": "a"}\n\n{"sentence": "b"}\n')] == ["a", "b"]
    assert [each.sentence for each in read_sentences("\ufeffsentence\nlegs, 5 min\nÜbungen\tmore\n".encode())] == ["legs, 5 min", "Übungen"]
    assert [each.sentence for each in read_sentences(b'["legs", {"sentence": "arms"}]')] == ["legs", "arms"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no sentence"),
        (b"[]", "no sentence"),
        (b"[1]", "entry 1 is neither"),
        (b'[{"duration": 3}]', "entry 1: sentence"),
        (b'[{"sentence": "a", "level": "expert"}]', "entry 1: level"),
        (b'[{"sentence": ', "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_told(content: bytes, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        read_sentences(content)


def test_a_catalogue_is_read_as_far_as_it_can_be() -> None:
    rows = [{"name": "Push-Up", "level": "expert"}, {"level": "beginner"}, {"name": "push up"}, {"name": "Row", "active": False}]
    assert [(one.slug, one.level) for one in read_exercises(json.dumps(rows).encode())] == [("push-up", "advanced")]
    with pytest.raises(InvalidInput, match="entry 1: Field required"):
        read_exercises(b'[{"level": "beginner"}]')


OWN = read_sentences(own_sentences())


def test_there_are_fifty_of_our_own_and_they_are_varied() -> None:
    assert len({each.sentence for each in OWN}) == 50
    assert {each.level for each in OWN} == {None, "beginner", "intermediate", "advanced"}
    assert len({each.duration for each in OWN}) >= 20
    assert len({exclusion for each in OWN for exclusion in each.exclusions}) >= 20
    assert len({area for each in OWN for area in each.areas}) >= 12


@pytest.mark.parametrize("expected", OWN, ids=lambda each: each.sentence[:40])
def test_each_of_them_is_understood_as_a_person_does(expected: Expectation) -> None:
    parameters = plan_by_rules(RoutineRequest(user_id="ann", user_requirements=expected.sentence)).parameters
    assert parameters.target_duration == expected.duration
    assert expected.level in (None, parameters.intensity_level)
    assert expected.equipment is None or set(parameters.equipment or ()) == set(expected.equipment)
    assert bool(parameters.limits) == bool(expected.exclusions)
