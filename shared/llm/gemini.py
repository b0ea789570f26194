"""Gemini through Google's own SDK, one client for one key.

The SDK reads the process's environment for what it is not told, so it is told everything. It never tries again by itself.
Wire format and errors: https://ai.google.dev/api/generate-content, https://ai.google.dev/gemini-api/docs/rate-limits
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from google import genai
from google.genai import errors, types
from pydantic import SecretStr

from shared.errors import InvalidInput, Unavailable
from shared.http.client import Limits, raw_client, translated
from shared.llm.base import MAX_OUTPUT_TOKENS, Completion, Turn
from shared.llm.failures import Away, NoText, of_transport
from shared.llm.gemini_errors import failure

_API_VERSION = "v1beta"  # knows the "-latest" models, which v1 does not
_MALFORMED = (ValueError, TypeError, AttributeError, LookupError, RecursionError)  # the SDK reads answers without looking first
_CUT = frozenset({"MAX_TOKENS", "CONTINUATION"})
_BLOCKED = frozenset({"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "MODEL_ARMOR"})


class GeminiModel:
    """`model` without "models/"."""

    def __init__(self, hop: str, setting: str, *, key: SecretStr, model: str, base_url: str, timeout_s: float) -> None:
        self.hop, self.setting, self.model = hop, setting, model
        self._key = key
        self._http = raw_client(Limits(read_s=timeout_s))
        self._client = genai.Client(
            api_key=key.get_secret_value(),
            vertexai=False,
            http_options=types.HttpOptions(
                base_url=base_url, api_version=_API_VERSION, timeout=int(timeout_s * 1000), httpx_async_client=self._http
            ),
        )

    async def complete(self, system: str, turns: Sequence[Turn], schema: Mapping[str, Any]) -> Completion:
        try:
            with translated(self.hop):
                answered = await self._client.aio.models.generate_content(
                    model=self.model,
                    contents=[types.Content(role=turn.role, parts=[types.Part(text=turn.text)]) for turn in turns],
                    config=_config(system, schema),
                )
        except errors.APIError as error:
            raise failure(error.code, error.details, datetime.now(UTC), self._key) from None  # its text repeats the whole body
        except (Unavailable, InvalidInput) as error:
            raise of_transport(error) from error
        except _MALFORMED as error:
            raise Away(f"the answer is not Gemini's ({type(error).__name__})") from None  # its text repeats the answer
        return completion(answered)

    async def aclose(self) -> None:
        self._client.close()
        await self._http.aclose()


def _config(system: str, schema: Mapping[str, Any]) -> types.GenerateContentConfig:
    return types.GenerateContentConfig(
        system_instruction=system,
        response_mime_type="application/json",
        response_json_schema=schema,
        max_output_tokens=MAX_OUTPUT_TOKENS,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        automatic_continuation=False,
    )


def completion(answered: types.GenerateContentResponse) -> Completion:
    """PURE: the text of an answer. Raises NoText."""
    if answered.prompt_feedback and answered.prompt_feedback.block_reason:
        raise NoText(f"the prompt was blocked ({answered.prompt_feedback.block_reason.value})", reason="blocked")
    candidate = answered.candidates[0] if answered.candidates else None
    finish = candidate.finish_reason.value if candidate and candidate.finish_reason else ""
    if finish in _BLOCKED:
        raise NoText(f"the answer was blocked ({finish})", reason="blocked")
    if finish in _CUT:
        raise NoText(f"the answer was cut ({finish})", reason="cut")
    parts = (candidate.content.parts or ()) if candidate and candidate.content else ()
    text = "".join(part.text for part in parts if part.text and not part.thought)
    if not text.strip():
        raise NoText(f"the answer is empty ({finish or 'no finish reason'})", reason="empty")
    used = answered.usage_metadata or types.GenerateContentResponseUsageMetadata()
    return Completion(text, used.prompt_token_count or 0, (used.candidates_token_count or 0) + (used.thoughts_token_count or 0))
