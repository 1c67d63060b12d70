"""A whole model, run on NumPy arrays, with every array held against the inferred shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shapecheck import arguments, dims
from shapecheck.apply import Applied
from shapecheck.contract import Layer, TensorSpec, in_order, without_masks
from shapecheck.diagnostic import Refusal
from shapecheck.executors.numpy_layer import (
    Loss,
    frozen,
    generator,
    given_weights,
    numpy_dtype,
    place,
    run_layer,
    start_weights,
)
from shapecheck.graph import Edge, Node
from shapecheck.inference import Inference, edges_of

LOOKED_UP = ("Embedding", "ReversibleEmbedding")


class ModelRun:
    """A forward pass.

    outputs   the arrays of the model's outputs, in order
    arrays    layer name -> its output array, or a list of them
    masks     layer name -> the mask of its first output, or None
    losses    labelled penalties of weights and activities
    weights   layer name -> path -> array
    inputs    input name -> array
    sizes     the sizes that stand for the symbols
    """

    __slots__ = ("arrays", "inputs", "losses", "masks", "outputs", "sizes", "weights")

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = dict(sizes)
        self.outputs: list[Any] = []
        self.arrays: dict[str, Any] = {}
        self.masks: dict[str, Any] = {}
        self.losses: list[Loss] = []
        self.weights: dict[str, dict[str, Any]] = {}
        self.inputs: dict[str, Any] = {}

    @property
    def regularization_loss(self) -> float:
        """The sum of all penalties."""
        return float(sum(self.losses))

    def __repr__(self) -> str:
        return f"<ModelRun {len(self.arrays)} layers, outputs {[array.shape for array in self.outputs]}>"


class NodeRefusal(Exception):
    """A refusal while running, and the node that made it."""

    def __init__(self, node: Node, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.node = node
        self.refusal = refusal


def run_model(
    found: Inference,
    inputs: Mapping[str, Any],
    sizes: Mapping[str, int],
    *,
    training: bool = False,
    seed: int = 0,
    weights: Mapping[str, Any] | None = None,
) -> ModelRun:
    """Run a model that was inferred at `sizes`, without errors; inputs that are missing are drawn."""
    done = ModelRun(sizes)
    made: list[tuple[list[Any], list[Any]]] = []
    built: dict[int, dict[str, Any]] = {}
    turns: dict[int, int] = {}
    ids = _ids(found)
    for node in found.graph.nodes:
        try:
            made.append(_run_node(found, node, made, built, turns, done, inputs, ids, training, seed, weights or {}))
        except Refusal as refusal:
            raise NodeRefusal(node, refusal) from None
    for edge in found.graph.outputs:
        done.outputs.extend(_read(made, edge)[0])
    return done


def _run_node(
    found: Inference,
    node: Node,
    made: list[tuple[list[Any], list[Any]]],
    built: dict[int, dict[str, Any]],
    turns: dict[int, int],
    done: ModelRun,
    inputs: Mapping[str, Any],
    ids: Mapping[int, range],
    training: bool,
    seed: int,
    weights: Mapping[str, Any],
) -> tuple[list[Any], list[Any]]:
    layer, applied = found.layers[node.index], found.applied[node.index]
    if layer is None or applied is None:
        raise Refusal("SC504", problem="it has errors")
    if not node.inputs and layer.kind == "InputLayer":
        array = _input(node, applied.outputs[0], inputs, ids.get(node.index), seed)
        done.inputs[node.name] = done.arrays[node.name] = array
        done.masks[node.name] = None
        return [array], [None]
    if applied.opaque and not hasattr(layer, "function"):
        raise Refusal("SC504", problem=applied.opaque)
    owner = found.graph.nodes[node.owner]
    if node.owner not in built:
        turns[node.owner] = 0
        given = weights.get(owner.name)
        built[node.owner] = (
            start_weights(layer, applied.weights, (seed, place(owner.name)))
            if given is None
            else given_weights(layer, applied.weights, given)
        )
        done.weights[owner.name] = built[node.owner]
    arrays: Any
    by_role, named_masks = without_masks(type(layer), node.inputs) if isinstance(node.inputs, dict) else (None, [])
    edges: Any = node.inputs if by_role is None else in_order(type(layer), by_role)
    if isinstance(edges, dict):
        read = {role: _read(made, edge[0] if isinstance(edge, list) else edge) for role, edge in edges.items()}
        arrays = {role: got[0][0] for role, got in read.items()}
        masks = [got[1][0] for got in read.values()]
    else:
        pairs = [_read(made, edge) for edge in edges]
        arrays = [array for got in pairs for array in got[0]]
        masks = [mask for got in pairs for mask in got[1]]
    for place_, edge in named_masks:
        masks[place_ if isinstance(place_, int) else [*arrays].index(place_)] = _read(made, edge)[0][0].astype(bool)
    listed = node.listed or len(masks) > 1
    outcome = run_layer(
        layer, arrays, built[node.owner], masks=masks, listed=listed, training=training,
        seed=(seed, place(owner.name)),
        keras=found.semantics, turn=turns[node.owner], frozen=frozen(layer, applied.weights), name=node.name,
        call_with=node.spec.call,
    )  # fmt: skip
    turns[node.owner] += 1
    _hold(layer, applied, outcome.outputs)
    done.losses.extend(loss for loss in outcome.losses if node.owner == node.index or "/" not in loss.label)
    done.arrays[node.name] = outcome.outputs[0] if len(outcome.outputs) == 1 else outcome.outputs
    done.masks[node.name] = outcome.masks[0] if outcome.masks else None
    return outcome.outputs, outcome.masks


def _read(made: list[tuple[list[Any], list[Any]]], edge: Edge) -> tuple[list[Any], list[Any]]:
    arrays, masks = made[edge.node]
    if edge.output is None:
        return arrays, masks
    if edge.output >= len(arrays):
        raise Refusal("SC206", name="it", count=len(arrays), ref=f"[{edge.output}]")
    return [arrays[edge.output]], [masks[edge.output]]


def _ids(found: Inference) -> dict[int, range]:
    """The numbers to draw for each input whose values reach an embedding: rows of its table, and none that it masks.

    Values are followed through layers without weights, which may move them.
    """
    held: dict[int, set[int]] = {}
    ids: dict[int, range] = {}
    for node, layer, applied in zip(found.graph.nodes, found.layers, found.applied, strict=True):
        held[node.index] = set().union(*(held[edge.node] for edge in edges_of(node)))
        if layer is None or applied is None:
            continue
        if not node.inputs:
            held[node.index] = {node.index}
        inner: Any = layer
        while isinstance(wrapped := getattr(inner, "layer", None), Layer):
            inner = wrapped
        if inner.kind in LOOKED_UP and not node.spec.call.get("reverse"):
            least = 1 if inner.mask_zero else 0
            for index in held[node.index]:
                now = ids.get(index, range(0, inner.input_dim))
                end = min(now.stop, inner.input_dim)
                ids[index] = range(min(max(now.start, least), end - 1), end)
        if applied.weights:
            held[node.index] = set()
    return ids


def _input(node: Node, spec: TensorSpec, inputs: Mapping[str, Any], ids: range | None, seed: int) -> Any:
    """The array given for an input, or one drawn from the seed: normal floats, small ints, even booleans, or `ids`."""

    shape: Any = spec.shape or ()
    dtype = numpy_dtype(spec.dtype)
    if dtype == "string" and node.name not in inputs:
        raise Refusal("SC504", problem="it holds texts, and none were given")
    if node.name in inputs:
        array = arguments.array(inputs[node.name], node.name, texts=True)
        if array.shape != shape:
            raise Refusal("SC501", name=node.name, expected=shape, given=array.shape)
        if (dtype == "string") != (array.dtype.kind == "U"):
            given = "one of texts" if array.dtype.kind == "U" else f"of dtype {array.dtype}"
            raise Refusal("SC501", name=node.name, expected=f"an array of dtype {dtype}", given=given)
        if dtype == "string":
            return array
        return array if array.dtype.name == dtype else _cast(array, dtype, node.name)
    rng = generator(seed, place(node.name))
    if dtype == "bool":
        return rng.random(shape) < 0.5
    if ids is not None or dtype.startswith(("int", "uint")):
        least, end = (ids.start, min(ids.start + 2, ids.stop)) if ids else (0, 2)
        return rng.integers(least, end, shape).astype(dtype)
    return rng.standard_normal(shape).astype(dtype)


def _cast(array: Any, dtype: str, name: str) -> Any:
    """The array in another dtype; where that holds whole numbers, refuses (SC501) what would not stay what it is."""
    import numpy as np

    with np.errstate(invalid="ignore"):
        made = array.astype(dtype)
    if made.dtype.kind in "iu":
        other = made != array
        if other.any():
            expected, first = f"whole numbers of dtype {dtype}", array[other][0].item()
            raise Refusal("SC501", name=name, expected=expected, given=f"one that holds {first}")
    return made


def _hold(layer: Layer, applied: Applied, outputs: list[Any]) -> None:
    """Hold the arrays against what was inferred; a disagreement is a bug of ours, or a broken promise of a Lambda."""
    if applied.opaque:
        return
    shapes = [spec.shape or () for spec in applied.outputs]
    got = [array.shape for array in outputs]
    if len(shapes) == len(got) and all(
        len(a) == len(b) and all(dims.same(x, y) is not False for x, y in zip(a, b, strict=True))
        for a, b in zip(shapes, got, strict=True)
    ):
        return
    inferred, actual = shapes[0] if len(shapes) == 1 else shapes, got[0] if len(got) == 1 else got
    if getattr(layer, "output_shape", None) is not None and layer.kind == "Lambda":
        raise Refusal("SC315", promised=inferred, actual=actual)
    raise Refusal("SC901", actual=actual, inferred=inferred)


def hold_symbols(symbolic: Inference, numeric: Inference, sizes: Mapping[str, int]) -> None:
    """Hold the shapes inferred in symbols, at `sizes`, against those inferred from numbers."""
    for node, formula, number in zip(symbolic.graph.nodes, symbolic.applied, numeric.applied, strict=True):
        if formula is None or number is None or formula.opaque:
            continue
        for a, b in zip(formula.outputs, number.outputs, strict=True):
            put = tuple(dims.substitute(size, sizes) for size in a.shape or ())
            if any(dims.same(x, y) is False for x, y in zip(put, b.shape or (), strict=True)):
                raise NodeRefusal(node, Refusal("SC901", actual=b.shape, inferred=put))
