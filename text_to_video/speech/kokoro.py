"""Kokoro: one model for many voices and eight languages, fed with phonemes of its own spelling.

https://huggingface.co/hexgrad/Kokoro-82M, as ONNX at https://github.com/thewh1teagle/kokoro-onnx. The code here is our own; the symbols
are those of the model's config.json, how espeak-ng's are spelled in them is told by https://github.com/hexgrad/misaki.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from shared.schemas.reels import VoiceId
from text_to_video.speech.base import Said, VoiceFailed
from text_to_video.speech.espeak import phonemes
from text_to_video.speech.kokoro_voices import Speaker, speaker_for
from text_to_video.speech.neural import Model, clauses

VOICES = "voices-v1.0.bin"

_RATE = 24_000
_MOST_TOKENS = 510

_RUNS = {
    1: ";:,.!?", 9: '—…"()“” \u0303ʣʥʦʨᵝꭧAI', 31: "O", 33: "Q", 35: "ST", 39: "W", 41: "Yᵊabcdef", 50: "hijklmnopqrstuvwxyzɑɐɒæ",
    75: "βɔɕç", 80: "ɖðʤə", 85: "ɚɛɜ", 90: "ɟ", 92: "ɡ", 99: "ɥ", 101: "ɨɪʝ", 110: "ɯɰŋɳɲɴø", 118: "ɸθœ", 123: "ɹ", 125: "ɾɻ",
    128: "ʁɽʂʃʈʧ", 135: "ʊʋ", 138: "ʌɣɤ", 142: "χʎ", 147: "ʒʔ", 156: "ˈˌː", 162: "ʰ", 164: "ʲ", 169: "↓", 171: "→↗↘", 177: "ᵻ",
}  # fmt: skip
SYMBOLS: Mapping[str, int] = {symbol: first + i for first, run in _RUNS.items() for i, symbol in enumerate(run)}

_AFFRICATES = (("d^ʒ", "ʤ"), ("t^ʃ", "ʧ"), ("t^s", "ʦ"), ("d^z", "ʣ"))
_ENGLISH = (
    ("ʔˌn\u0329", "tᵊn"), ("ʔn\u0329", "tᵊn"), ("ʔn", "tᵊn"), ("a^ɪ", "I"), ("a^ʊ", "W"), ("e^ɪ", "A"), ("ɔ^ɪ", "Y"), ("ə^l", "ᵊl"),
    ("ɚ", "əɹ"), ("r", "ɹ"), ("x", "k"), ("ç", "k"), ("ɐ", "ə"), ("ɬ", "l"), ("ʔ", "t"), ("ʲ", ""), ("\u0303", ""),
)  # fmt: skip
_BRITISH = (("e^ə", "ɛː"), ("iə", "ɪə"), ("ə^ʊ", "Q"))
_AMERICAN = (("o^ʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("ː", ""))


class KokoroEngine:
    """`model`: the ONNX file, with the voices in VOICES beside it.

    `name` is a voice, such as "af_heart", for the language it speaks; others, and "", are spoken by the usual voice of theirs.
    """

    voice_id: ClassVar[VoiceId] = "kokoro"

    def __init__(self, model: Path, name: str = "") -> None:
        self._path, self._name = model, name

    def say(self, texts: Sequence[str], language: str) -> list[Said]:
        speaker = speaker_for(language, self._name)
        if speaker is None:
            raise VoiceFailed(f"kokoro has no voice for {language}")
        return [self._say(text, speaker) for text in texts]

    def _say(self, text: str, speaker: Speaker) -> Said:
        ids = symbol_ids(spelled(text, speaker.espeak))
        styles = self._styles(speaker.name)
        tokens = np.array([[0, *ids, 0]], np.int64)
        style = styles[min(len(ids), len(styles) - 1)].reshape(1, -1)
        return Said(self._model.run(tokens=tokens, input_ids=tokens, style=style, speed=self._speed), _RATE)

    def _styles(self, name: str) -> NDArray[np.float32]:
        """One style a row, for lines of as many symbols. Raises VoiceFailed."""
        try:
            with self._path.with_name(VOICES).open("rb") as file, np.load(file) as voices:
                return np.asarray(voices[name], np.float32).reshape(-1, 256)
        except (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile) as error:
            raise VoiceFailed(f"kokoro: {VOICES} has no voice {name} ({type(error).__name__})") from None

    @functools.cached_property
    def _model(self) -> Model:
        return Model(self.voice_id, self._path)

    @property
    def _speed(self) -> NDArray[Any]:
        """1, as the model wants it: exports differ."""
        return np.ones(1, np.int32 if "int" in self._model.inputs.get("speed", "") else np.float32)


def spelled(text: str, voice: str) -> str:
    """`text` in Kokoro's phonemes, as espeak-ng's `voice` would say it, with the marks that are heard."""
    said = ""
    for words, mark in clauses(text):
        said += _respelled(phonemes(words, voice), voice) + mark + " "
    return "".join(symbol for symbol in said.strip() if symbol in SYMBOLS)


def _respelled(heard: str, voice: str) -> str:
    rules = [*_AFFRICATES]
    if voice.startswith("en"):
        rules += [*_ENGLISH, *(_AMERICAN if voice == "en-us" else _BRITISH)]
    for old, new in rules:
        heard = heard.replace(old, new)
    return heard.replace("^", "").replace("-", "")


def symbol_ids(symbols: str) -> list[int]:
    """Cut where the model ends: that is half a minute of speech, which no line takes."""
    return [SYMBOLS[symbol] for symbol in symbols][:_MOST_TOKENS]
