"""A voice made of an engine that says one line at a time: each line once, with the time of every word, joined with pauses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from shared.schemas.reels import Timing
from text_to_video.script.base import JOINT, Line, Script, tokens
from text_to_video.speech.alignment import Recording, aligned
from text_to_video.speech.base import Engine, Said, Samples, Speech, VoiceFailed, Word
from text_to_video.speech.espeak import EspeakVoice, Spans, knows, speakable, word_spans
from text_to_video.speech.silence import silent_speech
from text_to_video.speech.spelling import starts_of

_BEST_TO_WORST: tuple[Timing, ...] = ("events", "vendor", "aligned", "proportional")
_HEAD_S, _TAIL_S = 0.01, 0.04  # kept around the sound of a line
_QUIET = 0.01  # of the loudest sample
_UNSAID_S = 0.2  # a line without a word to say is shown this long a token
_SHORTEST, _LONGEST = (0.3, -0.3), (3.0, 1.5)
"""Of what reading a line aloud takes, and seconds more: beyond, the engine said something else."""
_MOST_GAIN = 2.0


@dataclass(frozen=True)
class SpokenLine:
    """`spans`: first sample of each token and the one after its last."""

    samples: Samples
    sample_rate: int
    spans: Spans
    timing: Timing


@dataclass
class LineVoice:
    """A Voice that remembers what it said: a script that gained or lost a line costs no more than the new line.

    `pause` between lines in seconds.
    """

    engine: Engine
    pause: float = 0.3
    _said: dict[str, SpokenLine] = field(default_factory=dict, init=False)

    def speak(self, script: Script) -> Speech:
        """Raises VoiceFailed."""
        new = {line.spoken: line for line in script.lines if line.spoken not in self._said}
        wanted = [line for line in new.values() if plain(line)]
        said = self.engine.say([plain(line) for line in wanted], script.language) if wanted else []
        for line, each in zip(wanted, said, strict=True):
            self._check(line, each)
            self._said[line.spoken] = timed(line, each, script.language)
        rate = next((spoken.sample_rate for spoken in self._said.values()), None)
        if rate is None:
            raise VoiceFailed("the script has no words to speak")
        spoken = [self._said.get(line.spoken) or _unsaid(line, rate) for line in script.lines]
        return self._joined(script.lines, spoken, rate)

    def _check(self, line: Line, said: Said) -> None:
        """An engine may fall silent, or talk on: some are language models."""
        seconds = len(said.samples) / said.sample_rate
        usual = silent_speech(Script((replace(line, display=line.spoken),)), 0).duration
        if not np.abs(said.samples).max(initial=0) > 0:
            raise VoiceFailed(f"{self.engine.voice_id} said nothing")
        shortest, longest = (factor * usual + more for factor, more in (_SHORTEST, _LONGEST))
        if not shortest <= seconds <= longest:
            raise VoiceFailed(f"{self.engine.voice_id} took {seconds:.1f} s for a line of about {usual:.1f} s")

    def _joined(self, lines: Sequence[Line], spoken: Sequence[SpokenLine], rate: int) -> Speech:
        if any(each.sample_rate != rate for each in spoken):
            raise VoiceFailed(f"{self.engine.voice_id} changed its sample rate")
        gap = np.zeros(round(self.pause * rate), np.float32)
        words: list[Word] = []
        pieces: list[Samples] = []
        offset = 0
        for number, (line, each) in enumerate(zip(lines, spoken, strict=True)):
            texts = tokens(line.display)
            words += [Word(t, (offset + a) / rate, (offset + b) / rate, number) for t, (a, b) in zip(texts, each.spans, strict=True)]
            pieces += [each.samples, gap]
            offset += len(each.samples) + len(gap)
        timing = max((each.timing for each in spoken), key=_BEST_TO_WORST.index)
        return Speech(np.concatenate(_levelled(pieces[:-1])), rate, tuple(words), timing, self.engine.voice_id)


def plain(line: Line) -> str:
    """What to say: words only. Brackets and the like, which engines take for directions, are gone; it may come out empty."""
    parts = [(speakable(token), token.endswith(JOINT)) for token in tokens(line.spoken)]
    text = "".join(part + ("" if joined or not part else " ") for part, joined in parts).strip()
    return text if any(each.isalnum() for each in text) else ""


def timed(line: Line, said: Said, language: str) -> SpokenLine:
    """The line without the silence around it, and when its tokens are said: by the engine's letters, else aligned, else in shares."""
    rate = said.sample_rate
    samples, lead = _trimmed(said.samples, rate)
    parts = [speakable(token) for token in tokens(line.spoken)]
    starts, timing = _starts(line, parts, said, Recording(samples, rate), lead / rate, language)
    in_samples = [None if start is None else round(start * rate) for start in starts]
    spans = word_spans((samples * 32767).astype(np.int16), in_samples, [len(part) + 1 for part in parts])
    return SpokenLine(samples, rate, spans, timing)


def _starts(
    line: Line, parts: Sequence[str], said: Said, recording: Recording, lead_s: float, language: str
) -> tuple[Sequence[float | None], Timing]:
    known = starts_of(parts, said.letters) if said.letters else None
    if known is not None:
        return [None if start is None else start - lead_s for start in known], "vendor"
    script = Script((line,), language)
    if not knows(script):
        return [None] * len(parts), "proportional"
    reference = EspeakVoice().speak(script)
    found = aligned(recording, Recording(reference.samples, reference.sample_rate), [word.start for word in reference.words])
    return found, "aligned"


def _trimmed(samples: Samples, rate: int) -> tuple[Samples, int]:
    """Without the silence around it, and how many samples went from its beginning."""
    loud = np.flatnonzero(np.abs(samples) > _QUIET * np.abs(samples).max())
    first = max(0, int(loud[0]) - round(_HEAD_S * rate))
    return samples[first : int(loud[-1]) + 1 + round(_TAIL_S * rate)], first


def _unsaid(line: Line, rate: int) -> SpokenLine:
    step = round(_UNSAID_S * rate)
    count = len(tokens(line.display))
    return SpokenLine(np.zeros(count * step, np.float32), rate, [(i * step, (i + 1) * step) for i in range(count)], "events")


def _levelled(pieces: Sequence[Samples]) -> list[Samples]:
    """Each line about as loud as the others: engines that say them one by one are not even."""
    levels = [_level(piece) for piece in pieces]
    usual = float(np.median([level for level in levels if level])) if any(levels) else 0.0
    gains = [float(np.clip(usual / level, 1 / _MOST_GAIN, _MOST_GAIN)) if level else 1.0 for level in levels]
    loudest = max((float(np.abs(piece).max(initial=0)) * gain for piece, gain in zip(pieces, gains, strict=True)), default=0)
    return [piece * np.float32(gain / max(1, loudest)) for piece, gain in zip(pieces, gains, strict=True)]


def _level(samples: Samples) -> float:
    """Root mean square of the louder half; 0 for silence."""
    squares: NDArray[np.float32] = np.sort(samples**2)[len(samples) // 2 :]
    return float(np.sqrt(squares.mean())) if len(squares) else 0.0
