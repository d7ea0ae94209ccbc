"""A sentence encoder of the BERT family as an ONNX graph, built from its weights alone, without torch.

The encoder: Devlin and others, BERT, arXiv:1810.04805; mean pooling and unit length: Reimers and Gurevych, Sentence-BERT,
arXiv:1908.10084; the integers: onnxruntime's dynamic quantization, u8 activations and s8 weights, a scale a column.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic  # type: ignore[import-untyped]

Weights = Mapping[str, NDArray[Any]]

_OPSET: Final = 20
_ORT: Final = "com.microsoft"
_IR: Final = 9
_EPSILON: Final = 1e-12


@dataclass(slots=True)
class _Graph:
    """The graph as it grows: nodes in order, constants by name."""

    nodes: list[NodeProto] = field(default_factory=list)
    constants: dict[str, NDArray[Any]] = field(default_factory=dict)

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Keep a constant and answer its name."""
        self.constants[name] = np.asarray(value, order="C")
        return name

    def node(self, kind: str, inputs: list[str], **attributes: Any) -> str:
        """Add a node of one output and answer the output's name."""
        return self.node_of(kind, inputs, 1, **attributes)[0]

    def node_of(self, kind: str, inputs: list[str], count: int, **attributes: Any) -> list[str]:
        """Add a node of several outputs and answer their names."""
        name = f"{kind}_{len(self.nodes)}"
        outs = [f"{name}.{place}" for place in range(count)]
        self.nodes.append(helper.make_node(kind, inputs, outs, name=name, **attributes))
        return outs

    def dense(self, x: str, name: str, weight: NDArray[Any], bias: NDArray[Any]) -> str:
        """x · weightᵀ + bias, weight (out, in) as torch keeps it."""
        product = self.node("MatMul", [x, self.constant(f"{name}.weight", weight.T)])
        return self.node("Add", [product, self.constant(f"{name}.bias", bias)])

    def norm(self, x: str, name: str, weights: Weights) -> str:
        """The layer's norm over the last axis."""
        scale = self.constant(f"{name}.weight", weights[f"{name}.weight"])
        shift = self.constant(f"{name}.bias", weights[f"{name}.bias"])
        return self.node("LayerNormalization", [x, scale, shift], axis=-1, epsilon=_EPSILON)


def encoder(weights: Weights, heads: int) -> ModelProto:
    """The graph from `ids` and `mask`, both int64 (texts, tokens), to `vectors`, float32 (texts, width) of unit length.

    `weights` are named as BertModel's state in transformers; `heads` is the number of attention heads.
    """
    width = weights["embeddings.LayerNorm.weight"].shape[0]
    graph = _Graph()
    x, mask = _embedded(graph, weights), graph.node("Cast", ["mask"], to=TensorProto.INT32)
    layer = 0
    while f"encoder.layer.{layer}.output.dense.weight" in weights:
        x = _layer(graph, weights, f"encoder.layer.{layer}", x, mask, heads)
        layer += 1
    _pooled(graph, x)
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "sentence encoder",
            [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"]) for name in ("ids", "mask")],
            [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", width])],
            [numpy_helper.from_array(value, name) for name, value in graph.constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid(_ORT, 1)],
        ir_version=_IR,
        producer_name="weft",
    )
    # Without this mark the quantizer asks for a step that would change nothing here.
    helper.set_model_props(model, {"onnx.quant.pre_process": "onnxruntime.quant"})
    checker.check_model(model)
    return model


def in_integers(model: ModelProto, file: Path) -> None:
    """Write the graph with 8-bit weights: a quarter of the size, two to three times the speed on a processor."""
    quantize_dynamic(
        model,
        file,
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul"],
        extra_options={"MatMulConstBOnly": True, "DefaultTensorType": TensorProto.FLOAT},
    )


def _embedded(graph: _Graph, weights: Weights) -> str:
    words = graph.constant("words", weights["embeddings.word_embeddings.weight"].astype(np.float16))
    types = weights["embeddings.token_type_embeddings.weight"][0]
    places = graph.constant("places", weights["embeddings.position_embeddings.weight"] + types)
    zero, one = graph.constant("zero", np.array([0])), graph.constant("one", np.array([1]))
    tokens = graph.node("Shape", ["ids"], start=1, end=2)
    first = graph.node("Slice", [places, zero, tokens, zero, one])
    found = graph.node("Cast", [graph.node("Gather", [words, "ids"])], to=TensorProto.FLOAT)
    whole = graph.node("Add", [found, first])
    return graph.norm(whole, "embeddings.LayerNorm", weights)


def _layer(graph: _Graph, weights: Weights, name: str, x: str, mask: str, heads: int) -> str:
    """One layer: attention, then the two dense steps, each added to what came in and normed."""
    parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
    weight = np.concatenate([weights[f"{part}.weight"] for part in parts])
    bias = np.concatenate([weights[f"{part}.bias"] for part in parts])
    split = graph.node_of("Split", [graph.dense(x, f"{name}.attention.self", weight, bias)], 3, axis=-1, num_outputs=3)
    # One step of onnxruntime's own: the twelve of ONNX that do the same take as long as the dense steps for a short text.
    seen = graph.node("MultiHeadAttention", [*split, "", mask], domain=_ORT, num_heads=heads)
    x = _added(graph, weights, f"{name}.attention.output", seen, x)
    inner = f"{name}.intermediate.dense"
    wide = graph.dense(x, inner, weights[f"{inner}.weight"], weights[f"{inner}.bias"])
    return _added(graph, weights, f"{name}.output", graph.node("Gelu", [wide]), x)


def _added(graph: _Graph, weights: Weights, name: str, x: str, before: str) -> str:
    dense = graph.dense(x, f"{name}.dense", weights[f"{name}.dense.weight"], weights[f"{name}.dense.bias"])
    return graph.norm(graph.node("Add", [dense, before]), f"{name}.LayerNorm", weights)


def _pooled(graph: _Graph, x: str) -> None:
    """The mean of the tokens that are there, brought to unit length."""
    last = graph.constant("last", np.array([-1]))
    present = graph.node("Unsqueeze", [graph.node("Cast", ["mask"], to=TensorProto.FLOAT), last])
    total = graph.node(
        "ReduceSum", [graph.node("Mul", [x, present]), graph.constant("over tokens", np.array([1]))], keepdims=0
    )
    length = graph.node("ReduceL2", [total, last], keepdims=1)
    graph.nodes.append(helper.make_node("Div", [total, length], ["vectors"], name="vectors"))
