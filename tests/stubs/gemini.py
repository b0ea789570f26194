"""Gemini's generateContent: answers and errors in its wire format, written for the tests."""

from __future__ import annotations

import re
from typing import Any

from tests.stubs.vendor import Asked, Says, VendorStub, missing

KEY = "AIzaSy-stub-key-of-the-tests"
_PATH = re.compile(r"/v1beta/models/[\w.-]+:generateContent")
_TYPE = "type.googleapis.com/google.rpc."


class GeminiStub(VendorStub):
    def refusal(self, asked: Asked) -> Says | None:
        if not _PATH.fullmatch(asked.path):
            return error(404, "NOT_FOUND", f"nothing at {asked.path}")
        if asked.headers.get("x-goog-api-key") != KEY:
            return bad_key()
        if asked.body["contents"][-1].get("role") != "user" or missing(asked.body, ["generationConfig", "responseJsonSchema"]):
            return error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
        return None


def answer(text: str | None, *, finish: str | None = "STOP", tokens: tuple[int, int, int] = (7, 5, 3)) -> Says:
    """`tokens` of the prompt, the answer and the thoughts."""
    content: dict[str, Any] = {"role": "model"}
    if text is not None:
        content["parts"] = [{"text": "Let me think.", "thought": True}, {"text": text}]
    candidate = {"content": content, "index": 0} | ({"finishReason": finish} if finish else {})
    used = {
        "promptTokenCount": tokens[0],
        "candidatesTokenCount": tokens[1],
        "thoughtsTokenCount": tokens[2],
        "totalTokenCount": sum(tokens),
    }
    return Says({"candidates": [candidate], "usageMetadata": used, "modelVersion": "stub"})


def blocked_prompt() -> Says:
    return Says({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 7}})


def error(status: int, name: str, message: str = "It did not work.", *details: dict[str, Any]) -> Says:
    told = {"code": status, "message": message, "status": name} | ({"details": list(details)} if details else {})
    return Says({"error": told}, status)


def bad_key() -> Says:
    info = {"@type": f"{_TYPE}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
    return error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", info)


def minute_quota(delay: str = "12s") -> Says:
    return _quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", delay)


def daily_quota(delay: str = "26s") -> Says:
    return _quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", delay)


def _quota(quota: str, delay: str) -> Says:
    failure = {"@type": f"{_TYPE}QuotaFailure", "violations": [{"quotaId": quota, "quotaValue": "20"}]}
    retry = {"@type": f"{_TYPE}RetryInfo", "retryDelay": delay}
    return error(429, "RESOURCE_EXHAUSTED", f"You exceeded your current quota. Please retry in {delay}.", failure, retry)
