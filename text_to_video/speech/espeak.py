"""Offline speech: espeak-ng in process, with the sample at which every word starts."""

from __future__ import annotations

import ctypes
import functools
import re
import threading
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

import espeakng_loader
import numpy as np
from numpy.typing import NDArray

from text_to_video.script.base import Line, Script, tokens
from text_to_video.script.readings import HAN
from text_to_video.speech.base import Speech, VoiceFailed, Word
from text_to_video.speech.silence import silent_speech

VOICES = {"en": "en-us", "zh": "cmn", "no": "nb"}
"""Languages (BCP 47, without region) that espeak-ng names otherwise, or offers in several accents."""
_NO_VOICE = frozenset({"he", "iw", "km", "lo", "my", "th", "yi"})
"""Languages nobody would understand from it: it has no vowels for Hebrew, no words for Thai and Burmese, and no Khmer or Lao at all."""
FALLBACK_VOICE = "en-us"

# Numbers of speak_lib.h
_SYNCHRONOUS, _DONT_EXIT, _UTF8, _POS_CHARACTER = 2, 0x8000, 1, 1
_LIST_END, _WORD = 0, 1
_RATE, _PITCH, _RANGE = 1, 3, 4
_IPA, _TIED = 0x02, 0x80
_FOREIGN = re.compile(r"\([^)]*\)")
"""What espeak-ng puts around words it reads in another language."""

_SILENCE = 100  # of 32767: below it espeak's output is the tail of a pause
_TAIL_S = 0.04  # kept after the last sound of a line, so that it does not end abruptly
_LEAST_WORD_S = 0.1  # a word that makes no sound (an emoji) is still shown this long

_REMEMBERED = 100

Spans = list[tuple[int, int]]
"""First sample and the one after the last, a token each."""
SpokenLine = tuple[NDArray[np.int16], Spans]

_lock = threading.Lock()  # the library keeps one voice and one callback for the whole process


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class _Library:
    """espeak-ng loaded and initialised. Not thread-safe: every use holds `_lock`."""

    def __init__(self) -> None:
        data = espeakng_loader.get_data_path()
        self._lib = ctypes.CDLL(espeakng_loader.get_library_path())
        self._lib.espeak_Initialize.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int)
        self._lib.espeak_SetVoiceByName.argtypes = (ctypes.c_char_p,)
        self._lib.espeak_Synth.argtypes = (
            *(ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint, ctypes.c_uint),
            *(ctypes.c_void_p, ctypes.c_void_p),
        )
        self._lib.espeak_TextToPhonemes.argtypes = (ctypes.POINTER(ctypes.c_void_p), ctypes.c_int, ctypes.c_int)
        self._lib.espeak_TextToPhonemes.restype = ctypes.c_char_p
        # Without DONT_EXIT the library ends the whole process when its data is missing.
        self.sample_rate = int(self._lib.espeak_Initialize(_SYNCHRONOUS, 0, data.encode(), _DONT_EXIT))
        if self.sample_rate <= 0:
            raise VoiceFailed(f"espeak-ng cannot read its data in {data}")
        self._pcm = bytearray()
        self._starts: list[tuple[int, int]] = []
        self._callback = _Callback(self._receive)  # referenced here, or it is collected while C still calls it
        self._lib.espeak_SetSynthCallback(self._callback)

    def _receive(self, samples: Any, count: int, events: Any) -> int:
        """Called by the library, a few times a second of speech, with pointers to what it made since."""
        if count > 0:
            self._pcm += ctypes.string_at(samples, count * 2)
        i = 0
        while events[i].type != _LIST_END:
            if events[i].type == _WORD:
                self._starts.append((events[i].text_position, events[i].sample))
            i += 1
        return 0

    def has_voice(self, names: Sequence[str]) -> bool:
        """Whether espeak-ng has one of `names`; the first it has is set."""
        return any(self._lib.espeak_SetVoiceByName(name.encode()) == 0 for name in names)

    def set_voice(self, names: Sequence[str], *, rate: int, pitch: int, pitch_range: int) -> None:
        """The first of `names` that espeak-ng has."""
        if not self.has_voice(names):
            raise VoiceFailed(f"espeak-ng has none of the voices {', '.join(names)}")
        for parameter, value in ((_RATE, rate), (_PITCH, pitch), (_RANGE, pitch_range)):
            self._lib.espeak_SetParameter(parameter, value, 0)

    def synthesise(self, text: str) -> tuple[NDArray[np.int16], list[tuple[int, int]]]:
        """Samples of `text`, and for each word espeak-ng saw its 1-based character position and first sample."""
        self._pcm.clear()
        self._starts.clear()
        data = text.encode()
        status = self._lib.espeak_Synth(data, len(data) + 1, 0, _POS_CHARACTER, 0, _UTF8, None, None)
        if status != 0:
            raise VoiceFailed(f"espeak-ng refused the text (status {status})")
        return np.frombuffer(bytes(self._pcm), np.int16), list(self._starts)

    def phonemes(self, text: str) -> str:
        """IPA of `text`, words apart by a space, the letters of a phoneme tied by "^"; clause by clause, as the library reads."""
        data = ctypes.create_string_buffer(text.encode())
        rest = ctypes.c_void_p(ctypes.addressof(data))
        clauses: list[bytes] = []
        while rest.value:
            clauses.append(self._lib.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, _IPA | _TIED | ord("^") << 8) or b"")
        return _FOREIGN.sub("", " ".join(clause.decode() for clause in clauses)).strip()


