"""The same model with the fixed sizes of its inputs let free: what a model with a wrong size would need."""

from __future__ import annotations

from typing import Any

from shapecheck import axes, dims, layers
from shapecheck.graph import Graph, Node
from shapecheck.infer import infer
from shapecheck.inference import Inference, identifier
from shapecheck.making import make
from shapecheck.need import Shape


class Freed:
    """The inference with free sizes; `sizes` says which size each fixed one had."""

    __slots__ = ("inference", "sizes")

    def __init__(self, inference: Inference, sizes: dict[str, int]) -> None:
        self.inference = inference
        self.sizes = sizes


def free(inference: Inference) -> Freed | None:
    """The model inferred again with a symbol for every fixed size of an input but the batch and the channels.

    Sizes that were set for symbols (`at`) are free again as well. None where nothing is fixed.
    """
    fixed: dict[str, int] = {}
    for name, size in inference.symbols.items():
        if isinstance(size, int):
            fixed[name] = size
    graph = Graph(inference.graph.spec)
    graph.inputs, graph.outputs = inference.graph.inputs, inference.graph.outputs
    graph.nodes = list(inference.graph.nodes)
    taken = set(inference.symbols)
    many = sum(isinstance(shape, tuple) for shape in inference.input_shapes.values()) > 1
    for index, shape in inference.input_shapes.items():
        node = inference.graph.nodes[index]
        layer, refusals = make(layers.found("InputLayer"), node.spec.config, inference.semantics)
        if refusals or not isinstance(shape, tuple):
            continue
        written: list[Any] = list(layer.shape())  # type: ignore[call-arg]
        for axis in _spatial(inference, shape):
            if type(written[axis]) is int:
                letter = axes.letter(axis, len(shape), inference.channels_first)
                name = letter if not many and letter not in taken else f"{letter}_{identifier(node.name)}"
                if name not in taken:
                    taken.add(name)
                    fixed[name] = written[axis]
                    written[axis] = dims.symbol(name)
        graph.nodes[index] = _with_shape(node, tuple(written))
    if not fixed:
        return None
    return Freed(infer(graph), fixed)


def _spatial(inference: Inference, shape: Shape) -> range:
    """The axes between the batch and the channels; of a vector its only axis."""
    if len(shape) < 3:
        return range(1, len(shape))
    return range(2, len(shape)) if inference.channels_first else range(1, len(shape) - 1)


def _with_shape(node: Node, shape: tuple[Any, ...]) -> Node:
    """A copy of an input node under another shape."""
    old = node.spec
    config = {key: value for key, value in old.config.items() if key not in ("shape", "batch_shape", "batch_size")}
    config["batch_shape"] = shape
    fresh = Node(node.index, node.name, old.but(config=config))
    for slot in Node.__slots__:
        if slot not in ("spec", "index", "name"):
            setattr(fresh, slot, getattr(node, slot))
    return fresh
