"""The chain as settings make it, over stub servers of all its vendors."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel
from structlog.testing import capture_logs

from shared.errors import Unavailable
from shared.llm import chain as chain_module
from shared.llm.base import LLM, Prompt
from shared.llm.open import open_llm
from shared.logging import get_logger
from shared.settings import load_settings
from tests.stubs import gemini, openai_compatible
from tests.stubs.gemini import GeminiStub
from tests.stubs.openai_compatible import OpenAIStub
from tests.stubs.vendor import Says

PROMPT = Prompt("Name a city.", {"posting": "Work in Oslo."})
OSLO = '{"name": "Oslo"}'
SECRETS = (gemini.KEY, openai_compatible.KEY, "bad-key-one", "bad-key-two")


class City(BaseModel):
    name: str


@dataclass
class World:
    """Gemini, OpenRouter and OpenAI, and the settings that lead to them."""

    gemini: GeminiStub
    openrouter: OpenAIStub
    openai: OpenAIStub
    environ: dict[str, str]

    def llm(self, **changes: str) -> LLM:
        made = open_llm(load_settings(self.environ | changes, env_file=None))
        assert made is not None
        return made

    def asked(self) -> list[int]:
        return [len(stub.asked) for stub in (self.gemini, self.openrouter, self.openai)]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    said = openai_compatible.answer(OSLO)
    google, router, openai = GeminiStub(gemini.answer(OSLO)), OpenAIStub(said), OpenAIStub(said)
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(stub.listening()) for stub in (google, router, openai)]
        environ = {
            "GEMINI_API_KEY": gemini.KEY,
            "GEMINI_API_BACKUP_KEY": gemini.KEY,
            "GEMINI_BASE_URL": urls[0],
            "OPENROUTER_API_KEY": openai_compatible.KEY,
            "OPENROUTER_BASE_URL": f"{urls[1]}/v1",
            "OPENAI_API_KEY": openai_compatible.KEY,
            "OPENAI_BASE_URL": f"{urls[2]}/v1",
        }
        yield World(google, router, openai, environ)


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    monkeypatch.setattr(chain_module, "log", get_logger("fresh"))
    with capture_logs() as entries:
        yield entries


async def test_without_a_key_there_is_no_llm() -> None:
    assert open_llm(load_settings({}, env_file=None)) is None


async def test_each_key_is_a_hop_in_this_order(world: World) -> None:
    bad = Says(b"<html>", 500)
    order = []
    async with aclosing(world.llm()) as llm:
        for stub in (None, world.gemini, world.openrouter, world.openai):
            if stub is not None:
                stub.says(bad)
            try:
                order.append((await llm.answer(PROMPT, City, deadline_s=30)).hop)
            except Unavailable as error:
                order.append(error.message)
    assert order[:3] == ["gemini", "openrouter", "openai"]
    assert "gemini: away, gemini_backup: away, openrouter: away, openai: away" in order[3]


async def test_the_backup_key_goes_on_where_the_first_fails(world: World, logged: list[Any], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with aclosing(await asyncio.to_thread(world.llm, GEMINI_API_KEY="bad-key-one")) as llm:
            for _ in range(2):
                assert (await llm.answer(PROMPT, City)).hop == "gemini_backup"
    assert world.asked() == [3, 0, 0], "the bad key is not tried twice"
    [off] = [entry for entry in logged if entry["event"] == "llm_hop_off"]
    assert (off["hop"], off["setting"]) == ("gemini", "GEMINI_API_KEY")
    shown = caplog.text + repr(logged)
    assert not any(secret in shown for secret in SECRETS)


async def test_bad_keys_everywhere_never_show(world: World, logged: list[Any], caplog: pytest.LogCaptureFixture) -> None:
    bad = {"GEMINI_API_KEY": "bad-key-one", "GEMINI_API_BACKUP_KEY": "bad-key-two", "OPENROUTER_API_KEY": "bad-key-one"}
    with caplog.at_level(logging.DEBUG):
        async with aclosing(world.llm(**bad, OPENAI_API_KEY="bad-key-two")) as llm:
            with pytest.raises(Unavailable) as caught:
                await llm.answer(PROMPT, City)
    assert [entry["hop"] for entry in logged if entry["event"] == "llm_hop_off"] == ["gemini", "gemini_backup", "openrouter", "openai"]
    shown = caplog.text + repr(logged) + "".join(traceback.format_exception(caught.value))
    assert not any(secret in shown for secret in SECRETS)


async def test_openrouter_keeps_to_vendors_that_know_schemas(world: World) -> None:
    async with aclosing(world.llm(GEMINI_API_KEY="", GEMINI_API_BACKUP_KEY="", OPENROUTER_MODEL="some/model")) as llm:
        answer = await llm.answer(PROMPT, City)
    assert (answer.hop, answer.model) == ("openrouter", "some/model")
    [asked] = world.openrouter.asked
    assert asked.body["provider"] == {"require_parameters": True}
    assert asked.body["response_format"]["json_schema"]["strict"] is True


async def test_each_turn_arrives_where_vendors_expect_it(world: World) -> None:
    world.gemini.says(gemini.answer("{}"), gemini.answer(OSLO))
    async with aclosing(world.llm()) as llm:
        assert (await llm.answer(PROMPT, City)).repaired
    second = world.gemini.asked[1].body
    assert [turn["role"] for turn in second["contents"]] == ["user", "model", "user"]
    assert "name: Field required" in second["contents"][2]["parts"][0]["text"]
    assert "Name a city." in second["systemInstruction"]["parts"][0]["text"]
    assert second["generationConfig"]["responseMimeType"] == "application/json"


async def test_the_environments_other_google_settings_mean_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK would read these: another key, another place, another product."""
    others = {
        "GOOGLE_API_KEY": "someone-elses-key",
        "GOOGLE_GENAI_USE_VERTEXAI": "true",
        "GOOGLE_GENAI_USE_ENTERPRISE": "true",
        "GOOGLE_GEMINI_BASE_URL": "http://127.0.0.1:1",
        "GOOGLE_VERTEX_BASE_URL": "http://127.0.0.1:1",
        "GOOGLE_GENAI_API_VERSION": "v7",
        "GOOGLE_CLOUD_PROJECT": "p",
        "GOOGLE_CLOUD_LOCATION": "l",
    }
    for name, value in others.items():
        monkeypatch.setenv(name, value)
    async with aclosing(world.llm()) as llm:
        assert (await llm.answer(PROMPT, City)).hop == "gemini"


