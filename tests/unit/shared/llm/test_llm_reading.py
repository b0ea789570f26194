"""Answers that the caller reads: as many repairs as asked for, and what is no fault of the answer ends the call."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client import REGISTRY
from pydantic import BaseModel

from shared.errors import Conflict, Unavailable
from shared.llm.base import Prompt
from shared.llm.chain import Chain, Patience
from shared.llm.repair import Unfit
from tests.unit.shared.llm.models import ScriptedModel

PATIENCE = Patience(timeout_s=60, deadline_s=60, breaker_failures=2, breaker_cooldown_s=30)


class City(BaseModel):
    name: str


def oslo(text: str) -> City:
    if text != "Oslo":
        raise Unfit([f"{text} is not Oslo", "nor is it in Norway"])
    return City(name=text)


async def test_the_reader_decides_and_its_words_go_back() -> None:
    model = ScriptedModel("a", ["Rome", "Paris", "Oslo"])
    answer = await Chain([model], PATIENCE).answer(Prompt("Which?", {}), City, read=oslo, repairs=2)
    assert (answer.value.name, answer.repaired, answer.tokens_in) == ("Oslo", True, 30)
    assert "- Rome is not Oslo\n- nor is it in Norway" in model.heard[1][-1].text


@pytest.mark.parametrize("repairs", [0, 1, 4])
async def test_no_more_repairs_than_asked_for(repairs: int) -> None:
    model = ScriptedModel("a", ["Rome"])
    with pytest.raises(Unavailable, match=r"a: unusable"):
        await Chain([model], PATIENCE).answer(Prompt("Which?", {}), City, read=oslo, repairs=repairs)
    assert len(model.heard) == 1 + repairs


async def test_another_error_of_the_reader_ends_the_call() -> None:
    def refuse(text: str) -> City:
        raise Conflict(f"not {text}")

    first, second = ScriptedModel("a", ["Rome"]), ScriptedModel("b", ["Oslo"])
    with pytest.raises(Conflict, match="not Rome"):
        await Chain([first, second], PATIENCE).answer(Prompt("Which?", {}), City, read=refuse, repairs=3)
    assert (len(first.heard), len(second.heard)) == (1, 0)


@pytest.mark.parametrize(("timeout_s", "deadline_s"), [(0.05, 60.0), (60.0, 0.05)])
async def test_no_answer_in_time_is_counted_by_hop(timeout_s: float, deadline_s: float) -> None:
    before = REGISTRY.get_sample_value("reelwright_llm_timeouts_total", {"hop": "slow"}) or 0
    model = ScriptedModel("slow", [asyncio.Event()])
    with pytest.raises(Unavailable):
        await Chain([model], Patience(timeout_s, deadline_s, 2, 30)).answer(Prompt("Which?", {}), City)
    assert REGISTRY.get_sample_value("reelwright_llm_timeouts_total", {"hop": "slow"}) == before + 1
