"""A script read in silence: captions at the pace at which one would read it aloud, where no voice can."""

from __future__ import annotations

import re

import numpy as np

from text_to_video.script.base import JOINT, SENTENCE_ENDS, Script, tokens
from text_to_video.speech.base import Speech, VoiceFailed, Word

_RATE = 16_000
_LEAST_S, _MARK_S, _CLAUSE_S, _SENTENCE_S = 0.2, 0.07, 0.15, 0.3
_SIGN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_SIGN_S = 0.14
"""A kana, a syllable of Korean or a Chinese character: seven a second, as they are spoken."""


def silent_speech(script: Script, pause: float) -> Speech:
    """Silence as long as reading the script aloud would take, with the time of every word; `pause` in seconds between lines.

    It counts as degraded: a voice that speaks the language would have been better.
    """
    words: list[Word] = []
    now = 0.0
    for number, line in enumerate(script.lines):
        for token in tokens(line.display):
            end = now + _seconds(token)
            words.append(Word(token, now, end, number))
            now = end + _rest(token.rstrip(JOINT))
        now += pause
    if not words:
        raise VoiceFailed("the script has no words to show")
    reason = f"no voice speaks {script.language}: captions run in silence"
    return Speech(np.zeros(round(now * _RATE), np.float32), _RATE, tuple(words), timing="proportional", degraded=(reason,))


def _seconds(token: str) -> float:
    signs = len(_SIGN.findall(token))
    return max(_LEAST_S, signs * _SIGN_S + (len(token) - signs) * _MARK_S)


def _rest(token: str) -> float:
    """After a word, by its punctuation."""
    if token.endswith(SENTENCE_ENDS):
        return _SENTENCE_S
    return _CLAUSE_S if token.endswith(tuple(",;:–—、，；：،؛")) else 0.0
