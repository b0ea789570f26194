"""An answer against its schema, and what the model is told."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel, Field, ValidationError, model_validator

from shared.llm.repair import parse, problems, repair_turns


class Duty(BaseModel):
    text: str = Field(max_length=10)


class Draft(BaseModel):
    hook: str
    duties: list[Duty] = []
    tone: Literal["calm", "loud"] = "calm"

    @model_validator(mode="after")
    def balanced(self) -> Draft:
        if self.hook == "same" and any(duty.text == "same" for duty in self.duties):
            raise ValueError("hook and duties say the same")
        return self


def told(text: str) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        parse(text, Draft, None)
    return problems(caught.value)


@pytest.mark.parametrize(
    "text", ['{"hook": "a"}', ' {"hook": "a"}\n', '```json\n{"hook": "a"}\n```', '```\n{"hook": "a"}```\n', '```JSON\n{"hook": "a"}\n```']
)
def test_a_fence_around_is_taken_off(text: str) -> None:
    assert parse(text, Draft, None).hook == "a"


def test_problems_name_the_field() -> None:
    found = told('{"duties": [{"text": "fine"}, {"text": "much too long"}, 7], "tone": "shrill"}')
    assert found[0] == "hook: Field required"
    assert found[1] == "duties[1].text: String should have at most 10 characters"
    assert found[2].startswith("duties[2]: Input should be")
    assert found[3] == "tone: Input should be 'calm' or 'loud'"


def test_rules_over_the_whole_are_told_so() -> None:
    assert told('{"hook": "same", "duties": [{"text": "same"}]}') == ["(the whole answer): Value error, hook and duties say the same"]


def test_no_json_is_told_so() -> None:
    [problem] = told("Sure! Here it is:")
    assert problem.startswith("(the whole answer): Invalid JSON")


def test_a_flood_of_problems_is_cut() -> None:
    duties = ", ".join(['{"text": 1}'] * 50)
    found = told(f'{{"hook": "a", "duties": [{duties}]}}')
    assert len(found) == 21
    assert found[-1] == "… and 30 more"


def test_the_repair_goes_on_from_the_answer() -> None:
    answer, asked = repair_turns("x" * 100_000, ["hook: Field required"])
    assert (answer.role, asked.role) == ("model", "user")
    assert len(answer.text) < 10_000
    assert "- hook: Field required" in asked.text
