"""Whoever speaks OpenAI's chat completions: OpenAI, OpenRouter, or a server of one's own.

https://platform.openai.com/docs/api-reference/chat, https://openrouter.ai/docs/api/reference/errors-and-debugging
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from shared.errors import InvalidInput, Unavailable
from shared.http.client import HttpClient, Limits, Reply
from shared.llm.base import MAX_OUTPUT_TOKENS, Completion, Turn
from shared.llm.failures import (
    AWAY_WAIT_S,
    BUSY_WAIT_S,
    Away,
    Busy,
    Misconfigured,
    ModelFailure,
    NoText,
    QuotaUsedUp,
    RequestRefused,
    excerpt,
    of_transport,
)
from shared.llm.strict_schema import strict_schema
from shared.retry import retry_after_s

_MAX_BYTES = 4 * 2**20
_NO_CREDIT_REST_S = 3600.0  # somebody may pay meanwhile
_ROLES = {"user": "user", "model": "assistant"}


class OpenAICompatibleModel:
    """`base_url` up to and including "/v1"; `options` are added to every request's body."""

    def __init__(
        self,
        hop: str,
        setting: str,
        *,
        key: SecretStr,
        model: str,
        base_url: str,
        timeout_s: float,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.hop, self.setting, self.model = hop, setting, model
        self._key = key
        self._url = f"{base_url.rstrip('/')}/chat/completions"
        self._options = options or {}
        self._http = HttpClient(Limits(read_s=timeout_s, total_s=timeout_s, attempts=1, max_bytes=_MAX_BYTES))

    async def complete(self, system: str, turns: Sequence[Turn], schema: Mapping[str, Any]) -> Completion:
        messages = [{"role": "system", "content": system}, *({"role": _ROLES[turn.role], "content": turn.text} for turn in turns)]
        wanted = {"name": "answer", "strict": True, "schema": strict_schema(schema)}
        body = {
            "model": self.model,
            "messages": messages,
            "response_format": {"type": "json_schema", "json_schema": wanted},
            "max_completion_tokens": MAX_OUTPUT_TOKENS,
            **self._options,
        }
        try:
            reply = await self._http.request(
                "POST", self._url, headers={"Authorization": f"Bearer {self._key.get_secret_value()}"}, json=body
            )
            return completion(reply, datetime.now(UTC), self._key)
        except ModelFailure:
            raise
        except (Unavailable, InvalidInput) as error:
            raise of_transport(error) from error

    async def aclose(self) -> None:
        await self._http.aclose()


def completion(reply: Reply, now: datetime, key: SecretStr) -> Completion:
    """PURE: the text of an answer. Raises ModelFailure; OpenRouter also tells of failures, its own and its vendors', under status 200."""
    if reply.status != 200:
        raise failure(reply.status, _json(reply), reply.headers, now, key)
    body = reply.json()
    if not isinstance(body, dict):
        raise Away("the answer is no chat completion")
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    for holder in (body, choice):
        if holder.get("error"):
            raise failure(_status(holder["error"]), holder, reply.headers, now, key)
    return Completion(_text(choice), *_tokens(body.get("usage")))


def failure(status: int, body: Any, headers: Mapping[str, str], now: datetime, key: SecretStr) -> ModelFailure:
    """PURE: what an error's status, body and headers mean."""
    error = body.get("error") if isinstance(body, dict) else None
    error = error if isinstance(error, dict) else {}
    metadata = error["metadata"] if isinstance(error.get("metadata"), dict) else {}
    code = error.get("code") or error.get("type") or ""
    name = f"HTTP {status}" + (f" {code}" if code and code != status else "")
    said = str(error.get("message", ""))
    if status == 402 or code == "insufficient_quota" or (status == 403 and "limit exceeded" in said.lower()):
        return QuotaUsedUp(f"{name}: no credit left", rest_s=_NO_CREDIT_REST_S)
    if status == 429:
        return _too_many(name, said, metadata, headers, now)
    if status == 403 and (metadata.get("reasons") or metadata.get("patterns")):
        return NoText(f"{name}: the prompt was blocked", reason="blocked")
    if status in (401, 403):
        return Misconfigured(name)
    if status == 404:
        return Misconfigured(f"{name}: {excerpt(said, key)}")
    if status == 408 or status >= 500:
        return Away(name, wait_s=retry_after_s(headers.get("retry-after"), now) or AWAY_WAIT_S)
    return RequestRefused(f"{name}: {excerpt(said, key)}") if 400 <= status < 500 else Away(name)


def _too_many(name: str, said: str, metadata: Mapping[str, Any], headers: Mapping[str, str], now: datetime) -> ModelFailure:
    """Quotas of a day name it in words: OpenRouter "free-models-per-day", OpenAI "requests per day (RPD)"."""
    wait_s = _told_wait(metadata, headers, now)
    if "per day" in said.lower().replace("-", " "):
        return QuotaUsedUp(f"{name}: the day's quota", rest_s=wait_s or (_midnight(now) - now).total_seconds())
    return Busy(name, wait_s=BUSY_WAIT_S if wait_s is None else wait_s)


def _told_wait(metadata: Mapping[str, Any], headers: Mapping[str, str], now: datetime) -> float | None:
    """Retry-After, else OpenRouter's X-RateLimit-Reset, in milliseconds since 1970, of the response or of the error's metadata."""
    told = retry_after_s(headers.get("retry-after"), now)
    if told is not None:
        return told
    inner = metadata.get("headers")
    reset = headers.get("x-ratelimit-reset") or (inner.get("X-RateLimit-Reset") if isinstance(inner, dict) else None)
    try:
        return max(0.0, float(reset) / 1000 - now.timestamp()) if reset is not None else None
    except (TypeError, ValueError):
        return None


def _midnight(now: datetime) -> datetime:
    return (now.astimezone(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _text(choice: Mapping[str, Any]) -> str:
    """Raises NoText."""
    message = choice["message"] if isinstance(choice.get("message"), dict) else {}
    finish = choice.get("finish_reason")
    if finish == "content_filter" or message.get("refusal"):
        raise NoText("the answer was blocked", reason="blocked")
    if finish == "length":
        raise NoText("the answer was cut (length)", reason="cut")
    text = message.get("content")
    if not isinstance(text, str) or not text.strip():
        raise NoText(f"the answer is empty ({finish or 'no finish reason'})", reason="empty")
    return text


def _tokens(usage: Any) -> tuple[int, int]:
    counts = usage if isinstance(usage, dict) else {}
    told = (counts.get("prompt_tokens"), counts.get("completion_tokens"))
    tokens_in, tokens_out = (count if isinstance(count, int) else 0 for count in told)
    return tokens_in, tokens_out


def _status(error: Any) -> int:
    """The HTTP status an error within a 200 stands for; 502 when it names none."""
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 502


def _json(reply: Reply) -> Any:
    """The body of an error; gateways send pages."""
    try:
        return reply.json()
    except Unavailable:
        return None