async def test_the_deadline_hangs_up(world: World) -> None:
    world.gemini.says(Says(hangs=True))
    async with aclosing(world.llm()) as llm, asyncio.timeout(30):
        with pytest.raises(Unavailable):
            await llm.answer(PROMPT, City, deadline_s=0.5)
        await world.gemini.hung_up.wait()
    assert world.asked()[1:] == [0, 0]


async def test_a_minute_quota_is_waited_out_by_the_only_model(world: World) -> None:
    world.gemini.says(gemini.minute_quota("0.2s"), gemini.answer(OSLO))
    async with aclosing(world.llm(GEMINI_API_BACKUP_KEY="", OPENROUTER_API_KEY="", OPENAI_API_KEY="")) as llm:
        assert (await llm.answer(PROMPT, City)).hop == "gemini"
    assert world.asked() == [2, 0, 0]


async def test_a_daily_quota_is_not(world: World) -> None:
    world.gemini.says(gemini.daily_quota("0.2s"), gemini.answer(OSLO))
    async with aclosing(world.llm(GEMINI_API_BACKUP_KEY="", OPENROUTER_API_KEY="", OPENAI_API_KEY="")) as llm:
        for _ in range(2):
            with pytest.raises(Unavailable):
                await llm.answer(PROMPT, City)
    assert world.asked() == [1, 0, 0]


def test_googles_sdk_is_loaded_only_for_its_users() -> None:
    code = (
        "import asyncio, sys\nfrom shared.llm.open import open_llm\nfrom shared.settings import load_settings\n"
        "async def main():\n    llm = open_llm(load_settings({'OPENAI_API_KEY': 'k'}, env_file=None))\n    await llm.aclose()\n"
        "asyncio.run(main())\nassert 'google.genai' not in sys.modules"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)