@functools.cache
def _library() -> _Library:
    try:
        return _Library()
    except OSError as error:
        raise VoiceFailed(f"espeak-ng cannot be loaded: {error}") from error


@dataclass(frozen=True)
class EspeakVoice:
    """`rate` in words a minute (80–450), `pitch` and `pitch_range` 0–99, `pause` between lines in seconds.

    `voices` maps a language, with or without its region, to an espeak-ng voice; a language espeak-ng lacks is read in English.
    `variant` names who speaks it (a file of espeak-ng's `voices/!v`); one espeak-ng lacks changes nothing.
    """

    rate: int = 168
    pitch: int = 46
    pitch_range: int = 55
    pause: float = 0.3
    voices: Mapping[str, str] | None = None
    variant: str = ""
    _said: dict[tuple[str, str], SpokenLine] = field(default_factory=dict, init=False, repr=False, compare=False)

    def speak(self, script: Script) -> Speech:
        """Line by line with `pause` between; in silence where espeak-ng has no voice. Raises VoiceFailed.

        A line said before is not said again: a script is spoken several times until it fits.
        """
        if not can_speak(script):
            return silent_speech(script, self.pause)
        with _lock:
            library = _library()
            library.set_voice(self.names(script.language), rate=self.rate, pitch=self.pitch, pitch_range=self.pitch_range)
            if len(self._said) > _REMEMBERED:
                self._said.clear()
            for line in script.lines:
                key = (script.language, line.spoken)
                self._said[key] = self._said.get(key) or _speak_line(library, line)
            lines = [self._said[script.language, line.spoken] for line in script.lines]
        return _join(script.lines, lines, library.sample_rate, round(self.pause * library.sample_rate))

    def names(self, language: str) -> list[str]:
        """What espeak-ng may call a voice of this language, the last of them one that is always there."""
        tag = language.lower()
        primary = tag.split("-", maxsplit=1)[0]
        chosen = {**VOICES, **(self.voices or {})}
        names = [name for name in (chosen.get(tag, tag), chosen.get(primary, primary), FALLBACK_VOICE) if name]
        return [f"{name}+{self.variant}" for name in names] if self.variant else names


def can_speak(script: Script) -> bool:
    """Whether espeak-ng's voice can be understood. Its Japanese knows kana only, and says "Chinese letter" for the rest."""
    primary = script.language.lower().split("-", maxsplit=1)[0]
    return primary not in _NO_VOICE and not (primary == "ja" and any(HAN.search(line.spoken) for line in script.lines))


def knows(script: Script) -> bool:
    """Whether espeak-ng has a voice for the script's own language, and can be understood."""
    with _lock:
        return can_speak(script) and _library().has_voice(EspeakVoice().names(script.language)[:-1])


def phonemes(text: str, voice: str) -> str:
    """How espeak-ng's `voice` ("pt-br", or what it has of "pt") would say `text`, in IPA: "a^ɪ" is one phoneme of two letters.

    Raises VoiceFailed when it lacks the voice.
    """
    usual = EspeakVoice()
    with _lock:
        library = _library()
        library.set_voice([voice, voice.partition("-")[0]], rate=usual.rate, pitch=usual.pitch, pitch_range=usual.pitch_range)
        return library.phonemes(text)


