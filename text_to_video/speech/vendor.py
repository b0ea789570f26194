"""An engine that asks a vendor over HTTP: a few lines at a time, again where that is worth it, and never longer than allowed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from pydantic import SecretStr

from shared.errors import InvalidInput, Unavailable
from shared.http.client import HttpClient, Limits, Reply
from shared.llm.failures import Away, Busy, ModelFailure, of_transport
from shared.llm.openai_compatible import failure as openai_failure
from shared.retry import backoff_s
from shared.schemas.reels import VoiceId
from text_to_video.speech.base import Letter, Said, VoiceFailed
from text_to_video.speech.decode import NoAudio, samples_of

_AT_ONCE = 3  # cheap plans of the vendors allow five
_TRIES = 3  # of one line
_MOST_BACKOFF_S = 8.0
_MAX_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Request:
    """A POST. The key goes into `headers` and nowhere else."""

    url: str
    headers: Mapping[str, str]
    json: Any
    params: Mapping[str, str] = field(default_factory=dict)


class Vendor(Protocol):
    """PURE: how one vendor is asked, and what its answers mean."""

    @property
    def voice_id(self) -> VoiceId: ...

    def request(self, text: str, language: str) -> Request: ...

    def said(self, reply: Reply, now: datetime) -> Said:
        """Raises ModelFailure."""
        ...


@dataclass(frozen=True)
class VendorEngine:
    """`timeout_s` for one answer, `deadline_s` for all lines, retries and waits together."""

    vendor: Vendor
    timeout_s: float
    deadline_s: float

    @property
    def voice_id(self) -> VoiceId:
        return self.vendor.voice_id

    def say(self, texts: Sequence[str], language: str) -> list[Said]:
        """Not to be called where an event loop runs: it brings its own, so that a signal ends it at once. Raises VoiceFailed."""
        try:
            return asyncio.run(self._say(texts, language))
        except ModelFailure as failure:
            raise VoiceFailed(f"{self.voice_id}: {failure.outcome}: {failure.message}") from failure
        except TimeoutError:
            raise VoiceFailed(f"{self.voice_id}: not done within {self.deadline_s:g} s") from None

    async def _say(self, texts: Sequence[str], language: str) -> list[Said]:
        limits = Limits(read_s=self.timeout_s, total_s=self.timeout_s, attempts=1, max_bytes=_MAX_BYTES)
        http, at_once = HttpClient(limits), asyncio.Semaphore(_AT_ONCE)
        deadline = asyncio.get_running_loop().time() + self.deadline_s

        async def line(text: str) -> Said:
            async with at_once:
                return await self._line(http, self.vendor.request(text, language), deadline)

        try:
            async with asyncio.timeout_at(deadline), asyncio.TaskGroup() as group:
                tasks = [group.create_task(line(text)) for text in texts]
            return [task.result() for task in tasks]
        except ExceptionGroup as failures:  # the first is the cause; the others were cancelled or failed alike
            raise failures.exceptions[0] from None
        finally:
            await http.aclose()

    async def _line(self, http: HttpClient, request: Request, deadline: float) -> Said:
        """Raises ModelFailure."""
        for attempt in range(1, _TRIES):
            try:
                return await self._once(http, request)
            except (Busy, Away) as failure:
                if failure.wait_s is None:
                    raise
                wait_s = max(failure.wait_s, backoff_s(attempt, 1, _MOST_BACKOFF_S))
                if asyncio.get_running_loop().time() + wait_s >= deadline:
                    raise
                await asyncio.sleep(wait_s)
        return await self._once(http, request)

    async def _once(self, http: HttpClient, request: Request) -> Said:
        try:
            reply = await http.request("POST", request.url, headers=request.headers, params=request.params, json=request.json)
            return self.vendor.said(reply, datetime.now(UTC))
        except ModelFailure:
            raise
        except (Unavailable, InvalidInput) as error:
            raise of_transport(error) from error


def heard(data: bytes, media_type: str, letters: Sequence[Letter] | None = None) -> Said:
    """The line in an answer's audio. Raises Away."""
    try:
        return Said(*samples_of(data, media_type), letters)
    except NoAudio as error:
        raise Away(f"the answer's audio: {error}") from None


def failure(status: int, message: object, code: object, headers: Mapping[str, str], now: datetime, key: SecretStr) -> ModelFailure:
    """What an error means that comes with a message and perhaps a code: the statuses mean what OpenAI means by them."""
    return openai_failure(status, {"error": {"message": message, "code": code}}, headers, now, key)


def read_with(parse: Callable[[], Said]) -> Said:
    """What `parse` makes of an answer. Raises Away when it is not shaped as expected, or ModelFailure as `parse` does."""
    try:
        return parse()
    except ModelFailure:
        raise
    except (Unavailable, LookupError, TypeError, ValueError, AttributeError) as error:
        raise Away(f"the answer is not as expected ({type(error).__name__})") from None


def body_of(reply: Reply) -> dict[str, Any]:
    """The JSON object in an error's body; empty where there is none: gateways send pages."""
    try:
        body = reply.json()
    except Unavailable:
        return {}
    return body if isinstance(body, dict) else {}
