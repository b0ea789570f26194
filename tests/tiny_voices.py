"""Voices small enough to be made in a test, shaped and fed as the real models are: a hum for every symbol, longer for later ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

HOP = 1200
"""Samples a symbol takes, in every tiny voice."""
SYMBOLS = "_^$ !,.:;?—" + "abcdefhijklmnopstuvwxyzæðŋɐɑɔəɛɜɡɪɹɾʃʊʌʒˈˌːθᵻɚ\u0329\u0303"


def piper_voice(folder: Path, name: str = "en_US-tiny-low", *, espeak: str = "en-us", speakers: int = 1) -> Path:
    """NAME.onnx with its NAME.onnx.json; returns the model's path."""
    folder.mkdir(parents=True, exist_ok=True)
    inputs = [_value("input", TensorProto.INT64, [1, "n"]), _value("input_lengths", TensorProto.INT64, [1])]
    inputs += [_value("scales", TensorProto.FLOAT, [3])] + ([_value("sid", TensorProto.INT64, [1])] if speakers > 1 else [])
    path = folder / f"{name}.onnx"
    _save(path, "input", inputs, [1, 1, 1, -1])
    config = {
        "audio": {"sample_rate": 22_050, "quality": "low"},
        "espeak": {"voice": espeak},
        "inference": {"noise_scale": 0.5, "length_scale": 1.1, "noise_w": 0.7},
        "num_symbols": 256,
        "num_speakers": speakers,
        "phoneme_id_map": {symbol: [number] for number, symbol in enumerate(SYMBOLS)},
        "language": {"code": name.partition("-")[0]},
    }
    path.with_name(f"{path.name}.json").write_text(json.dumps(config), encoding="utf-8")
    return path


def kokoro_voice(folder: Path, *, newer: bool = False, speakers: tuple[str, ...] = ("af_heart", "bf_emma", "ff_siwis")) -> Path:
    """The model and voices-v1.0.bin; `newer` exports name their inputs otherwise and take the speed as a whole number."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens, speed = ("input_ids", TensorProto.INT32) if newer else ("tokens", TensorProto.FLOAT)
    inputs = [_value(tokens, TensorProto.INT64, [1, "n"]), _value("style", TensorProto.FLOAT, [1, 256]), _value("speed", speed, [1])]
    path = folder / "kokoro-v1.0.onnx"
    _save(path, tokens, inputs, [1, -1] if newer else [-1])
    with (folder / "voices-v1.0.bin").open("wb") as file:
        np.savez(file, **{name: np.full((510, 1, 256), i, np.float32) for i, name in enumerate(speakers)})  # type: ignore[arg-type]
    return path


def _value(name: str, kind: int, shape: list[Any]) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def _save(path: Path, symbols: str, inputs: list[Any], shape: list[int]) -> None:
    """Sound[i · HOP + t] = 0.3 · sin(0.05 · t) · (1 + id_i / 1000): every symbol hums, and can be told from the others."""
    hum = (0.3 * np.sin(0.05 * np.arange(HOP))).astype(np.float32).reshape(1, HOP)
    constants = {"hum": hum, "thousandth": np.array([0.001], np.float32), "one": np.array([1], np.float32), "flat": np.array(shape)}
    nodes = [
        helper.make_node("Cast", [symbols], ["ids"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["ids", "thousandth"], ["small"]),
        helper.make_node("Add", ["small", "one"], ["level"]),
        helper.make_node("Transpose", ["level"], ["column"], perm=[1, 0]),
        helper.make_node("MatMul", ["column", "hum"], ["sound"]),
        helper.make_node("Reshape", ["sound", "flat"], ["output"]),
    ]
    weights = [onnx.numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, [_value("output", TensorProto.FLOAT, None)], weights)  # type: ignore[arg-type]
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, str(path))


def levels(samples: np.ndarray[Any, Any]) -> list[int]:
    """The ids a tiny voice was fed, read off what it hummed."""
    loudest = np.abs(samples.reshape(-1, HOP)).max(1) / (0.3 * np.abs(np.sin(0.05 * np.arange(HOP))).max())
    return [round(float(level - 1) * 1000) for level in loudest]