def _speak_line(library: _Library, line: Line) -> SpokenLine:
    parts = [speakable(token) for token in tokens(line.spoken)]
    samples, events = library.synthesise(" ".join(parts))
    offsets = [0, *accumulate(len(part) + 1 for part in parts)][:-1]
    starts: list[int | None] = [None] * len(parts)
    for position, sample in events:
        # The position counts from 1, and now and then names the space before the word: both land on the word's own offset.
        token = bisect_right(offsets, position) - 1
        if token >= 0 and starts[token] is None and parts[token]:
            starts[token] = sample
    samples = _trimmed(samples, round(_TAIL_S * library.sample_rate), round(_LEAST_WORD_S * library.sample_rate) * len(parts))
    return samples, word_spans(samples, starts, [len(part) + 1 for part in parts])


def speakable(token: str) -> str:
    """`token` without what espeak-ng would act upon or read out by name: control characters, markup, emoji, bullets.

    It may come out empty; a dash stays, as it makes a pause. So do symbols with a name people expect to hear ("+", "%", "€").
    """
    kept = "".join(c if c in _PUNCTUATION or c in _NAMED or unicodedata.category(c)[0] in "LMN" else " " for c in token)
    if any(c.isalnum() or c in _NAMED for c in kept):
        return " ".join(kept.split())
    return "–" if set(token) & set("-–—…") else ""


_PUNCTUATION = frozenset(".,;:?!'’\"-–—…/、。，．！？；：،؛؟।\u200c\u200d")
_NAMED = frozenset("+%&=@#°$€£¥₹")


def _trimmed(samples: NDArray[np.int16], tail: int, least: int) -> NDArray[np.int16]:
    """Without the pause espeak-ng ends with (`tail` samples of it stay), padded to `least` samples."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > _SILENCE)
    kept = samples[: loud[-1] + tail] if len(loud) else samples[:0]
    return np.pad(kept, (0, max(0, least - len(kept))))


def word_spans(samples: NDArray[np.int16], starts: Sequence[int | None], weights: Sequence[int]) -> Spans:
    """A span for every token, in order and never empty; `starts` may lack some (espeak-ng joins "of the" into one word).

    Tokens without a start share the time up to the next known one in proportion to their `weights`. A word ends with its sound,
    not with the pause after it, so that captions can tell pauses.
    """
    end = len(samples)
    known = [(0, 0)]
    for token, start in enumerate(starts):
        # Room for one sample a token on both sides keeps every span non-empty, whatever the library reports.
        if token and start is not None and start - known[-1][1] >= token - known[-1][0] and end - start >= len(starts) - token:
            known.append((token, start))
    known.append((len(starts), end))
    bounds: list[int] = []
    for (a, first), (b, last) in pairwise(known):
        shares = np.cumsum([0, *weights[a:b]]) / max(1, sum(weights[a:b]))
        spare = (last - first) - (b - a)
        bounds += [first + i + int(spare * share) for i, share in enumerate(shares[:-1])]
    return [(start, _sound_end(samples, start, stop)) for start, stop in zip(bounds, [*bounds[1:], end], strict=True)]


def _sound_end(samples: NDArray[np.int16], start: int, stop: int) -> int:
    """Where the last sound of a span ends; not before its first quarter, which may hold the tail of the word before."""
    loud = np.flatnonzero(np.abs(samples[start:stop].astype(np.int32)) > _SILENCE)
    return start + max(int(loud[-1]) + 1, (stop - start) // 4) if len(loud) else stop


def _join(lines: Sequence[Line], spoken: Sequence[SpokenLine], rate: int, pause: int) -> Speech:
    words: list[Word] = []
    pieces: list[NDArray[np.int16]] = []
    offset = 0
    for index, (line, (samples, spans)) in enumerate(zip(lines, spoken, strict=True)):
        texts = tokens(line.display)
        words += [Word(t, (offset + a) / rate, (offset + b) / rate, index) for t, (a, b) in zip(texts, spans, strict=True)]
        pieces += [samples, np.zeros(pause, np.int16)]
        offset += len(samples) + pause
    if not words:
        raise VoiceFailed("the script has no words to speak")
    return Speech((np.concatenate(pieces[:-1]) / 32768).astype(np.float32), rate, tuple(words))
