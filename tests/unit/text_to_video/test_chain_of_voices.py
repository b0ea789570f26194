"""Voices that stand in for one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from shared.errors import RetryableJobError
from text_to_video.script.base import Line, Script
from text_to_video.speech.base import Speech, VoiceFailed
from text_to_video.speech.chain import Chain

SCRIPT = Script((Line("duty", "Bread", "Bread"),))


@dataclass
class Speaker:
    """Speaks, but not after the first `times`."""

    seconds: int
    times: int = 99
    asked: int = 0

    def speak(self, script: Script) -> Speech:
        self.asked += 1
        if self.asked > self.times:
            raise VoiceFailed(f"{self.seconds}: hoarse")
        return Speech(np.zeros(self.seconds, np.float32), 1, (), timing="aligned")


def test_the_first_speaks_and_is_told() -> None:
    speech = Chain([("fish_audio", Speaker(1)), ("espeak", Speaker(2))]).speak(SCRIPT)
    assert (speech.duration, speech.voice_id, speech.timing, speech.degraded) == (1, "fish_audio", "aligned", ())


def test_the_next_stands_in_and_why_is_told() -> None:
    speech = Chain([("fish_audio", Speaker(1, 0)), ("piper", Speaker(2, 0)), ("espeak", Speaker(3))], ("speech: x",)).speak(SCRIPT)
    assert (speech.duration, speech.voice_id) == (3, "espeak")
    assert speech.degraded == ("speech: x", "speech: 1: hoarse", "speech: 2: hoarse")


def test_who_failed_is_not_asked_again() -> None:
    """A script is spoken several times until it fits: half of it in another voice would be worse than all."""
    first, second = Speaker(1, 1), Speaker(2)
    chain = Chain([("fish_audio", first), ("espeak", second)])
    assert [chain.speak(SCRIPT).voice_id for _ in range(3)] == ["fish_audio", "espeak", "espeak"]
    assert (first.asked, second.asked) == (2, 2)


def test_nobody_is_an_error_one_may_retry() -> None:
    with pytest.raises(RetryableJobError, match="2: hoarse") as caught:
        Chain([("fish_audio", Speaker(1, 0)), ("espeak", Speaker(2, 0))]).speak(SCRIPT)
    assert caught.value.code == "speech_failed"
