"""A voice with others to stand in for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from shared.errors import RetryableJobError
from shared.schemas.reels import VoiceId
from text_to_video.script.base import Script
from text_to_video.speech.base import Speech, Voice


@dataclass
class Chain:
    """Speaks with the first of `voices` that does. One that failed is not asked again, so that a script is spoken in one voice.

    `degraded`: why somebody who was wished for is not among them.
    """

    voices: Sequence[tuple[VoiceId, Voice]]
    degraded: tuple[str, ...] = ()
    _failed: int = field(default=0, init=False)

    def speak(self, script: Script) -> Speech:
        """Raises RetryableJobError when nobody speaks."""
        while True:
            voice_id, voice = self.voices[self._failed]
            try:
                speech = voice.speak(script)
            except RetryableJobError as error:
                self._failed += 1
                if self._failed == len(self.voices):
                    raise
                self.degraded = (*self.degraded, f"speech: {error.message}")
            else:
                return replace(speech, voice_id=voice_id, degraded=self.degraded)
