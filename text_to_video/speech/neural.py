"""What local neural voices share: a session over their model, and text cut where punctuation is heard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from shared.schemas.reels import VoiceId
from text_to_video.speech.base import Samples, VoiceFailed

_QUIET_LOG = 3  # errors only
_CLAUSE_END = re.compile(r"(?<=[.,;:!?…—–])\s+")
_HEARD = ".,;:!?…—– "
_MARKS = {"…": ".", "–": "—"}


class Model:
    """An ONNX model on the processor. Raises VoiceFailed, naming the file, when it cannot be loaded or run."""

    def __init__(self, voice_id: VoiceId, path: Path) -> None:
        self._name = f"{voice_id}: {path.name}"
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _QUIET_LOG
        onnxruntime.set_seed(1)  # the same posting gets the same reel
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # noqa: BLE001 - onnxruntime's errors have no common base
            raise VoiceFailed(f"{self._name} cannot be loaded: {_first_line(error)}") from None
        self.inputs = {each.name: str(each.type) for each in self._session.get_inputs()}

    def run(self, **inputs: Any) -> Samples:
        """The first output, flattened."""
        try:
            made = self._session.run(None, {name: value for name, value in inputs.items() if name in self.inputs})[0]
        except Exception as error:  # noqa: BLE001 - as above
            raise VoiceFailed(f"{self._name} failed: {_first_line(error)}") from None
        samples: Samples = np.clip(np.asarray(made, np.float32).reshape(-1), -1, 1)
        if not np.isfinite(samples).all():
            raise VoiceFailed(f"{self._name} made numbers that are none")
        return samples


def clauses(text: str) -> Iterator[tuple[str, str]]:
    """The words up to each punctuation mark that is heard, and the mark, which may be empty. A mark within a number is no end."""
    for clause in _CLAUSE_END.split(text.strip()):
        words = clause.rstrip(_HEARD)
        mark = clause[len(words) :].strip()[:1]
        if words:
            yield words, _MARKS.get(mark, mark)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200]
