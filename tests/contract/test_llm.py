"""What every language model does alike, on stub servers that speak the vendors' wire formats, and what their real answers mean to us."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel, Field, SecretStr

from shared.llm.base import Completion, Model, Turn
from shared.llm.failures import Away, Busy, Misconfigured, ModelFailure, NoText, QuotaUsedUp, RequestRefused
from shared.llm.gemini import GeminiModel
from shared.llm.openai_compatible import OpenAICompatibleModel
from tests.faults.s3_server import free_port
from tests.stubs import gemini, openai_compatible, recorded
from tests.stubs.vendor import Says, VendorStub

PATIENT_S = 60.0


class City(BaseModel):
    name: str = Field(max_length=40)
    country: str | None = None


SCHEMA = City.model_json_schema()
TURNS = [Turn("user", "Which?"), Turn("model", "{}"), Turn("user", "With a name, please — ‘naïve’ 東京")]


@dataclass(frozen=True)
class Vendor:
    """An adapter, its stub, and how this vendor says things."""

    stub: type[VendorStub]
    make: Callable[..., Model]
    key: str
    answer: Callable[..., Says]
    error: Callable[[int, str], Says]
    cut: str
    blocked: str


def open_gemini(base_url: str, key: str = gemini.KEY, timeout_s: float = PATIENT_S) -> Model:
    return GeminiModel("gemini", "GEMINI_API_KEY", key=SecretStr(key), model="gemini-stub", base_url=base_url, timeout_s=timeout_s)


def open_openai(base_url: str, key: str = openai_compatible.KEY, timeout_s: float = PATIENT_S) -> Model:
    secret = SecretStr(key)
    return OpenAICompatibleModel("openai", "OPENAI_API_KEY", key=secret, model="m/stub", base_url=f"{base_url}/v1/", timeout_s=timeout_s)


GEMINI = Vendor(
    gemini.GeminiStub,
    open_gemini,
    gemini.KEY,
    gemini.answer,
    lambda status, message: gemini.error(status, "SOME_STATUS", message),
    cut="MAX_TOKENS",
    blocked="SAFETY",
)
OPENAI = Vendor(
    openai_compatible.OpenAIStub,
    open_openai,
    openai_compatible.KEY,
    openai_compatible.answer,
    openai_compatible.error,
    cut="length",
    blocked="content_filter",
)


@dataclass(frozen=True)
class Adapter:
    vendor: Vendor
    stub: VendorStub
    url: str
    model: Model


@pytest.fixture(params=[GEMINI, OPENAI], ids=["gemini", "openai_compatible"])
def vendor(request: pytest.FixtureRequest) -> Vendor:
    chosen: Vendor = request.param
    return chosen


@pytest.fixture
async def adapter(vendor: Vendor) -> AsyncIterator[Adapter]:
    stub = vendor.stub()
    async with stub.listening() as url, aclosing(vendor.make(url)) as model:
        yield Adapter(vendor, stub, url, model)


async def complete(model: Model) -> Completion:
    return await model.complete("Be brief.", TURNS, SCHEMA)


async def failing(model: Model) -> ModelFailure:
    with pytest.raises(ModelFailure) as caught:
        await complete(model)
    return caught.value


async def test_an_answer_with_its_tokens(adapter: Adapter) -> None:
    adapter.stub.says(adapter.vendor.answer('{"name": "東京"}'))
    assert await complete(adapter.model) == Completion('{"name": "東京"}', 7, 8)


async def test_the_request_carries_everything_and_the_key_only_in_a_header(adapter: Adapter) -> None:
    adapter.stub.says(adapter.vendor.answer("{}"))
    await complete(adapter.model)
    [asked] = adapter.stub.asked
    whole = json.dumps(asked.body, ensure_ascii=False)
    for part in ("Be brief.", "Which?", TURNS[2].text, "country"):
        assert part in whole
    assert adapter.vendor.key not in whole + asked.path
    assert any(adapter.vendor.key in value for value in asked.headers.values())


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b"<html>502</html>", b'{"candidates": 7, "choices": 7}', b"\xff\xfe", b"[" * 9999]
)
async def test_an_answer_that_is_none(adapter: Adapter, body: bytes) -> None:
    adapter.stub.says(Says(body))
    failure = await failing(adapter.model)
    assert isinstance(failure, Away | NoText)
    assert "html" not in str(failure)


async def test_an_empty_text_is_no_answer(adapter: Adapter) -> None:
    for text in (None, "", " \n"):
        adapter.stub.says(adapter.vendor.answer(text))
        assert (await failing(adapter.model)).outcome == "empty"


async def test_a_cut_or_blocked_answer_is_none_even_with_text(adapter: Adapter) -> None:
    for finish, outcome in ((adapter.vendor.cut, "cut"), (adapter.vendor.blocked, "blocked")):
        adapter.stub.says(adapter.vendor.answer('{"name": "To"}', finish=finish))
        failure = await failing(adapter.model)
        assert isinstance(failure, NoText)
        assert failure.outcome == outcome


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, Away), (400, RequestRefused), (401, Misconfigured), (403, Misconfigured), (404, Misconfigured), (408, Away),
        (413, RequestRefused), (422, RequestRefused), (429, Busy), (500, Away), (502, Away), (503, Away), (504, Away),
    ],
)  # fmt: skip
async def test_what_a_status_means(adapter: Adapter, status: int, kind: type[ModelFailure]) -> None:
    adapter.stub.says(adapter.vendor.error(status, "Sorry."))
    assert type(await failing(adapter.model)) is kind
    adapter.stub.says(Says(b"<html>no JSON at all</html>", status))
    assert type(await failing(adapter.model)) is kind
    assert len(adapter.stub.asked) == 2, "an adapter never tries again by itself"


async def test_a_refused_request_says_why_without_the_key(adapter: Adapter) -> None:
    adapter.stub.says(adapter.vendor.error(400, f"schema too deep\nfor {adapter.vendor.key} " + "x" * 999))
    failure = await failing(adapter.model)
    assert "schema too deep for ***" in failure.message
    assert len(failure.message) < 300


async def test_a_bad_key_never_shows(adapter: Adapter, caplog: pytest.LogCaptureFixture) -> None:
    bad = "sk-bad-key-of-somebody"
    with caplog.at_level(logging.DEBUG):
        async with aclosing(adapter.vendor.make(adapter.url, key=bad)) as model:
            failure = await failing(model)
    assert isinstance(failure, Misconfigured)
    assert bad not in caplog.text + repr(model) + "".join(traceback.format_exception(failure))


async def test_nobody_there(vendor: Vendor) -> None:
    async with aclosing(vendor.make(f"http://127.0.0.1:{free_port()}")) as model:
        failure = await failing(model)
    assert isinstance(failure, Away)
    assert failure.wait_s is not None, "worth another try"


async def test_a_url_that_is_none(vendor: Vendor) -> None:
    async with aclosing(vendor.make("http://[::1")) as model:
        assert isinstance(await failing(model), Misconfigured | Away)


async def test_silence_ends_with_the_timeout(adapter: Adapter) -> None:
    adapter.stub.says(Says(hangs=True))
    async with aclosing(adapter.vendor.make(adapter.url, timeout_s=0.2)) as model:
        failure = await failing(model)
    assert isinstance(failure, Away)
    assert failure.wait_s is None, "waiting for it twice would only double the wait"
    await asyncio.wait_for(adapter.stub.hung_up.wait(), 30)


async def test_cancelling_ends_the_request(adapter: Adapter) -> None:
    adapter.stub.says(Says(hangs=True))
    asking = asyncio.create_task(complete(adapter.model))
    async with asyncio.timeout(30):
        while not adapter.stub.asked:
            await asyncio.sleep(0.01)
        asking.cancel()
        await adapter.stub.hung_up.wait()
    assert asking.cancelled() or (await asyncio.wait({asking}), asking.cancelled())[1]


async def test_many_at_once(adapter: Adapter) -> None:
    adapter.stub.says(adapter.vendor.answer("{}"))
    answers = await asyncio.gather(*(complete(adapter.model) for _ in range(20)))
    assert {answer.text for answer in answers} == {"{}"}


# Only Gemini's


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        (gemini.blocked_prompt(), NoText),
        (gemini.answer("{}", finish="RECITATION"), NoText),
        (gemini.bad_key(), Misconfigured),
        (gemini.error(400, "FAILED_PRECONDITION", "User location is not supported for the API use."), Misconfigured),
        (gemini.daily_quota(), QuotaUsedUp),
        (gemini.minute_quota(), Busy),
        (gemini.error(429, "RESOURCE_EXHAUSTED", "Too many.", {"@type": "x.QuotaFailure", "violations": [{}]}), Busy),
        (Says([{"error": {"code": 503, "status": "UNAVAILABLE"}}], 503), Away),
    ],
)
async def test_what_gemini_says(says: Says, kind: type[ModelFailure]) -> None:
    failure = await of_vendor(GEMINI, says)
    assert type(failure) is kind


async def test_gemini_waits_as_long_as_it_is_told() -> None:
    for delay, wait_s in (("12s", 12), ("1.5s", 1.5), ("soon", 15)):
        failure = await of_vendor(GEMINI, gemini.minute_quota(delay))
        assert isinstance(failure, Busy)
        assert failure.wait_s == wait_s


async def test_gemini_is_not_asked_to_go_on() -> None:
    """The SDK would by itself, at no less cost and past the budget."""
    says = gemini.answer('{"name": "To', finish="CONTINUATION")
    says.body["candidates"][0]["continuationToken"] = "dG9rZW4="
    stub = GEMINI.stub(says, gemini.answer('kyo"}'))
    async with stub.listening() as url, aclosing(GEMINI.make(url)) as model:
        assert (await failing(model)).outcome == "cut"
    assert len(stub.asked) == 1


# Only OpenAI's and OpenRouter's

GUARDRAIL: dict[str, Any] = {"patterns": ["ignore all previous instructions"]}
FLAGGED: dict[str, Any] = {"reasons": ["violence"], "provider_name": "OpenAI"}


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        (openai_compatible.error_in_200(429, "Provider returned error", raw="rate-limited upstream"), Busy),
        (openai_compatible.error_in_200(503, "No provider"), Away),
        (openai_compatible.error_in_choice(502, "Upstream failed"), Away),
        (Says({"error": "it broke"}), Away),
        (Says({"error": {"code": "strange"}}), Away),
        (Says({"choices": ["no object"]}), NoText),
        (openai_compatible.answer(None, refusal="I cannot help with that."), NoText),
        (openai_compatible.error(402, "Insufficient credits."), QuotaUsedUp),
        (openai_compatible.error(403, "Key limit exceeded (daily limit)."), QuotaUsedUp),
        (openai_compatible.error(403, "Request blocked", metadata=GUARDRAIL), NoText),
        (openai_compatible.error(403, "Flagged", metadata=FLAGGED), NoText),
        (openai_compatible.error(429, "You exceeded your current quota.", code="insufficient_quota"), QuotaUsedUp),
        (openai_compatible.error(429, "Rate limit exceeded: free-models-per-day"), QuotaUsedUp),
        (openai_compatible.error(429, "Rate limit reached on requests per day (RPD)"), QuotaUsedUp),
        (openai_compatible.error(529, "Provider overloaded"), Away),
    ],
)
async def test_what_openai_and_openrouter_say(says: Says, kind: type[ModelFailure]) -> None:
    failure = await of_vendor(OPENAI, says)
    assert type(failure) is kind


async def test_openrouter_tells_when_to_come_back() -> None:
    waited = await of_vendor(OPENAI, openai_compatible.error(429, "Slow down.", retry_after="7"))
    assert isinstance(waited, Busy)
    assert waited.wait_s == 7
    reset = {"headers": {"X-RateLimit-Reset": "4102444800000"}}  # the year 2100
    spent = await of_vendor(OPENAI, openai_compatible.error(429, "free-models-per-day", metadata=reset))
    assert isinstance(spent, QuotaUsedUp)
    assert spent.rest_s > 365 * 24 * 3600


async def of_vendor(vendor: Vendor, says: Says) -> ModelFailure:
    stub = vendor.stub(says)
    async with stub.listening() as url, aclosing(vendor.make(url)) as model:
        return await failing(model)


# Real answers

GEMINI_MOCKS, JS, PYDANTIC = "gemini/generative-ai-js_mock-responses", "gemini/js-genai_recordings", "gemini/pydantic-ai_cassettes"
OPENROUTER = "openrouter/pydantic-ai_cassettes"


@dataclass(frozen=True)
class Real:
    """A recorded answer and what becomes of it: the beginning of its text, or a failure with its outcome."""

    read: Callable[[], Says]
    text: str = ""
    kind: type[ModelFailure] | None = None
    outcome: str = ""


def mock(name: str, **expected: Any) -> Any:
    return pytest.param(Real(lambda: recorded.body(f"{GEMINI_MOCKS}/{name}.json"), **expected), id=name)


def cassette(folder: str, name: str, **expected: Any) -> Any:
    return pytest.param(Real(lambda: recorded.cassette(f"{folder}/{name}.yaml"), **expected), id=name)


def bodies(api: str, number: int, **expected: Any) -> Any:
    return pytest.param(Real(lambda: recorded.error_bodies(api)[number], **expected), id=f"{api}-{number}")


GEMINI_API, VERTEX = "gemini-generativelanguage", "vertex-ai"
JSON_SCHEMA = f"{JS}/Client_Tests_generateContent_ML_Dev_should_generate_content_with_given_valid_json_schema_in_responseJsonSchema.json"
NO_MODEL = f"{JS}/Chats_Tests_sendMessage_Send_message_stream_with_error.json"


@recorded.needs_recordings
@pytest.mark.data
@pytest.mark.filterwarnings("ignore:.* is not a valid:UserWarning")  # the SDK's, for reasons it does not know yet
@pytest.mark.parametrize(
    "real",
    [
        bodies(GEMINI_API, 0, kind=QuotaUsedUp, outcome="quota_used_up"),
        bodies(GEMINI_API, 1, kind=Busy, outcome="busy"),
        bodies(GEMINI_API, 2, kind=Away, outcome="away"),
        bodies(GEMINI_API, 3, kind=Misconfigured, outcome="misconfigured"),
        bodies(VERTEX, 0, kind=Busy, outcome="busy"),
        mock("unary-success-basic-reply-short", text="Helena"),
        mock("unary-success-basic-reply-long", text="1. **Use Freshly"),
        mock("unary-success-citations", text="1. **Definition:**"),
        mock("unary-unknown-enum", text="1. **Use Freshly"),
        mock("unary-failure-citations", kind=NoText, outcome="blocked"),
        mock("unary-failure-empty-content", kind=NoText, outcome="empty"),
        mock("unary-failure-finish-reason-safety", kind=NoText, outcome="blocked"),
        mock("unary-failure-prompt-blocked-safety", kind=NoText, outcome="blocked"),
        mock("unary-failure-image-rejected", kind=RequestRefused, outcome="request_refused"),
        pytest.param(Real(lambda: recorded.js_recording(JSON_SCHEMA), text="{"), id="json-schema"),
        pytest.param(Real(lambda: recorded.js_recording(NO_MODEL), kind=Misconfigured, outcome="misconfigured"), id="no-model"),
        cassette(PYDANTIC, "test_google_native_output", text="{"),
        cassette(PYDANTIC, "test_google_model_empty_assistant_response", text="As an AI"),
        cassette(PYDANTIC, "test_google_model_max_tokens", kind=NoText, outcome="cut"),
        cassette(PYDANTIC, "test_google_model_max_tokens_thinking_model_empty_response", kind=NoText, outcome="cut"),
        cassette(PYDANTIC, "test_google_model_safety_settings", kind=NoText, outcome="blocked"),
        cassette(PYDANTIC, "test_google_model_armor_prompt_template_text_gets_blocked", kind=NoText, outcome="blocked"),
        cassette(PYDANTIC, "TestGoogle.test_count_tokens_error", kind=Misconfigured, outcome="misconfigured"),
    ],
)  # fmt: skip
async def test_real_answers_of_gemini(real: Real) -> None:
    await check(GEMINI, real)


@recorded.needs_recordings
@pytest.mark.data
@pytest.mark.parametrize(
    "real",
    [
        cassette(OPENROUTER, "test_openrouter_errors_raised", kind=Busy, outcome="busy"),
        cassette(OPENROUTER, "test_openrouter_usage", text="Brief summary"),
        cassette(OPENROUTER, "test_openrouter_with_reasoning"),
        cassette(OPENROUTER, "test_openrouter_with_native_options"),
        cassette(OPENROUTER, "test_openrouter_google_nested_schema", kind=NoText, outcome="empty"),
    ],
)
async def test_real_answers_of_openrouter(real: Real) -> None:
    await check(OPENAI, real)


async def check(vendor: Vendor, real: Real) -> None:
    says = real.read()
    stub = vendor.stub(says)
    async with stub.listening() as url, aclosing(vendor.make(url)) as model:
        if real.kind is None:
            completion = await complete(model)
            assert completion.text.lstrip().startswith(real.text)
            return
        failure = await failing(model)
    assert (type(failure), failure.outcome) == (real.kind, real.outcome)


@recorded.needs_recordings
@pytest.mark.data
async def test_every_error_openrouter_documents() -> None:
    expected: dict[int, list[type[ModelFailure]]] = {
        400: [RequestRefused], 401: [Misconfigured], 402: [QuotaUsedUp], 403: [NoText, Misconfigured], 404: [Misconfigured], 408: [Away],
        413: [RequestRefused], 422: [RequestRefused], 429: [Busy], 500: [Away], 502: [Away], 503: [Away], 524: [Away], 529: [Away],
    }  # fmt: skip
    stub = OPENAI.stub()
    async with stub.listening() as url, aclosing(OPENAI.make(url)) as model:
        found: dict[int, list[type[ModelFailure]]] = {}
        for status, examples in recorded.openapi_errors("openrouter/openapi.yaml").items():
            for says in examples:
                stub.says(says)
                found.setdefault(status, []).append(type(await failing(model)))
    assert found == expected
