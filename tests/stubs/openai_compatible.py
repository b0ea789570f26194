"""Chat completions as OpenAI and OpenRouter speak them, errors too, written for the tests."""

from __future__ import annotations

from typing import Any

from tests.stubs.vendor import Asked, Says, VendorStub, missing

KEY = "sk-or-v1-stub-key-of-the-tests"


class OpenAIStub(VendorStub):
    def refusal(self, asked: Asked) -> Says | None:
        if asked.path != "/v1/chat/completions":
            return error(404, "Not Found")
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return error(401, f"Incorrect API key provided: {asked.headers.get('authorization')}.", code="invalid_api_key")
        if asked.body["messages"][-1].get("role") != "user" or missing(asked.body, ["response_format", "json_schema", "schema"]):
            return error(400, "Invalid request parameters")
        return None


def answer(text: str | None, *, finish: str | None = "stop", tokens: tuple[int, int] = (7, 8), refusal: str | None = None) -> Says:
    """`tokens` of the prompt and of the answer."""
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, "refusal": refusal}}
    used = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
    return Says({"id": "gen-1", "object": "chat.completion", "model": "stub", "choices": [choice], "usage": used})


def error(status: int, message: str, *, code: Any = None, metadata: dict[str, Any] | None = None, **headers: str) -> Says:
    """`headers` with "_" for "-"."""
    told = {"code": status if code is None else code, "message": message} | ({"metadata": metadata} if metadata else {})
    return Says({"error": told}, status, {name.replace("_", "-"): value for name, value in headers.items()})


def error_in_200(status: int, message: str, **metadata: Any) -> Says:
    """OpenRouter, when the vendor behind it fails after the start."""
    return Says({"error": {"code": status, "message": message, "metadata": metadata}, "user_id": "user_1"})


def error_in_choice(status: int, message: str) -> Says:
    choice = {
        "index": 0,
        "finish_reason": "error",
        "error": {"code": status, "message": message},
        "message": {"role": "assistant", "content": ""},
    }
    return Says({"id": "gen-1", "object": "chat.completion", "model": "stub", "choices": [choice]})
